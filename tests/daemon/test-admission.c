/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The order in which a request is judged: the first that speaks against it is what is said. */
#include <errno.h>
#include <string.h>

#include "admission.h"
#include "check-main.h"
#include "fake-sysfs.h"
#include "scratch.h"

static struct scratch scratch;
static struct fake_sysfs fake;
static struct sysfs *sysfs;
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
	static const struct sysfs_facts facts = { .subchannel = "0.0.0003",
						  .device_type = "3490/50" };
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
	fake_sysfs_init(&fake);
	sysfs = fake_sysfs_open(&fake);
	wish = (struct broker_wish){ .who = "" };
	request = (struct admission_request){
		.sysfs = sysfs,
		.device = tape,
		.subject = &alice,
		.wish = &wish,
	};
}

static void teardown(void)
{
	tape->lease = NULL;
	ledger_deinit(&ledger);
	device_free(tape);
	authority_free(authority);
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
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
	wish.backend = BACKEND_VFIO_CCW;
	ck_assert_int_eq(decide(), FAULT_NOT_SUPPORTED);
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

/* As the policy of setup, but for the profile. */
static void set_profile(const char *profile)
{
	char policy[512];

	snprintf(policy, sizeof(policy),
		 "{\"profiles\": {\"p\": %s}, \"rules\": [{\"action\": \"allow\", \"users\": "
		 "[\"alice\"], \"profile\": \"p\"}]}",
		 profile);
	scratch_write(&scratch, "policy.json", policy);
	ck_assert_msg(authority_reload(authority, &fault) == 0, "%s", fault.text);
}

START_TEST(test_the_backend_is_that_of_the_profile_or_of_the_wish)
{
	setup();
	fake_sysfs_add_tape(&fake);
	fake_sysfs_add_subchannel(&fake, "0.0.0003");
	wish.backend = BACKEND_AUTO;
	ck_assert_int_eq(decide(), FAULT_NONE);
	ck_assert_int_eq(verdict.backend, BACKEND_CCWBROKER);
	wish.backend = BACKEND_VFIO_CCW;
	ck_assert_int_eq(decide(), FAULT_NONE);
	ck_assert_int_eq(verdict.backend, BACKEND_VFIO_CCW);
	set_profile("{\"backend\": \"ccwbroker\"}");
	ck_assert_int_eq(decide(), FAULT_ACCESS_DENIED);
	ck_assert_ptr_nonnull(strstr(fault.text, "by ccwbroker and not by vfio_ccw"));
	set_profile("{\"backend\": \"vfio_ccw\"}");
	wish.backend = BACKEND_AUTO;
	ck_assert_int_eq(decide(), FAULT_NONE);
	ck_assert_int_eq(verdict.backend, BACKEND_VFIO_CCW);
	teardown();
}
END_TEST

START_TEST(test_what_vfio_ccw_cannot_do_is_refused_with_advice)
{
	static const char *const profiles[][2] = {
		{ "{\"commands\": [\"02\"]}", "every channel command" },
		{ "{\"reset-before\": true}", "without resets" },
		{ "{\"restore\": false}", "gives every device back" },
	};
	size_t n;

	setup();
	fake_sysfs_add_tape(&fake);
	fake_sysfs_add_subchannel(&fake, "0.0.0003");
	for (n = 0; n < ARRAY_SIZE(profiles); n++) {
		set_profile(profiles[n][0]);
		wish.backend = BACKEND_AUTO; /* ours is there */
		ck_assert_int_eq(decide(), FAULT_NONE);
		wish.backend = BACKEND_VFIO_CCW;
		ck_assert_int_eq(decide(), FAULT_NOT_SUPPORTED);
		ck_assert_ptr_nonnull(strstr(fault.text, profiles[n][1]));
		ck_assert_ptr_nonnull(strstr(fault.text, "the module ccwbroker can do it"));
	}
	scratch_remove(&fake.scratch, "bus/ccw/drivers/ccwbroker");
	wish.backend = BACKEND_AUTO;
	ck_assert_int_eq(decide(), FAULT_NOT_SUPPORTED);
	teardown();
}
END_TEST

START_TEST(test_one_that_is_not_back_is_to_be_restored_first)
{
	setup();
	tape->backend.kind = BACKEND_VFIO_CCW;
	ck_assert_int_eq(decide(), FAULT_RESTORE_FAILED);
	ck_assert_ptr_nonnull(strstr(fault.text, "ccwctl restore 0.0.0580"));
	teardown();
}
END_TEST

CHECK_MAIN("admission", test_the_backend_is_that_of_the_profile_or_of_the_wish,
	   test_what_vfio_ccw_cannot_do_is_refused_with_advice,
	   test_one_that_is_not_back_is_to_be_restored_first,
	   test_force_is_for_root_and_for_whom_an_administrator_agrees,
	   test_what_nothing_speaks_against_is_allowed_with_its_profile,
	   test_the_first_reason_is_the_one_that_is_given,
	   test_consent_is_for_what_is_asked_and_nothing_else)
