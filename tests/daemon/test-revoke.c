/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What somebody who revokes may say; what then happens is in tests/bus/test-bus-revoke.c. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "limits.h"
#include "revoke.h"

static struct fault fault;

static int check(const char *reason, uint64_t timeout)
{
	const struct revoke_wish wish = { .reason = reason, .timeout = timeout };

	return revoke_check(&wish, &fault);
}

START_TEST(test_the_longest_time_and_one_past_it)
{
	ck_assert_int_eq(check("", 0), 0);
	ck_assert_int_eq(check("", LIMIT_REVOKE_SECONDS * 1000000ULL), 0);
	ck_assert_int_eq(check("", LIMIT_REVOKE_SECONDS * 1000000ULL + 1), -EINVAL);
	ck_assert_ptr_nonnull(strstr(fault.text, "the most is 600 seconds"));
	ck_assert_int_eq(check("", UINT64_MAX), -EINVAL);
}
END_TEST

START_TEST(test_the_longest_reason_and_one_past_it)
{
	char reason[LIMIT_REASON_BYTES + 2] = "";

	memset(reason, 'r', LIMIT_REASON_BYTES);
	ck_assert_int_eq(check(reason, 0), 0);
	reason[LIMIT_REASON_BYTES] = 'r';
	ck_assert_int_eq(check(reason, 0), -EINVAL);
	ck_assert_ptr_nonnull(strstr(fault.text, "the most is 128"));
	ck_assert_int_eq(check("two\nlines", 0), -EINVAL);
}
END_TEST

CHECK_MAIN("revoke", test_the_longest_time_and_one_past_it, test_the_longest_reason_and_one_past_it)
