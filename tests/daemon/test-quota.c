/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Each quota of a profile, reached and passed, and whose leases count. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "quota.h"

static struct ledger ledger;
static struct fault fault;
static struct profile *reading;
static struct policy_verdict verdict;

static void setup(void)
{
	ck_assert_int_eq(profile_new("reading", &reading), 0);
	reading->file = strdup("/etc/p.json");
	reading->line = 7;
	verdict = (struct policy_verdict){ .profile = reading, .has_group = true, .gid = 2001 };
}

static void teardown(void)
{
	ledger_deinit(&ledger);
	profile_free(reading);
}

static void add(uid_t uid, const char *profile, gid_t gid)
{
	const struct subject subject = { .uid = uid, .user = (char *)"somebody" };
	struct lease *lease;

	ck_assert_int_eq(lease_new((struct ccw_id){ 0, 0, 0x580 }, &subject, "", &lease), 0);
	free(lease->profile);
	lease->profile = strdup(profile);
	lease->has_group = gid != 0;
	lease->gid = gid;
	ledger_add(&ledger, lease);
}

static int check(uid_t uid)
{
	fault = (struct fault){};
	return quota_check(&ledger, &verdict, uid, &fault);
}

static void expect_full(uid_t uid, const char *words)
{
	ck_assert_int_eq(check(uid), -ENOBUFS);
	ck_assert_int_eq(fault.code, FAULT_LIMITS_EXCEEDED);
	ck_assert_msg(strstr(fault.text, words) != NULL, "%s", fault.text);
	ck_assert_msg(strstr(fault.text, "/etc/p.json:7") != NULL, "%s", fault.text);
}

START_TEST(test_without_quotas_nothing_is_counted)
{
	int n;

	setup();
	for (n = 0; n < 100; n++)
		add(1001, "reading", 2001);
	ck_assert_int_eq(check(1001), 0);
	teardown();
}
END_TEST

START_TEST(test_one_user_has_so_many_of_one_profile)
{
	setup();
	reading->leases_per_user = 2;
	add(1001, "full", 0);
	add(1002, "reading", 0);
	add(1002, "reading", 0);
	add(1001, "reading", 0);
	ck_assert_int_eq(check(1001), 0);
	add(1001, "reading", 0);
	expect_full(1001, "uid 1001 has 2 leases");
	expect_full(1002, "uid 1002");
	ck_assert_int_eq(check(1003), 0);
	teardown();
}
END_TEST

START_TEST(test_one_group_has_so_many_whoever_of_it_has_them)
{
	setup();
	reading->leases_per_group = 2;
	add(1001, "reading", 2001);
	add(1001, "reading", 2002);
	add(1001, "reading", 0);
	add(1001, "full", 2001);
	ck_assert_int_eq(check(1002), 0);
	add(1003, "reading", 2001);
	expect_full(1002, "gid 2001 has 2 leases");
	verdict.gid = 2003;
	ck_assert_int_eq(check(1002), 0);
	verdict.has_group = false;
	ck_assert_int_eq(check(1002), 0);
	teardown();
}
END_TEST

START_TEST(test_all_together_have_so_many)
{
	setup();
	reading->leases = 3;
	add(1001, "reading", 2001);
	add(1002, "reading", 0);
	add(0, "full", 0);
	ck_assert_int_eq(check(1003), 0);
	add(0, "reading", 0);
	expect_full(1003, "there are 3 leases");
	expect_full(0, "there are 3 leases");
	teardown();
}
END_TEST

CHECK_MAIN("quota", test_without_quotas_nothing_is_counted,
	   test_one_user_has_so_many_of_one_profile,
	   test_one_group_has_so_many_whoever_of_it_has_them, test_all_together_have_so_many)
