/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/lib/refusal.c: every reason has words of its own, and no number is too high. */
#include <string.h>

#include "ccwbroker.h"
#include "check-main.h"
#include "refusal.h"

START_TEST(test_every_refusal_has_words_of_its_own)
{
	for (uint32_t a = 0; a <= CCWBROKER_REFUSED_COMMAND; a++) {
		ck_assert_ptr_null(strstr(refusal_words(a), "does not know"));
		for (uint32_t b = 0; b < a; b++)
			ck_assert_str_ne(refusal_words(a), refusal_words(b));
	}
}
END_TEST

START_TEST(test_later_reasons_are_admitted_to_be_unknown)
{
	ck_assert_ptr_nonnull(
		strstr(refusal_words(CCWBROKER_REFUSED_COMMAND + 1), "does not know"));
	ck_assert_ptr_nonnull(strstr(refusal_words(UINT32_MAX), "does not know"));
}
END_TEST

CHECK_MAIN("refusal", test_every_refusal_has_words_of_its_own,
	   test_later_reasons_are_admitted_to_be_unknown)
