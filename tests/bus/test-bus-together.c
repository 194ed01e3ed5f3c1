/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Several devices by one call: all or none. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "limits.h"
#include "names.h"

#define MOST_FDS (LIMIT_TOGETHER * 4)

static struct broker_bus bb;
static sd_bus *bus;
static sd_bus_error error = SD_BUS_ERROR_NULL;

/* 0.0.0600 and so on, beside the two that every test has. */
static void setup(unsigned int n_more)
{
	struct fake_device device = { .device_type = "3490/50\n", .control_unit = "3490/50\n" };
	char id[16], subchannel[16];
	unsigned int n;

	broker_bus_init(&bb);
	device.id = id;
	device.subchannel = subchannel;
	for (n = 0; n < n_more; n++) {
		snprintf(id, sizeof(id), "0.0.%04x", 0x600 + n);
		snprintf(subchannel, sizeof(subchannel), "0.0.%04x", 0x60 + n);
		fake_sysfs_add(&bb.fake, &device);
	}
	bus = broker_bus_connect(&bb);
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

/* Asks for the devices of ids, which NULL ends. */
static int acquire(const char *const *ids, sd_bus_message **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;

	ck_assert_int_ge(sd_bus_message_new_method_call(bus, &call, CCWB_BUS_NAME, CCWB_PATH,
							CCWB_IFACE_MANAGER, "AcquireDevices"),
			 0);
	ck_assert_int_ge(sd_bus_message_open_container(call, 'a', "(sa{sv})"), 0);
	for (; *ids; ids++)
		ck_assert_int_ge(sd_bus_message_append(call, "(sa{sv})", *ids, 0), 0);
	ck_assert_int_ge(sd_bus_message_close_container(call), 0);
	ck_assert_int_ge(sd_bus_message_append(call, "a{sv}", 0), 0);
	return sd_bus_call(bus, call, 30 * 1000000ULL, &error, ret);
}

static void expect_refused(const char *const *ids, const char *name, const char *words)
{
	ck_assert_int_lt(acquire(ids, NULL), 0);
	broker_bus_expect_error(&error, name, words);
}

static void expect_no_leases(void)
{
	uint32_t n = 1;
	int i;

	for (i = 0; i < 1000 && n > 0; i++) {
		ck_assert_int_ge(sd_bus_get_property_trivial(bus, CCWB_BUS_NAME, CCWB_PATH,
							     CCWB_IFACE_MANAGER, "NLeases", &error,
							     'u', &n),
				 0);
		(void)poll(NULL, 0, 10);
	}
	ck_assert_uint_eq(n, 0);
}

START_TEST(test_the_most_devices_come_together)
{
	static const char *const ids[] = { "0.0.0580", "0.0.0120", "0.0.0600", "0.0.0601", NULL };
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int fds[MOST_FDS], n_fds = 0, n, fd, r;
	const char *id, *path, *name;

	setup(2);
	r = acquire(ids, &reply);
	ck_assert_msg(r >= 0, "%s: %s", error.name, error.message);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(soa{sh}a{sv})"), 0);
	for (n = 0; n < LIMIT_TOGETHER; n++) {
		ck_assert_int_gt(sd_bus_message_enter_container(reply, 'r', "soa{sh}a{sv}"), 0);
		ck_assert_int_gt(sd_bus_message_read(reply, "so", &id, &path), 0);
		ck_assert_str_eq(id, ids[n]);
		ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sh}"), 0);
		while (sd_bus_message_read(reply, "{sh}", &name, &fd) > 0)
			fds[n_fds++] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
		ck_assert_int_ge(sd_bus_message_skip(reply, "a{sv}"), 0);
		ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
	}
	ck_assert_int_eq(n_fds, MOST_FDS);
	broker_bus_wait_state(bus, "0.0.0601", "leased");
	reply = sd_bus_message_unref(reply);
	while (n_fds > 0)
		macro_close(fds[--n_fds]);
	expect_no_leases();
	teardown();
}
END_TEST

START_TEST(test_what_cannot_be_is_refused_before_anything_is_begun)
{
	static const char *const five[] = { "580", "120", "600", "601", "602", NULL };
	static const char *const none[] = { NULL }, *const twice[] = { "580", "0.0.0580", NULL };
	static const char *const missing[] = { "580", "9999", NULL };
	static const char *const bad[] = { "580", "tape", NULL };

	setup(3);
	expect_refused(five, CCWB_ERROR_LIMITS_EXCEEDED, "4 devices at most");
	expect_refused(none, CCWB_ERROR_INVALID_ARGS, "no device");
	expect_refused(twice, CCWB_ERROR_INVALID_ARGS, "0.0.0580 is given twice");
	expect_refused(missing, CCWB_ERROR_NO_SUCH_DEVICE, "0.0.9999");
	expect_refused(bad, CCWB_ERROR_INVALID_ARGS, "\"tape\"");
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect_no_leases();
	teardown();
}
END_TEST

START_TEST(test_one_that_is_leased_keeps_the_others_from_being_taken)
{
	static const char *const ids[] = { "0.0.0120", "0.0.0580", NULL };
	struct grant grant;

	setup(0);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	expect_refused(ids, CCWB_ERROR_DEVICE_LEASED, "0.0.0580");
	broker_bus_wait_state(bus, BROKER_BUS_DISK, "host");
	broker_bus_drop(&grant);
	expect_no_leases();
	teardown();
}
END_TEST

/* Its process reports by _exit. */
static void ask_for_what_is_denied(const struct broker_bus *client_bb, sd_bus *client)
{
	_cleanup_(sd_bus_error_free) sd_bus_error why = SD_BUS_ERROR_NULL;
	int r = broker_bus_call(client, "AcquireDevices", &why, NULL, "a(sa{sv})a{sv}", 1,
				BROKER_BUS_TAPE, 0, 0);

	if (r >= 0 || !sd_bus_error_has_name(&why, CCWB_ERROR_ACCESS_DENIED))
		_exit(1);
}

START_TEST(test_who_is_denied_does_not_learn_that_it_is_leased)
{
	struct grant grant;

	setup(0);
	broker_bus_set_policy(&bb, "{\"rules\": []}");
	broker_bus_stop(&bb);
	broker_bus_start(&bb);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	(void)broker_bus_as_nobody(&bb, ask_for_what_is_denied); /* only root can be another */
	broker_bus_drop(&grant);
	expect_no_leases();
	teardown();
}
END_TEST

START_TEST(test_when_the_kernel_refuses_all_go_back)
{
	static const char *const ids[] = { "0.0.0580", "0.0.0120", NULL };
	_cleanup_free_ char *driver = NULL;

	setup(0);
	broker_bus_behave(&bb, "in-use");
	expect_refused(ids, CCWB_ERROR_DEVICE_IN_USE, "0.0.0");
	broker_bus_behave(&bb, "");
	expect_no_leases();
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	broker_bus_wait_state(bus, BROKER_BUS_DISK, "host");
	driver = broker_bus_device(bus, BROKER_BUS_DISK, "Driver");
	ck_assert_str_eq(driver, "dasd-eckd");
	teardown();
}
END_TEST

START_TEST(test_a_caller_that_leaves_gets_nothing)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	sd_bus *other;

	setup(0);
	broker_bus_behave(&bb, "slow");
	other = broker_bus_connect(&bb);
	ck_assert_int_ge(sd_bus_message_new_method_call(other, &call, CCWB_BUS_NAME, CCWB_PATH,
							CCWB_IFACE_MANAGER, "AcquireDevices"),
			 0);
	ck_assert_int_ge(sd_bus_message_append(call, "a(sa{sv})a{sv}", 2, "580", 0, "120", 0, 0),
			 0);
	ck_assert_int_ge(sd_bus_send(other, call, NULL), 0);
	ck_assert_int_ge(sd_bus_flush(other), 0);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "binding");
	call = sd_bus_message_unref(call);
	sd_bus_flush_close_unref(other);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	broker_bus_wait_state(bus, BROKER_BUS_DISK, "host");
	expect_no_leases();
	teardown();
}
END_TEST

CHECK_MAIN("bus-together", test_the_most_devices_come_together,
	   test_what_cannot_be_is_refused_before_anything_is_begun,
	   test_one_that_is_leased_keeps_the_others_from_being_taken,
	   test_who_is_denied_does_not_learn_that_it_is_leased,
	   test_when_the_kernel_refuses_all_go_back, test_a_caller_that_leaves_gets_nothing)
