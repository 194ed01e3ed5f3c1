/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Device objects: properties, their changes, Acquire, and paths that are none. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

#define TAPE_PATH "/org/ccwbroker1/device/_30_2e0_2e0580"

static struct broker_bus bb;
static sd_bus *bus;
static sd_bus_error error = SD_BUS_ERROR_NULL;
static char changed[4096]; /* names of properties, each followed by a blank */

static int on_changed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	const char *interface, *name;

	ck_assert_int_gt(sd_bus_message_read(message, "s", &interface), 0);
	ck_assert_str_eq(interface, CCWB_IFACE_DEVICE);
	ck_assert_int_gt(sd_bus_message_enter_container(message, 'a', "{sv}"), 0);
	while (sd_bus_message_enter_container(message, 'e', "sv") > 0) {
		ck_assert_int_gt(sd_bus_message_read(message, "s", &name), 0);
		strcat(strcat(changed, name), " ");
		ck_assert_int_ge(sd_bus_message_skip(message, "v"), 0);
		ck_assert_int_ge(sd_bus_message_exit_container(message), 0);
	}
	return 0;
}

static void setup(void)
{
	*changed = '\0';
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	ck_assert_int_ge(sd_bus_match_signal(bus, NULL, CCWB_BUS_NAME, TAPE_PATH,
					     "org.freedesktop.DBus.Properties", "PropertiesChanged",
					     on_changed, NULL),
			 0);
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

static void expect_property(const char *property, const char *value)
{
	_cleanup_free_ char *found = broker_bus_device(bus, BROKER_BUS_TAPE, property);

	ck_assert_str_eq(found, value);
}

START_TEST(test_properties_are_what_sysfs_says)
{
	_cleanup_free_ char *path = NULL;

	setup();
	expect_property("Id", "0.0.0580");
	expect_property("Subchannel", "0.0.0003");
	expect_property("DeviceType", "3490/50");
	expect_property("ControlUnit", "3490/50");
	expect_property("Driver", "tape_34xx");
	expect_property("OriginalDriver", "tape_34xx");
	expect_property("Online", "false");
	expect_property("State", "host");
	expect_property("Lease", "/");
	expect_property("VfioPath", "");
	path = scratch_path(&bb.fake.scratch, "devices/css0/0.0.0003/0.0.0580");
	expect_property("SysfsPath", path);
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, "online", "1\n");
	expect_property("Online", "true"); /* no event told of it */
	teardown();
}
END_TEST

static void expect_reason(const char *code, const char *words)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *found, *text;

	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, TAPE_PATH,
					    "org.freedesktop.DBus.Properties", "Get", &error,
					    &reply, "ss", CCWB_IFACE_DEVICE, "StateReason"),
			 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "v", "(ss)", &found, &text), 0);
	ck_assert_str_eq(found, code);
	ck_assert_msg(strstr(text, words) != NULL, "%s", text);
}

/* Waits for the signal, so that the next change is told by one of its own. */
static void expect_told(void)
{
	while (!*changed) {
		while (sd_bus_process(bus, NULL) > 0)
			continue;
		if (!*changed)
			ck_assert_int_gt(sd_bus_wait(bus, 10 * 1000000ULL), 0);
	}
	ck_assert_str_eq(changed, "State StateReason ");
	*changed = '\0';
}

START_TEST(test_what_the_kernel_does_not_tell_of_is_seen_and_told)
{
	setup();
	expect_reason("", "");
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, "availability", "boxed\n");
	expect_property("State", "boxed");
	expect_reason("DeviceBoxed", "reserved");
	expect_told();
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, "availability", "no path\n");
	expect_property("State", "not-operational");
	expect_reason("DeviceNotOperational", "no channel path");
	expect_told();
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, "availability", "good\n");
	expect_property("State", "host");
	expect_told();
	fake_sysfs_set_driver(&bb.fake, BROKER_BUS_TAPE, NULL);
	ck_assert_int_ge(broker_bus_call(bus, "GetDevice", NULL, NULL, "s", BROKER_BUS_TAPE), 0);
	expect_property("State", "no-driver");
	teardown();
}
END_TEST

START_TEST(test_changes_are_told_by_name)
{
	struct grant grant;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	while (sd_bus_process(bus, NULL) > 0)
		continue;
	ck_assert_ptr_nonnull(strstr(changed, "State "));
	ck_assert_ptr_nonnull(strstr(changed, "Driver "));
	ck_assert_ptr_nonnull(strstr(changed, "Lease "));
	ck_assert_ptr_nonnull(strstr(changed, "VfioPath "));
	ck_assert_ptr_null(strstr(changed, "DeviceType "));
	ck_assert_ptr_null(strstr(changed, "Id "));
	teardown();
}
END_TEST

START_TEST(test_a_device_is_acquired_by_its_own_method)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct grant grant;

	setup();
	ck_assert_int_lt(sd_bus_call_method(bus, CCWB_BUS_NAME, TAPE_PATH, CCWB_IFACE_DEVICE,
					    "Acquire", &error, NULL, "a{sv}", 1, "colour", "s",
					    "red"),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "colour");
	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, TAPE_PATH, CCWB_IFACE_DEVICE,
					    "Acquire", &error, &reply, "a{sv}", 0),
			 0);
	broker_bus_read_grant(reply, &grant);
	expect_property("State", "leased");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_paths_that_name_no_device_are_no_objects)
{
	static const char *const paths[] = {
		"/org/ccwbroker1/device/_30_2e0_2e0999",
		"/org/ccwbroker1/device/_3580",
		"/org/ccwbroker1/device/tape",
		"/org/ccwbroker1/device/_",
		"/org/ccwbroker1/device",
	};
	size_t n;

	setup();
	for (n = 0; n < ARRAY_SIZE(paths); n++) {
		ck_assert_int_lt(sd_bus_call_method(bus, CCWB_BUS_NAME, paths[n], CCWB_IFACE_DEVICE,
						    "Acquire", &error, NULL, "a{sv}", 0),
				 0);
		ck_assert_msg(
			sd_bus_error_has_name(&error, "org.freedesktop.DBus.Error.UnknownObject") ||
				sd_bus_error_has_name(&error,
						      "org.freedesktop.DBus.Error.UnknownMethod"),
			"%s: %s", paths[n], error.name);
		sd_bus_error_free(&error);
	}
	teardown();
}
END_TEST

CHECK_MAIN("bus-device", test_properties_are_what_sysfs_says,
	   test_what_the_kernel_does_not_tell_of_is_seen_and_told, test_changes_are_told_by_name,
	   test_a_device_is_acquired_by_its_own_method,
	   test_paths_that_name_no_device_are_no_objects)
