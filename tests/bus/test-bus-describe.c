/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* JSON of one object: the properties, all of them, under names of their own. */
#include <errno.h>
#include <stdio.h>
#include <json-c/json.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "json.h"
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

static struct json_object *describe(const char *path, const char *interface)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct json_object *object;
	const char *text, *reason;
	unsigned int line;
	int r;

	r = sd_bus_call_method(bus, CCWB_BUS_NAME, path, interface, "Describe", &error, &reply, "t",
			       (uint64_t)0);
	ck_assert_msg(r >= 0, "%s: %s", error.name, error.message);
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &text), 0);
	ck_assert_int_ge(json_parse(text, strlen(text), 8, &object, &reason, &line), 0);
	return object;
}

static void expect_text(struct json_object *object, const char *key, const char *wanted)
{
	const char *text = NULL;

	ck_assert_msg(json_get_string(object, key, &text) >= 0, "%s", key);
	ck_assert_str_eq(text, wanted);
}

static void expect_null(struct json_object *object, const char *key)
{
	struct json_object *value;

	ck_assert_msg(json_object_object_get_ex(object, key, &value), "%s", key);
	ck_assert_ptr_null(value);
}

#define TAPE_PATH "/org/ccwbroker1/device/_30_2e0_2e0580"

START_TEST(test_a_device_is_described_with_its_paths)
{
	_cleanup_json_ struct json_object *tape = NULL;
	struct json_object *value;
	int is_online;

	setup();
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, "../chpids", "40 41 00 00 00 00 00 00\n");
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, "../pimpampom", "c0 80 ff\n");
	tape = describe(TAPE_PATH, CCWB_IFACE_DEVICE);
	expect_text(tape, "id", BROKER_BUS_TAPE);
	expect_text(tape, "device_type", "3490/50");
	expect_text(tape, "kind", "tape-34xx");
	expect_null(tape, "vfio_path");
	expect_null(tape, "lease");
	ck_assert_int_ge(json_get_bool(tape, "online", &is_online), 0);
	ck_assert(!is_online);
	ck_assert(json_object_object_get_ex(tape, "channel_paths", &value));
	ck_assert_str_eq(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN),
			 "[[0,64,true],[1,65,false]]");
	ck_assert(json_object_object_get_ex(tape, "state_reason", &value));
	ck_assert_str_eq(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN),
			 "[null,null]");
	teardown();
}
END_TEST

START_TEST(test_a_lease_is_part_of_its_device)
{
	_cleanup_json_ struct json_object *tape = NULL, *lease = NULL;
	struct json_object *inner;
	struct grant grant;
	uint64_t uid;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	tape = describe(TAPE_PATH, CCWB_IFACE_DEVICE);
	lease = describe(grant.path, CCWB_IFACE_LEASE);
	ck_assert(json_object_object_get_ex(tape, "lease", &inner));
	ck_assert(json_object_equal(inner, lease));
	expect_text(lease, "id", grant.lease);
	expect_text(lease, "state", "active");
	expect_text(lease, "device", TAPE_PATH);
	ck_assert_int_ge(json_get_uint64(lease, "owner_uid", &uid), 0);
	ck_assert_uint_eq(uid, geteuid());
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

/* Every property that the bus knows of is there, whoever has added it. */
static void expect_all(const char *path, const char *interface)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_json_ struct json_object *object = describe(path, interface);
	unsigned int count = 0;

	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, path,
					    "org.freedesktop.DBus.Properties", "GetAll", &error,
					    &reply, "s", interface),
			 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sv}"), 0);
	while (sd_bus_message_skip(reply, "{sv}") > 0)
		count++;
	ck_assert_int_ge(json_object_object_length(object), (int)count);
	ck_assert_uint_ge(count, 7);
}

START_TEST(test_no_property_is_left_out)
{
	struct grant grant;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	expect_all(CCWB_PATH, CCWB_IFACE_MANAGER);
	expect_all(TAPE_PATH, CCWB_IFACE_DEVICE);
	expect_all(grant.path, CCWB_IFACE_LEASE);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

CHECK_MAIN("bus-describe", test_a_device_is_described_with_its_paths,
	   test_a_lease_is_part_of_its_device, test_no_property_is_left_out)
