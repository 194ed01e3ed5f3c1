/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Who a uid is: with an account, without one. */
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "check-main.h"
#include "limits.h"
#include "subject.h"

static const char *odd_name; /* NULL: accounts are those of this system */

/* In place of the library's, which cannot be told what to find. */
struct passwd *getpwuid(uid_t uid)
{
	static struct passwd account;
	static char buffer[4096];
	struct passwd *found = NULL;

	if (odd_name) {
		account = (struct passwd){
			.pw_name = (char *)odd_name,
			.pw_uid = uid,
			.pw_gid = 4123456788U,
		};
		return &account;
	}
	(void)getpwuid_r(uid, &account, buffer, sizeof(buffer), &found);
	return found;
}

static void expect_user(const char *name, const char *shown)
{
	struct subject subject;

	odd_name = name;
	ck_assert_int_eq(subject_init(&subject, 1234, 1), 0);
	ck_assert_str_eq(subject.user, shown);
	ck_assert_uint_eq(subject.n_groups, 1);
	ck_assert_str_eq(subject.groups[0], "4123456788");
	subject_deinit(&subject);
}

START_TEST(test_a_name_that_cannot_be_shown_is_its_digits)
{
	char name[LIMIT_USER_BYTES + 2];

	memset(name, 'a', sizeof(name));
	name[LIMIT_USER_BYTES] = '\0';
	expect_user(name, name);
	name[LIMIT_USER_BYTES] = 'a';
	name[LIMIT_USER_BYTES + 1] = '\0';
	expect_user(name, "1234");
	expect_user("EXAMPLE\\j\303\266rg", "EXAMPLE\\j\303\266rg");
	expect_user("j\366rg", "1234");
	expect_user("two\nlines", "1234");
	expect_user("", "1234");
}
END_TEST

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
	   test_a_uid_without_account_is_its_digits_and_in_no_group,
	   test_a_name_that_cannot_be_shown_is_its_digits)
