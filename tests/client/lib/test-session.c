/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/lib/session.c as far as that goes without a device: fds that are something else, and
 * words for every refusal. With devices: tests/vm/cases.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ccwbroker.h"
#include "check-main.h"
#include "session.h"

START_TEST(test_fds_that_are_something_else)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct session *session = NULL;

	ck_assert_int_ge(null, 0);
	ck_assert_refused(session_new(null, null, &session), -ENOTTY);
	ck_assert_refused(session_new(-1, -1, &session), -ENOTTY);
	ck_assert_refused(session_new_iommufd(null, null, &session), -ENOTTY);
	ck_assert_refused(session_new_iommufd(-1, -1, &session), -EBADF);
	ck_assert_ptr_null(session);
}
END_TEST

START_TEST(test_every_refusal_has_words_of_its_own)
{
	for (uint32_t a = 0; a <= CCWBROKER_REFUSED_COMMAND; a++) {
		ck_assert_ptr_null(strstr(session_refusal_words(a), "does not know"));
		for (uint32_t b = 0; b < a; b++)
			ck_assert_str_ne(session_refusal_words(a), session_refusal_words(b));
	}
	ck_assert_ptr_nonnull(
		strstr(session_refusal_words(CCWBROKER_REFUSED_COMMAND + 1), "does not know"));
	ck_assert_ptr_nonnull(strstr(session_refusal_words(UINT32_MAX), "does not know"));
}
END_TEST

START_TEST(test_free_takes_null)
{
	ck_assert_ptr_null(session_free(NULL));
}
END_TEST

CHECK_MAIN("session", test_fds_that_are_something_else, test_every_refusal_has_words_of_its_own,
	   test_free_takes_null)
