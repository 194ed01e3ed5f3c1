/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Signals of many changes: each lease is told of in order, devices once, and a flood delays nothing for long. */
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "limits.h"
#include "names.h"

static struct broker_bus bb;
static sd_bus *bus, *listener;

static struct seen {
	unsigned int device, added, lease_new, lease_removed, count;
} seen;

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const char *path = sd_bus_message_get_path(message), *object = "";

	if (sd_bus_message_is_signal(message, NULL, "InterfacesAdded")) {
		ck_assert_int_gt(sd_bus_message_read(message, "o", &object), 0);
		seen.added += strncmp(object, CCWB_PATH_LEASE, strlen(CCWB_PATH_LEASE)) == 0;
	} else if (sd_bus_message_is_signal(message, NULL, "LeaseNew")) {
		ck_assert_uint_eq(seen.added, seen.lease_new + 1);
		seen.lease_new++;
	} else if (sd_bus_message_is_signal(message, NULL, "LeaseRemoved")) {
		ck_assert_uint_lt(seen.lease_removed, seen.lease_new);
		seen.lease_removed++;
	} else if (sd_bus_message_is_signal(message, NULL, "PropertiesChanged")) {
		if (strcmp(path, CCWB_PATH) == 0)
			seen.count++;
		else if (strncmp(path, CCWB_PATH_DEVICE, strlen(CCWB_PATH_DEVICE)) == 0)
			seen.device++;
	}
	return 0;
}

static void setup(void)
{
	seen = (struct seen){};
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	listener = broker_bus_connect(&bb);
	ck_assert_int_ge(
		sd_bus_add_match(listener, NULL, "sender='" CCWB_BUS_NAME "'", on_signal, NULL), 0);
}

static void teardown(void)
{
	sd_bus_flush_close_unref(listener);
	sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

static void listen_until(const unsigned int *count, unsigned int wanted)
{
	while (*count < wanted) {
		while (sd_bus_process(listener, NULL) > 0)
			continue;
		if (*count < wanted)
			ck_assert_int_ge(sd_bus_wait(listener, 10 * 1000000ULL), 0);
	}
}

START_TEST(test_each_lease_is_told_of_in_order)
{
	struct grant grant;
	unsigned int n;

	setup();
	for (n = 1; n <= 3; n++) {
		broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
		broker_bus_drop(&grant);
		broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	}
	listen_until(&seen.lease_removed, 3);
	ck_assert_uint_eq(seen.lease_new, 3);
	ck_assert_uint_eq(seen.added, 3);
	ck_assert_uint_gt(seen.device, 0);
	listen_until(&seen.count, 1);
	teardown();
}
END_TEST

/* Whoever calls all the time must not keep others from hearing what changes. */
START_TEST(test_news_go_out_while_calls_come_all_the_time)
{
	struct grant grant;
	unsigned int n;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	for (n = 0; seen.lease_new == 0; n++) {
		ck_assert_int_ge(sd_bus_call_method_async(bus, NULL, CCWB_BUS_NAME, CCWB_PATH,
							  CCWB_IFACE_MANAGER, "ListLeases", NULL,
							  NULL, "t", (uint64_t)0),
				 0);
		while (sd_bus_process(listener, NULL) > 0)
			continue;
		ck_assert_uint_lt(n, 1000000);
	}
	broker_bus_drop(&grant);
	listen_until(&seen.lease_removed, 1);
	teardown();
}
END_TEST

static int expect_refusal(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	return 0; /* none comes: the daemon ends before */
}

/* Who waits for a device goes before them, but one that never comes is not waited for. */
START_TEST(test_news_go_out_while_a_device_is_being_taken_for_ever)
{
	struct grant grant;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_behave(&bb, "stay");
	ck_assert_int_ge(sd_bus_call_method_async(bus, NULL, CCWB_BUS_NAME, CCWB_PATH,
						  CCWB_IFACE_MANAGER, "AcquireDevice",
						  expect_refusal, NULL, "sa{sv}", BROKER_BUS_DISK,
						  0),
			 0);
	ck_assert_int_ge(sd_bus_flush(bus), 0);
	listen_until(&seen.lease_new, 1);
	broker_bus_wait_state(bus, BROKER_BUS_DISK, "binding");
	broker_bus_kill(&bb);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

static struct grant grants[LIMIT_NEWS + 1];

/* More devices change at once than are remembered. */
START_TEST(test_as_many_devices_as_are_remembered_and_one_more_are_told_of)
{
	struct fake_device tape = { .device_type = "3490/50", .control_unit = "3490/50" };
	char ids[LIMIT_NEWS + 1][16], subchannel[16];
	unsigned int n;

	setup();
	for (n = 0; n <= LIMIT_NEWS; n++) {
		snprintf(ids[n], sizeof(ids[n]), "0.0.%04x", 0x900 + n);
		snprintf(subchannel, sizeof(subchannel), "0.0.%04x", 0x100 + n);
		tape.id = ids[n];
		tape.subchannel = subchannel;
		fake_sysfs_add(&bb.fake, &tape);
		broker_bus_acquire(bus, ids[n], &grants[n]);
	}
	listen_until(&seen.lease_new, LIMIT_NEWS + 1);
	for (n = 0; n <= LIMIT_NEWS; n++)
		broker_bus_drop(&grants[n]);
	for (n = 0; n <= LIMIT_NEWS; n++)
		broker_bus_wait_state(bus, ids[n], "no-driver");
	listen_until(&seen.lease_removed, LIMIT_NEWS + 1);
	ck_assert_uint_ge(seen.device, LIMIT_NEWS + 1);
	teardown();
}
END_TEST

CHECK_MAIN("bus-news", test_each_lease_is_told_of_in_order,
	   test_news_go_out_while_calls_come_all_the_time,
	   test_news_go_out_while_a_device_is_being_taken_for_ever,
	   test_as_many_devices_as_are_remembered_and_one_more_are_told_of)
