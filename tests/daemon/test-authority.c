/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The policy in force: none, one, and what a bad file changes. */
#include <errno.h>
#include <string.h>

#include "authority.h"
#include "check-main.h"
#include "scratch.h"

static struct scratch scratch;
static struct authority *authority;
static struct device *tape;
static struct fault fault;
static struct policy_verdict verdict;
static const char *directories[2];

static const struct subject root = { .uid = 0, .user = (char *)"root" };
static const struct subject alice = { .uid = 1001, .user = (char *)"alice" };

static void setup(void)
{
	static const struct sysfs_facts facts = { .device_type = "3490/50" };

	scratch_init(&scratch);
	directories[0] = scratch.path;
	ck_assert_int_eq(authority_new(directories, &authority), 0);
	ck_assert_int_eq(device_new((struct ccw_id){ 0, 0, 0x580 }, &facts, NULL, &tape), 0);
}

static void teardown(void)
{
	device_free(tape);
	authority_free(authority);
	scratch_deinit(&scratch);
}

static bool may(const struct subject *subject)
{
	authority_decide(authority, tape, subject, &verdict);
	ck_assert_ptr_nonnull(verdict.profile);
	return verdict.action == POLICY_ALLOW;
}

static const char allow_tapes[] = "{\"rules\": [{\"action\": \"allow\", \"types\": [\"3490\"]}]}";

START_TEST(test_without_files_only_root_may)
{
	setup();
	ck_assert_int_eq(authority_reload(authority, &fault), 0);
	ck_assert_ptr_null(authority_problem(authority));
	ck_assert(may(&root));
	ck_assert(!may(&alice));
	teardown();
}
END_TEST

START_TEST(test_a_bad_file_at_the_start_leaves_only_root)
{
	setup();
	scratch_write(&scratch, "policy.json", "{");
	ck_assert_int_eq(authority_reload(authority, &fault), -EBADMSG);
	ck_assert_int_eq(fault.code, FAULT_POLICY_INVALID);
	ck_assert_ptr_nonnull(strstr(authority_problem(authority), "policy.json:1"));
	ck_assert(may(&root));
	ck_assert(!may(&alice));
	ck_assert_int_eq(verdict.why.code, FAULT_ACCESS_DENIED);
	ck_assert_ptr_nonnull(strstr(verdict.why.text, "policy.json:1"));
	teardown();
}
END_TEST

START_TEST(test_a_bad_file_later_changes_nothing_but_is_told)
{
	setup();
	scratch_write(&scratch, "policy.json", allow_tapes);
	ck_assert_int_eq(authority_reload(authority, &fault), 0);
	scratch_write(&scratch, "policy.json", "{");
	ck_assert_int_eq(authority_reload(authority, &fault), -EBADMSG);
	ck_assert(may(&alice));
	ck_assert_ptr_nonnull(authority_problem(authority));
	scratch_write(&scratch, "policy.json", "{}");
	ck_assert_int_eq(authority_reload(authority, &fault), 0);
	ck_assert_ptr_null(authority_problem(authority));
	ck_assert(!may(&alice));
	teardown();
}
END_TEST

CHECK_MAIN("authority", test_without_files_only_root_may,
	   test_a_bad_file_at_the_start_leaves_only_root,
	   test_a_bad_file_later_changes_nothing_but_is_told)
