/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Definitions over the bus: who may, what is refused, and what becomes of leased devices. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

#define FILE_OF_TAPE "etc/devices.d/" BROKER_BUS_TAPE ".json"

static struct broker_bus bb;
static sd_bus *bus;
static sd_bus_error error = SD_BUS_ERROR_NULL;

static void setup(void)
{
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

static int define(bool is_autostart)
{
	return broker_bus_call(bus, "DefineDevice", &error, NULL, "sa{sv}t", BROKER_BUS_TAPE, 1,
			       CCWB_DEFINITION_AUTOSTART, "b", (int)is_autostart, (uint64_t)0);
}

static int undefine(void)
{
	return broker_bus_call(bus, "UndefineDevice", &error, NULL, "st", BROKER_BUS_TAPE,
			       (uint64_t)0);
}

static void expect(const char *property, const char *value)
{
	_cleanup_free_ char *found = broker_bus_device(bus, BROKER_BUS_TAPE, property);

	ck_assert_msg(strcmp(found, value) == 0, "%s is %s, not %s", property, found, value);
}

static void wait_driver(const char *driver)
{
	int n;

	for (n = 0; n < 1000; n++) {
		_cleanup_free_ char *found = broker_bus_device(bus, BROKER_BUS_TAPE, "Driver");

		if (strcmp(found, driver) == 0)
			break;
		usleep(10000);
	}
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect("Driver", driver);
}

START_TEST(test_a_definition_is_listed_shown_and_kept)
{
	sd_bus_message *reply;
	const char *id, *key;
	int value;

	setup();
	ck_assert_int_ge(define(true), 0);
	wait_driver(CCWB_DRIVER);
	expect("Defined", "true");
	expect("Autostart", "true");
	expect("OriginalDriver", "tape_34xx");
	ck_assert(scratch_has(&bb.work, FILE_OF_TAPE));
	broker_bus_stop(&bb);
	broker_bus_start(&bb);
	ck_assert_int_ge(broker_bus_call(bus, "ListDefinitions", &error, &reply, ""), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(sa{sv})"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "(sa{sv})", &id, 1, &key, "b", &value), 0);
	ck_assert_str_eq(id, BROKER_BUS_TAPE);
	ck_assert_str_eq(key, CCWB_DEFINITION_AUTOSTART);
	ck_assert(value);
	sd_bus_message_unref(reply);
	ck_assert_int_ge(undefine(), 0);
	wait_driver("tape_34xx");
	expect("Defined", "false");
	ck_assert(!scratch_has(&bb.work, FILE_OF_TAPE));
	teardown();
}
END_TEST

START_TEST(test_a_machine_that_starts_binds_what_is_defined)
{
	setup();
	ck_assert_int_ge(define(true), 0);
	wait_driver(CCWB_DRIVER);
	broker_bus_stop(&bb);
	fake_sysfs_set_driver(&bb.fake, BROKER_BUS_TAPE, "tape_34xx");
	scratch_remove(&bb.work, "run/leases/" BROKER_BUS_TAPE ".json");
	broker_bus_start(&bb);
	wait_driver(CCWB_DRIVER);
	teardown();
}
END_TEST

START_TEST(test_a_leased_device_stays_bound_after_its_lease)
{
	struct grant grant;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_ge(define(true), 0);
	expect("State", "leased");
	broker_bus_kill(&bb); /* what was promised is saved */
	broker_bus_start(&bb);
	broker_bus_drop(&grant);
	wait_driver(CCWB_DRIVER);
	expect("OriginalDriver", "tape_34xx");
	ck_assert_int_ge(undefine(), 0);
	wait_driver("tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_a_leased_device_that_is_undefined_goes_home_after_its_lease)
{
	struct grant grant;

	setup();
	ck_assert_int_ge(define(true), 0);
	wait_driver(CCWB_DRIVER);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_ge(undefine(), 0);
	expect("State", "leased");
	broker_bus_drop(&grant);
	wait_driver("tape_34xx");
	expect("Defined", "false");
	teardown();
}
END_TEST

static int set_autostart(int is_autostart, uint64_t flags)
{
	return sd_bus_call_method(bus, CCWB_BUS_NAME, "/org/ccwbroker1/device/_30_2e0_2e0580",
				  CCWB_IFACE_DEVICE, "SetAutostart", &error, NULL, "bt",
				  is_autostart, flags);
}

START_TEST(test_autostart_of_a_device_can_be_changed)
{
	setup();
	ck_assert_int_lt(set_autostart(true, 0), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NOT_DEFINED, "DefineDevice");
	ck_assert_int_ge(define(false), 0);
	expect("Autostart", "false");
	ck_assert_int_lt(set_autostart(true, 1), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "flags");
	ck_assert_int_ge(set_autostart(true, 0), 0);
	wait_driver(CCWB_DRIVER);
	ck_assert_int_ge(set_autostart(false, 0), 0);
	expect("Autostart", "false");
	expect("Driver", CCWB_DRIVER);
	teardown();
}
END_TEST

START_TEST(test_what_is_unknown_is_refused)
{
	setup();
	ck_assert_int_lt(broker_bus_call(bus, "DefineDevice", &error, NULL, "sa{sv}t",
					 BROKER_BUS_TAPE, 1, "auto", "b", 1, (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "auto");
	ck_assert_int_lt(broker_bus_call(bus, "DefineDevice", &error, NULL, "sa{sv}t", "tape", 0,
					 (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "tape");
	ck_assert_int_lt(broker_bus_call(bus, "DefineDevice", &error, NULL, "sa{sv}t",
					 BROKER_BUS_TAPE, 0, (uint64_t)2),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "flags");
	ck_assert_int_lt(undefine(), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NOT_DEFINED, "not defined");
	expect("Defined", "false");
	teardown();
}
END_TEST

START_TEST(test_a_file_that_the_daemon_has_not_read_is_not_written_over)
{
	_cleanup_free_ char *log = NULL, *text = NULL;

	setup();
	broker_bus_stop(&bb);
	scratch_write(&bb.work, FILE_OF_TAPE, "{ \"version\": 2 }");
	broker_bus_start(&bb);
	log = broker_bus_log(&bb);
	ck_assert_ptr_nonnull(strstr(log, "another version"));
	ck_assert_int_lt(define(true), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_DEFINITION_FAILED, "move it away");
	text = scratch_read(&bb.work, FILE_OF_TAPE);
	ck_assert_str_eq(text, "{ \"version\": 2 }");
	expect("Driver", "tape_34xx");
	teardown();
}
END_TEST

static void try_as_nobody(const struct broker_bus *daemon, sd_bus *nobody)
{
	sd_bus_error refusal = SD_BUS_ERROR_NULL;

	if (broker_bus_call(nobody, "DefineDevice", &refusal, NULL, "sa{sv}t", BROKER_BUS_TAPE, 0,
			    (uint64_t)0) >= 0)
		_exit(2);
	broker_bus_expect_error(&refusal, CCWB_ERROR_ACCESS_DENIED, "");
	if (broker_bus_call(nobody, "UndefineDevice", &refusal, NULL, "st", BROKER_BUS_TAPE,
			    (uint64_t)0) >= 0)
		_exit(2);
	broker_bus_expect_error(&refusal, CCWB_ERROR_ACCESS_DENIED, "");
	if (sd_bus_call_method(nobody, CCWB_BUS_NAME, "/org/ccwbroker1/device/_30_2e0_2e0580",
			       CCWB_IFACE_DEVICE, "SetAutostart", &refusal, NULL, "bt", 1,
			       (uint64_t)0) >= 0)
		_exit(2);
	broker_bus_expect_error(&refusal, CCWB_ERROR_ACCESS_DENIED, "");
}

START_TEST(test_others_may_not)
{
	setup();
	ck_assert_int_ge(define(false), 0);
	(void)broker_bus_as_nobody(&bb, try_as_nobody); /* without root there is nobody to try as */
	expect("Autostart", "false");
	expect("Defined", "true");
	teardown();
}
END_TEST

START_TEST(test_a_dry_run_defines_nothing)
{
	setup();
	ck_assert_int_lt(broker_bus_call(bus, "UndefineDevice", &error, NULL, "st", BROKER_BUS_TAPE,
					 (uint64_t)CCWB_FLAG_DRY_RUN),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NOT_DEFINED, "");
	ck_assert_int_ge(broker_bus_call(bus, "DefineDevice", &error, NULL, "sa{sv}t",
					 BROKER_BUS_TAPE, 0, (uint64_t)CCWB_FLAG_DRY_RUN),
			 0);
	ck_assert_int_lt(broker_bus_call(bus, "UndefineDevice", &error, NULL, "st", BROKER_BUS_TAPE,
					 (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NOT_DEFINED, "");
	ck_assert_int_ge(broker_bus_call(bus, "DefineDevice", &error, NULL, "sa{sv}t",
					 BROKER_BUS_TAPE, 0, (uint64_t)0),
			 0);
	ck_assert_int_ge(broker_bus_call(bus, "UndefineDevice", &error, NULL, "st", BROKER_BUS_TAPE,
					 (uint64_t)CCWB_FLAG_DRY_RUN),
			 0);
	ck_assert_int_ge(broker_bus_call(bus, "UndefineDevice", &error, NULL, "st", BROKER_BUS_TAPE,
					 (uint64_t)0),
			 0);
	teardown();
}
END_TEST

CHECK_MAIN("bus-definition", test_a_dry_run_defines_nothing,
	   test_a_definition_is_listed_shown_and_kept,
	   test_a_machine_that_starts_binds_what_is_defined,
	   test_a_leased_device_stays_bound_after_its_lease,
	   test_a_leased_device_that_is_undefined_goes_home_after_its_lease,
	   test_autostart_of_a_device_can_be_changed, test_what_is_unknown_is_refused,
	   test_a_file_that_the_daemon_has_not_read_is_not_written_over, test_others_may_not)
