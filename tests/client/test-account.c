/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/account.c: names, numbers, and what is neither. */
#include <string.h>

#include "account.h"
#include "check-main.h"

START_TEST(test_names_and_numbers_are_users)
{
	uid_t uid = 1;

	ck_assert_int_eq(account_find("x", "root", &uid), EXIT_CODE_OK);
	ck_assert_uint_eq(uid, 0);
	ck_assert_int_eq(account_find("x", "4294967294", &uid), EXIT_CODE_OK);
	ck_assert_uint_eq(uid, 4294967294U);
}
END_TEST

START_TEST(test_what_is_neither_is_refused)
{
	static const char *const words[] = {
		"", "no.such.user", "-1", " 1", "1x", "4294967295", "99999999999999999999999"
	};
	uid_t uid = 7;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		ck_assert_int_eq(account_find("x", words[i], &uid), EXIT_CODE_USAGE);
	ck_assert_uint_eq(uid, 7);
}
END_TEST

CHECK_MAIN("account", test_names_and_numbers_are_users, test_what_is_neither_is_refused)
