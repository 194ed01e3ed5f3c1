/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Who a uid is: with an account, without one. */
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/mman.h>

#include "check-main.h"
#include "io.h"
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

/* Written and read in one process; the file is at its start again. */
static char *bytes_of(const struct subject *subject, size_t *ret_size)
{
	_cleanup_close_ int fd = memfd_create("subject", MFD_CLOEXEC);
	char *bytes;

	ck_assert_int_eq(subject_write(subject, fd), 0);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(io_read_fd(fd, LIMIT_ACCOUNT_BYTES, &bytes, ret_size), 0);
	return bytes;
}

START_TEST(test_what_is_written_is_read)
{
	static gid_t gids[] = { 1001, 4294967295U };
	static char *groups[] = { (char *)"alice", (char *)"EXAMPLE\\domain users" };
	const struct subject alice = { 7, 0, -1, NULL, (char *)"alice", 2, gids, groups, 0, 1001 };
	_cleanup_free_ char *bytes = NULL;
	struct subject found;
	size_t size;

	bytes = bytes_of(&alice, &size);
	ck_assert_int_eq(subject_read(&found, bytes, size), 0);
	ck_assert_uint_eq(found.uid, 7);
	ck_assert_uint_eq(found.owner, 1001);
	ck_assert_uint_eq(subject_account(&found), 1001);
	ck_assert_str_eq(found.user, "alice");
	ck_assert_uint_eq(found.n_groups, 2);
	ck_assert_uint_eq(found.gids[1], 4294967295U);
	ck_assert_str_eq(found.groups[1], "EXAMPLE\\domain users");
	ck_assert_int_eq(found.pidfd, -1);
	ck_assert_ptr_null(found.unit);
	subject_deinit(&found);
}
END_TEST

START_TEST(test_other_bytes_are_refused)
{
	static const struct {
		const char *bytes;
		size_t size;
	} bad[] = {
		{ "", 0 },
		{ "1", 1 },
		{ "1", 2 },
		{ "x\0alice", 8 },
		{ "-1\0alice", 9 },
		{ "4294967296\0alice", 17 },
		{ "1\0alice", 8 },
		{ "1\0alice\0x", 10 },
		{ "1\0alice\0000\0002", 12 },
		{ "1\0alice\0000\0x\0wheel", 18 },
		{ "1\0alice", 7 },
	};
	struct subject subject;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(bad); n++)
		ck_assert_msg(subject_read(&subject, bad[n].bytes, bad[n].size) == -EBADMSG, "%zu",
			      n);
}
END_TEST

START_TEST(test_groups_end_at_the_limit)
{
	static gid_t gids[LIMIT_CREDENTIAL_GROUPS + 1];
	static char *groups[LIMIT_CREDENTIAL_GROUPS + 1];
	struct subject many = { 7, 0, -1, NULL, (char *)"alice", 0, gids, groups, 0, 0 }, found;
	char *bytes;
	size_t n, size;

	for (n = 0; n < ARRAY_SIZE(groups); n++)
		groups[n] = (char *)"wheel";
	many.n_groups = LIMIT_CREDENTIAL_GROUPS;
	bytes = bytes_of(&many, &size);
	ck_assert_int_eq(subject_read(&found, bytes, size), 0);
	ck_assert_uint_eq(found.n_groups, LIMIT_CREDENTIAL_GROUPS);
	subject_deinit(&found);
	free(bytes);
	many.n_groups++;
	bytes = bytes_of(&many, &size);
	ck_assert_int_eq(subject_read(&found, bytes, size), -EBADMSG);
	free(bytes);
}
END_TEST

CHECK_MAIN("subject", test_what_is_written_is_read, test_other_bytes_are_refused,
	   test_groups_end_at_the_limit, test_an_account_has_its_name_and_groups,
	   test_a_uid_without_account_is_its_digits_and_in_no_group,
	   test_a_name_that_cannot_be_shown_is_its_digits)
