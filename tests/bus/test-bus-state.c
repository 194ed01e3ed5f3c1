/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The whole state as JSON. */
#include <errno.h>
#include <fcntl.h>
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

static struct json_object *parse(const char *text)
{
	struct json_object *object;
	const char *reason;
	unsigned int line;

	ck_assert_int_ge(json_parse(text, strlen(text), 8, &object, &reason, &line), 0);
	return object;
}

static size_t count(struct json_object *object, const char *key)
{
	struct json_object *list;

	ck_assert_msg(json_object_object_get_ex(object, key, &list), "%s", key);
	return json_object_array_length(list);
}

static struct json_object *describe(uint64_t flags)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *text;

	ck_assert_int_ge(broker_bus_call(bus, "Describe", &error, &reply, "t", flags), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "s", &text), 0);
	return parse(text);
}

START_TEST(test_devices_and_leases_come_when_they_are_asked_for)
{
	_cleanup_json_ struct json_object *all = NULL, *few = NULL;
	struct grant grant;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	few = describe(0);
	ck_assert(!json_object_object_get_ex(few, "devices", NULL));
	ck_assert(json_object_object_get_ex(few, "version", NULL));
	all = describe(CCWB_DESCRIBE_OBJECTS);
	ck_assert_uint_eq(count(all, "devices"), 2);
	ck_assert_uint_eq(count(all, "leases"), 1);
	ck_assert_int_lt(broker_bus_call(bus, "Describe", &error, NULL, "t", (uint64_t)3), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "flags 0x2 are not known");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

static void client_dumps(const struct broker_bus *client_bb, sd_bus *client_bus)
{
	if (broker_bus_call(client_bus, "DumpState", &error, NULL, "") >= 0 ||
	    !sd_bus_error_has_name(&error, CCWB_ERROR_ACCESS_DENIED))
		_exit(1);
	sd_bus_error_free(&error);
}

START_TEST(test_root_gets_it_in_a_file_that_nobody_can_change)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_json_ struct json_object *all = NULL;
	char text[65536];
	ssize_t n;
	int fd;

	setup();
	if (broker_bus_as_nobody(&bb, client_dumps)) {
		ck_assert_int_ge(broker_bus_call(bus, "DumpState", &error, &reply, ""), 0);
		ck_assert_int_gt(sd_bus_message_read(reply, "h", &fd), 0);
		ck_assert_int_lt(write(fd, "x", 1), 0);
		n = pread(fd, text, sizeof(text) - 1, 0);
		ck_assert_int_gt(n, 0);
		text[n] = '\0';
		all = parse(text);
		ck_assert_uint_eq(count(all, "devices"), 2);
		ck_assert_uint_eq(count(all, "leases"), 0);
	}
	teardown();
}
END_TEST

CHECK_MAIN("bus-state", test_devices_and_leases_come_when_they_are_asked_for,
	   test_root_gets_it_in_a_file_that_nobody_can_change)
