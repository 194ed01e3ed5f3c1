/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Faults: an errno for each code, a printable sentence of bounded length. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "fault.h"
#include "text.h"

START_TEST(test_every_code_has_a_name_and_an_errno)
{
	struct fault fault;
	int code;

	for (code = FAULT_NONE + 1; code < _FAULT_CODE_MAX; code++) {
		ck_assert_int_lt(fault_set(&fault, code, "x"), 0);
		ck_assert_int_eq(fault.code, (enum fault_code)code);
		ck_assert_ptr_nonnull(fault_code_to_string(code));
		ck_assert_str_ne(fault_code_to_string(code), "");
	}
	ck_assert_str_eq(fault_code_to_string(FAULT_NONE), "");
	ck_assert_int_eq(fault_set(&fault, FAULT_DEVICE_IN_USE, "x"), -EBUSY);
}
END_TEST

START_TEST(test_a_sentence_is_cut_and_made_printable)
{
	char words[2 * LIMIT_MESSAGE_BYTES];
	struct fault fault;

	memset(words, 'x', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	/* a character of two bytes of which the cut leaves one */
	words[LIMIT_MESSAGE_BYTES - 2] = '\xc3';
	words[LIMIT_MESSAGE_BYTES - 1] = '\xa9';
	(void)fault_set(&fault, FAULT_BIND_FAILED, "%s", words);
	ck_assert_uint_eq(strlen(fault.text), LIMIT_MESSAGE_BYTES - 1);
	ck_assert(text_is_printable(fault.text));
}
END_TEST

CHECK_MAIN("fault", test_every_code_has_a_name_and_an_errno,
	   test_a_sentence_is_cut_and_made_printable)
