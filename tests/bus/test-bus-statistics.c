/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What is counted. */
#include <poll.h>
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

/* The number under key, or under key and name, 0 when it is not there. */
static uint64_t get(const char *key, const char *name)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *found, *type, *inner;
	uint64_t value = 0, got;

	ck_assert_int_ge(broker_bus_call(bus, "GetStatistics", &error, &reply, ""), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sv}"), 0);
	while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
		ck_assert_int_gt(sd_bus_message_read(reply, "s", &found), 0);
		ck_assert_int_gt(sd_bus_message_peek_type(reply, NULL, &type), 0);
		if (strcmp(found, key) != 0 || strcmp(type, "u") == 0) {
			ck_assert_int_ge(sd_bus_message_skip(reply, "v"), 0);
		} else if (strcmp(type, "a{st}") == 0) {
			ck_assert_int_gt(sd_bus_message_enter_container(reply, 'v', type), 0);
			ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{st}"), 0);
			while (sd_bus_message_read(reply, "{st}", &inner, &got) > 0)
				if (strcmp(inner, name) == 0)
					value = got;
			ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
			ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
		} else {
			ck_assert_int_gt(sd_bus_message_read(reply, "v", type, &value), 0);
		}
		ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
	}
	return value;
}

START_TEST(test_grants_refusals_and_ends_are_counted)
{
	struct grant grant;
	int n;

	setup();
	ck_assert_uint_eq(get("granted", NULL), 0);
	ck_assert_uint_gt(get("since", NULL), 1600000000000000ULL);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_uint_eq(get("granted", NULL), 1);
	ck_assert_uint_gt(get("wait-usec", NULL), 0);
	ck_assert_uint_eq(get("wait-usec-most", NULL), get("wait-usec", NULL));
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0),
			 0);
	sd_bus_error_free(&error);
	ck_assert_uint_eq(get("refused", "DeviceLeased"), 1);
	broker_bus_behave(&bb, "in-use");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "120", 0),
			 0);
	sd_bus_error_free(&error);
	ck_assert_uint_eq(get("refused", "DeviceInUse"), 1);
	broker_bus_behave(&bb, "");
	broker_bus_drop(&grant);
	for (n = 0; n < 500 && get("ended", "closed") == 0; n++)
		(void)poll(NULL, 0, 10);
	ck_assert_uint_eq(get("ended", "closed"), 1);
	teardown();
}
END_TEST

CHECK_MAIN("bus-statistics", test_grants_refusals_and_ends_are_counted)
