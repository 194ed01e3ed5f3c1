/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Devices by any of their names. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "limits.h"
#include "names.h"

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

START_TEST(test_a_device_is_found_by_any_form_of_its_id)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL, *other = NULL;
	const struct fake_device late = {
		.id = "0.0.0999",
		.subchannel = "0.0.0009",
		.device_type = "n/a",
		.control_unit = "n/a",
	};
	const char *path;

	setup();
	ck_assert_int_ge(broker_bus_call(bus, "GetDevice", &error, &reply, "s", "0580"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "o", &path), 0);
	ck_assert_str_eq(path, "/org/ccwbroker1/device/_30_2e0_2e0580");
	ck_assert_int_lt(broker_bus_call(bus, "GetDevice", &error, NULL, "s", "999"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NO_SUCH_DEVICE, "0.0.0999");
	fake_sysfs_add(&bb.fake, &late);
	ck_assert_int_ge(broker_bus_call(bus, "GetDevice", &error, &other, "s", "999"), 0);
	ck_assert_int_lt(broker_bus_call(bus, "GetDevice", &error, NULL, "s", "tape"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "\"tape\" is no device id");
	teardown();
}
END_TEST

/* Calls method with text and expects that device, or with NULL an error of that name and words. */
static void expect(const char *method, const char *text, const char *path, const char *name,
		   const char *words)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *found;
	int r;

	r = broker_bus_call(bus, method, &error, &reply, "s", text);
	if (!path) {
		ck_assert_int_lt(r, 0);
		broker_bus_expect_error(&error, name, words);
		return;
	}
	ck_assert_msg(r >= 0, "%s: %s", error.name, error.message);
	ck_assert_int_gt(sd_bus_message_read(reply, "o", &found), 0);
	ck_assert_str_eq(found, path);
}

#define TAPE_PATH "/org/ccwbroker1/device/_30_2e0_2e0580"

START_TEST(test_a_device_is_found_by_its_subchannel)
{
	const char *method = "GetDeviceBySubchannel";

	setup();
	expect(method, "0.0.0003", TAPE_PATH, NULL, NULL);
	expect(method, "3", TAPE_PATH, NULL, NULL);
	expect(method, "0.0.0004", NULL, CCWB_ERROR_NO_SUCH_DEVICE, "0.0.0004");
	expect(method, "css0", NULL, CCWB_ERROR_INVALID_ARGS, "css0");
	teardown();
}
END_TEST

static void expect_path_length(size_t length, const char *name)
{
	_cleanup_free_ char *path = malloc(length + 1);

	memset(path, 'x', length);
	memcpy(path, "/dev/", 5);
	path[length] = '\0';
	expect("GetDeviceByNode", path, NULL, name, "node");
}

START_TEST(test_a_device_is_found_by_its_node)
{
	const char *method = "GetDeviceByNode";
	struct grant grant;

	if (!check_has_openat2())
		return;
	setup();
	expect(method, "/dev/null", NULL, CCWB_ERROR_NO_SUCH_DEVICE, "no node of a channel device");
	scratch_symlink(&bb.fake.scratch, "../../devices/css0/0.0.0003/0.0.0580/misc/null",
			"dev/char/1:3");
	expect(method, "/dev/null", TAPE_PATH, NULL, NULL);
	expect(method, "/dev/none", NULL, CCWB_ERROR_NO_SUCH_DEVICE, "no node /dev/none");
	expect(method, "/etc/passwd", NULL, CCWB_ERROR_INVALID_ARGS, "/etc/passwd");
	expect(method, "/dev/../dev/null", NULL, CCWB_ERROR_INVALID_ARGS, "is no node");
	expect_path_length(LIMIT_NODE_PATH_BYTES, CCWB_ERROR_NO_SUCH_DEVICE);
	expect_path_length(LIMIT_NODE_PATH_BYTES + 1, CCWB_ERROR_INVALID_ARGS);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	expect(method, "/dev/vfio/7", TAPE_PATH, NULL, NULL);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

CHECK_MAIN("bus-lookup", test_a_device_is_found_by_any_form_of_its_id,
	   test_a_device_is_found_by_its_subchannel, test_a_device_is_found_by_its_node)
