/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Who a uid is: with an account, without one. */
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "check-main.h"
#include "subject.h"

START_TEST(test_an_account_has_its_name_and_groups)
{
	struct subject subject;
	bool has_primary = false;
	struct passwd *account;
	size_t n;

	ck_assert_int_eq(subject_init(&subject, 0, 17), 0);
	account = getpwuid(0);
	ck_assert_uint_eq(subject.uid, 0);
	ck_assert_int_eq(subject.pid, 17);
	ck_assert_str_eq(subject.user, account->pw_name);
	ck_assert_uint_ge(subject.n_groups, 1);
	for (n = 0; n < subject.n_groups; n++) {
		ck_assert_ptr_nonnull(subject.groups[n]);
		has_primary |= subject.gids[n] == account->pw_gid;
	}
	ck_assert(has_primary);
	subject_deinit(&subject);
	ck_assert_ptr_null(subject.user);
}
END_TEST

START_TEST(test_a_uid_without_account_is_its_digits_and_in_no_group)
{
	struct subject subject;

	ck_assert_ptr_null(getpwuid(4123456789U));
	ck_assert_int_eq(subject_init(&subject, 4123456789U, 1), 0);
	ck_assert_str_eq(subject.user, "4123456789");
	ck_assert_uint_eq(subject.n_groups, 0);
	subject_deinit(&subject);
}
END_TEST

CHECK_MAIN("subject", test_an_account_has_its_name_and_groups,
	   test_a_uid_without_account_is_its_digits_and_in_no_group)
