/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Bind, restore and reset over the bus: who may, what is refused, and how the outcome is told. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

static struct broker_bus bb;
static sd_bus *bus;
static sd_bus_error error = SD_BUS_ERROR_NULL;
static char outcome[32], reason[32], sentence[256];

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	const char *path, *result, *code, *text;
	uint32_t id;

	ck_assert_int_gt(sd_bus_message_read(message, "uos(ss)", &id, &path, &result, &code, &text),
			 0);
	snprintf(outcome, sizeof(outcome), "%s", result);
	snprintf(reason, sizeof(reason), "%s", code);
	snprintf(sentence, sizeof(sentence), "%s", text);
	return 0;
}

static void setup(void)
{
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	ck_assert_int_ge(sd_bus_match_signal(bus, NULL, CCWB_BUS_NAME, CCWB_PATH,
					     CCWB_IFACE_MANAGER, "JobRemoved", on_job_removed,
					     NULL),
			 0);
	*outcome = '\0';
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

static void wait_outcome(const char *expected)
{
	while (!*outcome) { /* the test's time limit is the limit */
		ck_assert_int_ge(sd_bus_process(bus, NULL), 0);
		if (!*outcome)
			ck_assert_int_ge(sd_bus_wait(bus, 100000), 0);
	}
	ck_assert_str_eq(outcome, expected);
	*outcome = '\0';
}

static void expect_reason(const char *code, const char *words)
{
	ck_assert_str_eq(reason, code);
	ck_assert_msg(strstr(sentence, words) != NULL, "%s", sentence);
}

static int bind_to(const char *driver)
{
	return broker_bus_call(bus, "BindDevice", &error, NULL, "sst", BROKER_BUS_TAPE, driver,
			       (uint64_t)0);
}

static void expect(const char *property, const char *value)
{
	_cleanup_free_ char *found = broker_bus_device(bus, BROKER_BUS_TAPE, property);

	ck_assert_str_eq(found, value);
}

START_TEST(test_a_bound_device_stays_so_over_leases_and_restarts_until_it_is_restored)
{
	struct grant grant;

	setup();
	ck_assert_int_ge(bind_to(CCWB_DRIVER), 0);
	wait_outcome("done");
	expect_reason("", "");
	expect("Driver", CCWB_DRIVER);
	expect("OriginalDriver", "tape_34xx");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect("Driver", CCWB_DRIVER);
	broker_bus_kill(&bb);
	broker_bus_start(&bb);
	expect("OriginalDriver", "tape_34xx");
	ck_assert_int_ge(broker_bus_call(bus, "RestoreDevice", &error, NULL, "st", BROKER_BUS_TAPE,
					 (uint64_t)0),
			 0);
	wait_outcome("done");
	expect("Driver", "tape_34xx");
	ck_assert(!scratch_has(&bb.work, "run/leases/" BROKER_BUS_TAPE ".json"));
	teardown();
}
END_TEST

START_TEST(test_after_a_lease_without_restore_the_device_stays_bound)
{
	struct grant grant;
	char policy[192];

	setup();
	snprintf(policy, sizeof(policy),
		 "{\"profiles\": {\"keep\": {\"restore\": false}}, \"rules\": [{\"action\": "
		 "\"allow\", \"users\": [\"%u\"], \"profile\": \"keep\"}]}",
		 (unsigned int)geteuid());
	broker_bus_set_policy(&bb, policy);
	ck_assert_int_ge(broker_bus_call(bus, "Reload", &error, NULL, ""), 0);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_kill(&bb);
	broker_bus_drop(&grant);
	broker_bus_start(&bb);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect("Driver", CCWB_DRIVER);
	expect("OriginalDriver", "tape_34xx");
	broker_bus_kill(&bb);
	broker_bus_start(&bb);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant); /* and a second time */
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect("OriginalDriver", "tape_34xx");
	ck_assert_int_ge(broker_bus_call(bus, "RestoreDevice", &error, NULL, "st", BROKER_BUS_TAPE,
					 (uint64_t)0),
			 0);
	wait_outcome("done");
	expect("Driver", "tape_34xx");
	ck_assert(!scratch_has(&bb.work, "run/leases/" BROKER_BUS_TAPE ".json"));
	teardown();
}
END_TEST

START_TEST(test_a_leased_device_is_left_alone)
{
	struct grant grant;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_lt(bind_to("dasd-eckd"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_DEVICE_LEASED, "leased to");
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	teardown();
}
END_TEST

START_TEST(test_what_is_no_driver_or_flag_is_refused)
{
	static const char *const bad[] = { "", "..", "a/b", ".x", "a\033" };
	size_t n;

	setup();
	for (n = 0; n < ARRAY_SIZE(bad); n++) {
		ck_assert_int_lt(bind_to(bad[n]), 0);
		broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "no driver's name");
	}
	ck_assert_int_lt(broker_bus_call(bus, "ResetDevice", &error, NULL, "st", BROKER_BUS_TAPE,
					 (uint64_t)2),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "flags");
	teardown();
}
END_TEST

/* A call that changes nothing: what it says, and how the device is afterwards. */
static int rehearse(const char *method, const char *driver)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *job;
	int r;

	r = driver ? broker_bus_call(bus, method, &error, &reply, "sst", BROKER_BUS_TAPE, driver,
				     (uint64_t)CCWB_FLAG_DRY_RUN)
		   : broker_bus_call(bus, method, &error, &reply, "st", BROKER_BUS_TAPE,
				     (uint64_t)CCWB_FLAG_DRY_RUN);
	if (r < 0)
		return r;
	ck_assert_int_gt(sd_bus_message_read(reply, "o", &job), 0);
	ck_assert_str_eq(job, CCWB_PATH_NONE);
	expect("State", "host");
	expect("Driver", "tape_34xx");
	ck_assert_str_eq(outcome, "");
	return r;
}

START_TEST(test_a_rehearsal_starts_no_job)
{
	struct grant grant;

	setup();
	ck_assert_int_ge(rehearse("BindDevice", CCWB_DRIVER), 0);
	ck_assert_int_ge(rehearse("RestoreDevice", NULL), 0);
	ck_assert_int_ge(rehearse("ResetDevice", NULL), 0);
	ck_assert_int_lt(rehearse("BindDevice", "no-such-driver"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NOT_SUPPORTED, "no driver no-such-driver");
	ck_assert_int_lt(rehearse("BindDevice", "a/b"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "no driver's name");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_lt(rehearse("BindDevice", CCWB_DRIVER), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_DEVICE_LEASED, "leased to");
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	ck_assert_int_ge(bind_to(CCWB_DRIVER), 0);
	wait_outcome("done");
	ck_assert_int_lt(broker_bus_call(bus, "ResetDevice", &error, NULL, "st", BROKER_BUS_TAPE,
					 (uint64_t)CCWB_FLAG_DRY_RUN),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NOT_SUPPORTED, "resets it");
	teardown();
}
END_TEST

START_TEST(test_a_job_can_be_canceled_and_holds_off_others)
{
	setup();
	broker_bus_behave(&bb, "wait");
	ck_assert_int_ge(bind_to(CCWB_DRIVER), 0);
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}",
					 BROKER_BUS_TAPE, 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_OPERATION_IN_PROGRESS, "job");
	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, CCWB_PATH_JOB "/1", CCWB_IFACE_JOB,
					    "Cancel", &error, NULL, "t", (uint64_t)0),
			 0);
	wait_outcome("canceled");
	expect_reason("BindFailed", "canceled by request");
	expect("Driver", "tape_34xx");
	expect("State", "host");
	teardown();
}
END_TEST

START_TEST(test_a_job_that_fails_says_why)
{
	setup();
	broker_bus_behave(&bb, "die");
	ck_assert_int_ge(bind_to(CCWB_DRIVER), 0);
	wait_outcome("failed");
	expect_reason("BindFailed", "the process that works on 0.0.0580 has ended");
	expect("State", "host");
	broker_bus_behave(&bb, "die stuck");
	ck_assert_int_ge(bind_to(CCWB_DRIVER), 0);
	wait_outcome("failed");
	expect_reason("RestoreFailed", "0.0.0580 is stuck");
	expect("State", "failed");
	teardown();
}
END_TEST

START_TEST(test_a_daemon_killed_in_the_middle_gives_back)
{
	setup();
	broker_bus_behave(&bb, "wait");
	ck_assert_int_ge(bind_to(CCWB_DRIVER), 0);
	broker_bus_kill(&bb);
	fake_sysfs_set_driver(&bb.fake, BROKER_BUS_TAPE, CCWB_DRIVER);
	broker_bus_behave(&bb, "");
	broker_bus_start(&bb);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect("Driver", "tape_34xx");
	teardown();
}
END_TEST

static void try_as_nobody(const struct broker_bus *daemon, sd_bus *nobody)
{
	static const char *const methods[] = { "RestoreDevice", "ResetDevice" };
	sd_bus_error refusal = SD_BUS_ERROR_NULL;
	size_t n;

	for (n = 0; n < 2 * ARRAY_SIZE(methods); n++) {
		if (broker_bus_call(nobody, methods[n / 2], &refusal, NULL, "st", BROKER_BUS_TAPE,
				    (uint64_t)(n % 2 ? CCWB_FLAG_DRY_RUN : 0)) >= 0)
			_exit(2);
		broker_bus_expect_error(&refusal, CCWB_ERROR_ACCESS_DENIED, "");
	}
}

START_TEST(test_others_may_not)
{
	setup();
	(void)broker_bus_as_nobody(&bb, try_as_nobody); /* without root there is nobody to try as */
	teardown();
}
END_TEST

CHECK_MAIN("bus-job", test_after_a_lease_without_restore_the_device_stays_bound,
	   test_a_bound_device_stays_so_over_leases_and_restarts_until_it_is_restored,
	   test_a_leased_device_is_left_alone, test_what_is_no_driver_or_flag_is_refused,
	   test_a_rehearsal_starts_no_job, test_a_job_can_be_canceled_and_holds_off_others,
	   test_a_job_that_fails_says_why, test_a_daemon_killed_in_the_middle_gives_back,
	   test_others_may_not)
