/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Listings and what they can be restricted to. */
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

/* The ids of a listing, in order. */
static const char *ids_of(sd_bus_message *reply)
{
	static char text[256];
	const char *id, *type, *state, *driver, *path;

	*text = '\0';
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(sssso)"), 0);
	while (sd_bus_message_read(reply, "(sssso)", &id, &type, &state, &driver, &path) > 0) {
		strcat(text, *text ? " " : "");
		strcat(text, id);
	}
	sd_bus_message_unref(reply);
	return text;
}

#define EXPECT_LIST(ids, ...)                                                                      \
	do {                                                                                       \
		sd_bus_message *listing = NULL;                                                    \
		ck_assert_int_ge(broker_bus_call(bus, "ListDevices", &error, &listing, "a{sv}t",   \
						 __VA_ARGS__, (uint64_t)0),                        \
				 0);                                                               \
		ck_assert_str_eq(ids_of(listing), ids);                                            \
	} while (0)

START_TEST(test_listings_are_sorted_and_filtered)
{
	struct grant grant;

	setup();
	EXPECT_LIST("0.0.0120 0.0.0580", 0);
	EXPECT_LIST("0.0.0580", 1, "type", "s", "3490");
	EXPECT_LIST("0.0.0120", 1, "type", "s", "3390/0C");
	EXPECT_LIST("", 1, "type", "s", "3390/0b");
	EXPECT_LIST("", 1, "leased", "b", 1);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	EXPECT_LIST("0.0.0580", 1, "leased", "b", 1);
	EXPECT_LIST("0.0.0120", 1, "leased", "b", 0);
	EXPECT_LIST("0.0.0580", 2, "state", "s", "leased", "type", "s", "3490/*");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_a_listing_says_what_is_wrong_with_a_device)
{
	const struct fake_device screen = {
		.id = "0.0.0009",
		.subchannel = "0.0.0001",
		.device_type = "n/a\n",
		.control_unit = "3270/00\n",
	};
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *id, *type, *state;

	setup();
	fake_sysfs_add(&bb.fake, &screen);
	ck_assert_int_ge(broker_bus_call(bus, "GetDevice", &error, NULL, "s", "9"), 0);
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, "availability", "boxed\n");
	fake_sysfs_set(&bb.fake, BROKER_BUS_DISK, "availability", "no device\n");
	EXPECT_LIST(BROKER_BUS_TAPE, 1, "state", "s", "boxed");
	EXPECT_LIST(BROKER_BUS_DISK, 1, "state", "s", "not-operational");
	EXPECT_LIST("0.0.0009", 1, "state", "s", "no-driver");
	EXPECT_LIST("", 1, "state", "s", "host");
	EXPECT_LIST("0.0.0009", 1, "type", "s", "3270");
	EXPECT_LIST(BROKER_BUS_DISK, 1, "type", "s", "3990"); /* its control unit */
	ck_assert_int_ge(
		broker_bus_call(bus, "ListDevices", &error, &reply, "a{sv}t", 0, (uint64_t)0), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(sssso)"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "(sssso)", &id, &type, &state, NULL, NULL), 0);
	ck_assert_str_eq(id, "0.0.0009");
	ck_assert_str_eq(type, "3270/00");
	ck_assert_str_eq(state, "no-driver");
	teardown();
}
END_TEST

START_TEST(test_bad_filters_and_flags_are_refused)
{
	setup();
	ck_assert_int_lt(broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 1, "colour",
					 "s", "red", (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "unknown filter key \"colour\"");
	ck_assert_int_lt(broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 1, "leased",
					 "s", "yes", (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "\"leased\" must have type b");
	ck_assert_int_lt(broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 1, "state",
					 "s", "broken", (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "no state broken");
	ck_assert_int_lt(broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 1, "type", "s",
					 "tape", (uint64_t)0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "like 3490");
	ck_assert_int_lt(
		broker_bus_call(bus, "ListDevices", &error, NULL, "a{sv}t", 0, (uint64_t)1), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "flags 0x1");
	ck_assert_int_lt(broker_bus_call(bus, "ListLeases", &error, NULL, "t", (uint64_t)1 << 63),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "flags 0x8000000000000000");
	teardown();
}
END_TEST

/* A listing of so many ids, as an error or not. */
static int list_ids(size_t count, const char *last)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	size_t n;

	ck_assert_int_ge(sd_bus_message_new_method_call(bus, &call, CCWB_BUS_NAME, CCWB_PATH,
							CCWB_IFACE_MANAGER, "ListDevices"),
			 0);
	ck_assert_int_ge(sd_bus_message_open_container(call, 'a', "{sv}"), 0);
	ck_assert_int_ge(sd_bus_message_open_container(call, 'e', "sv"), 0);
	ck_assert_int_ge(sd_bus_message_append(call, "s", CCWB_FILTER_IDS), 0);
	ck_assert_int_ge(sd_bus_message_open_container(call, 'v', "as"), 0);
	ck_assert_int_ge(sd_bus_message_open_container(call, 'a', "s"), 0);
	for (n = 1; n < count; n++)
		ck_assert_int_ge(sd_bus_message_append(call, "s", "0.0.0001"), 0);
	ck_assert_int_ge(sd_bus_message_append(call, "s", last), 0);
	for (n = 0; n < 4; n++)
		ck_assert_int_ge(sd_bus_message_close_container(call), 0);
	ck_assert_int_ge(sd_bus_message_append(call, "t", (uint64_t)0), 0);
	return sd_bus_call(bus, call, 0, &error, NULL);
}

START_TEST(test_ids_and_ranges_restrict_a_listing)
{
	setup();
	EXPECT_LIST("0.0.0580", 1, "ids", "as", 1, "0.0.0580");
	EXPECT_LIST("0.0.0120 0.0.0580", 1, "ids", "as", 2, "580", "0.0.0100-0.0.01ff");
	EXPECT_LIST("", 1, "ids", "as", 1, "0.0.0121");
	EXPECT_LIST("0.0.0120 0.0.0580", 1, "ids", "as", 0);
	ck_assert_int_lt(list_ids(1, "tape"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "\"tape\" is no id");
	ck_assert_int_ge(list_ids(LIMIT_FILTER_IDS, "0.0.0580"), 0);
	ck_assert_int_lt(list_ids(LIMIT_FILTER_IDS + 1, "0.0.0580"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_LIMITS_EXCEEDED, "256");
	teardown();
}
END_TEST

START_TEST(test_leases_are_listed_with_their_owner)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *lease, *device, *who, *state, *path;
	struct grant grant;
	uint64_t since;
	uint32_t uid;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_ge(broker_bus_call(bus, "ListLeases", &error, &reply, "t", (uint64_t)0), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(ssussto)"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "(ssussto)", &lease, &device, &uid, &who,
					     &state, &since, &path),
			 0);
	ck_assert_str_eq(lease, grant.lease);
	ck_assert_str_eq(device, BROKER_BUS_TAPE);
	ck_assert_uint_eq(uid, geteuid());
	ck_assert_str_eq(who, "");
	ck_assert_str_eq(state, "active");
	ck_assert_uint_gt(since, 1600000000000000ULL);
	ck_assert_str_eq(path, grant.path);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

CHECK_MAIN("bus-list", test_listings_are_sorted_and_filtered,
	   test_a_listing_says_what_is_wrong_with_a_device, test_bad_filters_and_flags_are_refused,
	   test_ids_and_ranges_restrict_a_listing, test_leases_are_listed_with_their_owner)
