/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The order in which a request is judged: the first that speaks against it is what is said. */
#include <errno.h>
#include <string.h>

#include "admission.h"
#include "check-main.h"
#include "scratch.h"

static struct scratch scratch;
static struct authority *authority;
static struct ledger ledger;
static struct device *tape;
static struct broker_wish wish;
static struct admission_request request;
static struct policy_verdict verdict;
static struct fault fault;
static const char *directories[2];

static const struct subject alice = { .uid = 1001, .user = (char *)"alice" };
static const struct subject bob = { .uid = 1002, .user = (char *)"bob" };

static void setup(void)
{
	static const struct sysfs_facts facts = { .device_type = "3490/50" };
	static const char policy[] =
		"{\"profiles\": {\"reading\": {\"leases\": 1, \"grants\": [\"fds\"], \"lifetimes\": [\"lease-fd\"]}},"
		" \"rules\": [{\"action\": \"allow\", \"users\": [\"alice\"], \"profile\": \"reading\"},"
		" {\"action\": \"ask\", \"users\": [\"bob\"]}]}";

	scratch_init(&scratch);
	directories[0] = scratch.path;
	scratch_write(&scratch, "policy.json", policy);
	ck_assert_int_eq(authority_new(directories, &authority), 0);
	ck_assert_int_eq(authority_reload(authority, &fault), 0);
	ck_assert_int_eq(device_new((struct ccw_id){ 0, 0, 0x580 }, &facts, NULL, &tape), 0);
	wish = (struct broker_wish){ .who = "" };
	request = (struct admission_request){ .device = tape, .subject = &alice, .wish = &wish };
}

static void teardown(void)
{
	tape->lease = NULL;
	ledger_deinit(&ledger);
	device_free(tape);
	authority_free(authority);
	scratch_deinit(&scratch);
}

static struct lease *lend(const char *profile)
{
	struct lease *lease;

	ck_assert_int_eq(lease_new(tape->id, &alice, "", &lease), 0);
	free(lease->profile);
	lease->profile = strdup(profile);
	lease->state = LEASE_ACTIVE;
	ledger_add(&ledger, lease);
	return lease;
}

static enum fault_code decide(void)
{
	int r;

	fault = (struct fault){};
	r = admission_decide(authority, &ledger, &request, &verdict, &fault);
	ck_assert_int_eq(r < 0, fault.code != FAULT_NONE);
	ck_assert_ptr_nonnull(verdict.profile);
	return fault.code;
}

START_TEST(test_what_nothing_speaks_against_is_allowed_with_its_profile)
{
	setup();
	ck_assert_int_eq(decide(), FAULT_NONE);
	ck_assert_str_eq(verdict.profile->name, "reading");
	ck_assert_ptr_nonnull(verdict.rule);
	teardown();
}
END_TEST

START_TEST(test_the_first_reason_is_the_one_that_is_given)
{
	setup();
	lend("reading");
	ck_assert_int_eq(decide(), FAULT_LIMITS_EXCEEDED);
	tape->facts.availability = SYSFS_NO_PATH;
	ck_assert_int_eq(decide(), FAULT_DEVICE_NOT_OPERATIONAL);
	tape->lease = ledger.first;
	ck_assert_int_eq(decide(), FAULT_DEVICE_LEASED);
	request.is_stopping = true;
	ck_assert_int_eq(decide(), FAULT_OPERATION_IN_PROGRESS);
	wish.lifetime = LIFETIME_CONNECTION;
	ck_assert_int_eq(decide(), FAULT_ACCESS_DENIED);
	ck_assert_ptr_nonnull(strstr(fault.text, "\"connection\""));
	wish.is_by_path = true;
	ck_assert_int_eq(decide(), FAULT_ACCESS_DENIED);
	ck_assert_ptr_nonnull(strstr(fault.text, "\"path\""));
	ck_assert_int_eq(verdict.action, POLICY_ALLOW);
	request.subject = &bob;
	ck_assert_int_eq(decide(), FAULT_ACCESS_DENIED);
	ck_assert_int_eq(verdict.action, POLICY_ASK);
	teardown();
}
END_TEST

START_TEST(test_consent_is_for_what_is_asked_and_nothing_else)
{
	setup();
	request.subject = &bob;
	ck_assert_int_eq(decide(), FAULT_ACCESS_DENIED);
	request.has_consent = true;
	ck_assert_int_eq(decide(), FAULT_NONE);
	tape->lease = lend("full");
	ck_assert_int_eq(decide(), FAULT_DEVICE_LEASED);
	scratch_write(&scratch, "policy.json", "{}");
	ck_assert_int_eq(authority_reload(authority, &fault), 0);
	ck_assert_int_eq(decide(), FAULT_ACCESS_DENIED);
	teardown();
}
END_TEST

START_TEST(test_force_is_for_root_and_for_whom_an_administrator_agrees)
{
	static const struct subject root = { .uid = 0, .user = (char *)"root" };

	setup();
	wish.is_forced = true;
	ck_assert_int_eq(decide(), FAULT_ACCESS_DENIED);
	ck_assert_ptr_nonnull(strstr(fault.text, "an administrator must agree"));
	ck_assert_int_eq(verdict.action, POLICY_ASK);
	wish.may_force = true;
	ck_assert_int_eq(decide(), FAULT_NONE);
	request.subject = &bob; /* who may force still has to be given the device */
	ck_assert_int_eq(decide(), FAULT_ACCESS_DENIED);
	ck_assert_ptr_nonnull(strstr(fault.text, "policy.json"));
	request.subject = &root;
	wish.may_force = false;
	ck_assert_int_eq(decide(), FAULT_NONE);
	teardown();
}
END_TEST

CHECK_MAIN("admission", test_force_is_for_root_and_for_whom_an_administrator_agrees,
	   test_what_nothing_speaks_against_is_allowed_with_its_profile,
	   test_the_first_reason_is_the_one_that_is_given,
	   test_consent_is_for_what_is_asked_and_nothing_else)
