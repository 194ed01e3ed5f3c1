/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* GetUsers over a bus: what is told of whom, who may ask, and callers that ask too much or leave. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "fake-polkit.h"
#include "limits.h"
#include "names.h"

#define TAPE_PATH "/org/ccwbroker1/device/_30_2e0_2e0580"

static struct broker_bus bb;
static sd_bus *bus;
static char told[8192]; /* of the last call: "kind object: sentence\n" for each */
static unsigned int n_told;

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

/* A client in another process reports by _exit; ck_assert would not be heard. */
static void require(bool is_so, int status)
{
	if (!is_so)
		_exit(status);
}

static int ask(sd_bus *client, uint64_t flags, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *kind, *object, *text;
	int r;

	*told = '\0';
	n_told = 0;
	r = sd_bus_call_method(client, CCWB_BUS_NAME, TAPE_PATH, CCWB_IFACE_DEVICE, "GetUsers",
			       error, &reply, "t", flags);
	if (r < 0)
		return r;
	require(sd_bus_message_enter_container(reply, 'a', "(sss)") > 0, 90);
	while (sd_bus_message_read(reply, "(sss)", &kind, &object, &text) > 0) {
		size_t length = strlen(told);

		snprintf(told + length, sizeof(told) - length, "%s %s: %s\n", kind, object, text);
		n_told++;
	}
	return 0;
}

static void expect_told(const char *text)
{
	ck_assert_int_ge(ask(bus, 0, NULL), 0);
	ck_assert_msg(*text ? strstr(told, text) != NULL : !*told, "%s", told);
}

static void add_interfaces(unsigned int count)
{
	char file[64];

	while (count-- > 0) {
		snprintf(file, sizeof(file), "net/e%u/flags", count);
		fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, file, "0x1003\n");
	}
}

START_TEST(test_a_free_device_has_no_users)
{
	setup();
	expect_told("");
	teardown();
}
END_TEST

START_TEST(test_uses_are_told_with_what_to_do)
{
	setup();
	scratch_write(&bb.work, "1/mountinfo", "25 1 94:0 / /srv rw - ext4 /dev/dasda rw\n");
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, "block/dasda/dev", "94:0\n");
	add_interfaces(1);
	expect_told("mount dasda: 0.0.0580 is in use: its dasda is mounted on /srv; run umount "
		    "first\n"
		    "interface e0: 0.0.0580 is in use: its network interface e0 is up; run: ip "
		    "link set e0 down\n");
	ck_assert_uint_eq(n_told, 2);
	teardown();
}
END_TEST

START_TEST(test_the_lease_is_told_first_also_of_a_device_that_is_gone)
{
	struct grant grant;
	char line[128];

	setup();
	add_interfaces(1);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	snprintf(line, sizeof(line), "lease %s: 0.0.0580 is leased to ", grant.lease);
	expect_told(line);
	ck_assert_int_eq(strncmp(told, line, strlen(line)), 0);
	ck_assert_uint_eq(n_told, 2);
	fake_sysfs_remove(&bb.fake, BROKER_BUS_TAPE);
	expect_told(line);
	ck_assert_uint_eq(n_told, 1);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_so_many_are_told_besides_the_lease)
{
	struct grant grant;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	add_interfaces(LIMIT_USES);
	expect_told("interface");
	ck_assert_uint_eq(n_told, LIMIT_USES + 1);
	add_interfaces(LIMIT_USES + 1);
	expect_told("interface");
	ck_assert_uint_eq(n_told, LIMIT_USES + 1);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_flags_are_not_known)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;

	setup();
	ck_assert_int_lt(ask(bus, 1, &error), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "flags 0x1");
	teardown();
}
END_TEST

static void ask_in_vain(const struct broker_bus *client_bb, sd_bus *client)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

	require(ask(client, 0, &error) < 0, 2);
	require(sd_bus_error_has_name(&error, CCWB_ERROR_ACCESS_DENIED), 3);
	require(strstr(error.message, "nobody (uid 65534) is not root") != NULL, 4);
}

static void ask_well(const struct broker_bus *client_bb, sd_bus *client)
{
	require(ask(client, 0, NULL) >= 0, 2);
	require(strstr(told, "interface e0: ") != NULL, 3);
}

START_TEST(test_others_are_told_what_polkit_lets_them)
{
	_cleanup_free_ char *heard = NULL;
	struct fake_polkit polkit;

	setup();
	add_interfaces(1);
	if (broker_bus_as_nobody(&bb, ask_in_vain)) { /* there is no polkit */
		fake_polkit_start(&polkit, &bb);
		fake_polkit_behave(&polkit, "no");
		ck_assert(broker_bus_as_nobody(&bb, ask_in_vain));
		fake_polkit_behave(&polkit, "yes");
		ck_assert(broker_bus_as_nobody(&bb, ask_well));
		heard = fake_polkit_heard(&polkit);
		ck_assert_ptr_nonnull(strstr(heard, "check " CCWB_ACTION_INSPECT
						    " 0 device=0.0.0580 type=3490/50"));
		fake_polkit_stop(&polkit);
	}
	teardown();
}
END_TEST

static void take_and_ask(const struct broker_bus *client_bb, sd_bus *client)
{
	struct grant grant;

	broker_bus_acquire(client, BROKER_BUS_TAPE, &grant);
	require(ask(client, 0, NULL) >= 0, 2);
	require(strstr(told, "lease l") != NULL, 3);
	broker_bus_drop(&grant);
}

START_TEST(test_who_has_the_lease_needs_no_polkit)
{
	setup();
	broker_bus_set_policy(&bb, "{\"rules\": [{\"action\": \"allow\"}]}");
	broker_bus_stop(&bb);
	broker_bus_start(&bb);
	(void)broker_bus_as_nobody(&bb, take_and_ask); /* only root can be another */
	teardown();
}
END_TEST

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	int *counts = userdata;

	counts[0]++;
	counts[1] += sd_bus_message_is_method_error(reply, CCWB_ERROR_LIMITS_EXCEEDED);
	return 0;
}

static void ask_async(sd_bus *client, int *counts)
{
	ck_assert_int_ge(sd_bus_call_method_async(client, NULL, CCWB_BUS_NAME, TAPE_PATH,
						  CCWB_IFACE_DEVICE, "GetUsers", on_reply, counts,
						  "t", (uint64_t)0),
			 0);
}

static int process_until(int *counts, int wanted)
{
	while (counts[0] < wanted)
		if (sd_bus_process(bus, NULL) == 0)
			ck_assert_int_gt(sd_bus_wait(bus, 10000000), 0);
	return counts[1];
}

/* It counts with CanAcquire, whose worker is slow here: n of those, and one of ours. */
static int ask_besides(int n)
{
	int counts[2] = {}, of_others[2] = {}, i, refused;

	for (i = 0; i < n; i++)
		ck_assert_int_ge(sd_bus_call_method_async(bus, NULL, CCWB_BUS_NAME, CCWB_PATH,
							  CCWB_IFACE_MANAGER, "CanAcquire",
							  on_reply, of_others, "sa{sv}", "580", 0),
				 0);
	ask_async(bus, counts);
	refused = process_until(counts, 1);
	ck_assert_int_eq(process_until(of_others, n), 0);
	return refused;
}

START_TEST(test_one_user_asks_so_much_at_a_time)
{
	setup();
	broker_bus_behave(&bb, "slow");
	ck_assert_int_eq(ask_besides(LIMIT_INQUIRIES_PER_UID - 1), 0);
	ck_assert_int_eq(ask_besides(LIMIT_INQUIRIES_PER_UID), 1);
	expect_told("");
	teardown();
}
END_TEST

START_TEST(test_a_caller_that_leaves_leaves_nothing)
{
	int counts[2] = {}, n;
	sd_bus *other;

	setup();
	for (n = 0; n < 2 * LIMIT_INQUIRIES; n++) {
		other = broker_bus_connect(&bb);
		ask_async(other, counts);
		ck_assert_int_ge(sd_bus_flush(other), 0);
		sd_bus_flush_close_unref(other);
	}
	for (n = 0; n < 50 && ask(bus, 0, NULL) < 0; n++)
		poll(NULL, 0, 20);
	expect_told("");
	teardown();
}
END_TEST

CHECK_MAIN("bus-users", test_a_free_device_has_no_users, test_uses_are_told_with_what_to_do,
	   test_the_lease_is_told_first_also_of_a_device_that_is_gone,
	   test_so_many_are_told_besides_the_lease, test_flags_are_not_known,
	   test_others_are_told_what_polkit_lets_them, test_who_has_the_lease_needs_no_polkit,
	   test_one_user_asks_so_much_at_a_time, test_a_caller_that_leaves_leaves_nothing)
