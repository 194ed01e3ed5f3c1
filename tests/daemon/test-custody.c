/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Leases over the end of the daemon: killed, stopped, and what its successor finds. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

static struct broker_bus bb;
static sd_bus *bus;
static struct grant grant;
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

static bool has_lease(const char *id)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *lease = "", *device, *who, *state, *path;
	uint64_t since;
	uint32_t uid;

	ck_assert_int_ge(broker_bus_call(bus, "ListLeases", NULL, &reply, "t", (uint64_t)0), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(ssussto)"), 0);
	ck_assert_int_ge(sd_bus_message_read(reply, "(ssussto)", &lease, &device, &uid, &who,
					     &state, &since, &path),
			 0);
	return *id && strcmp(lease, id) == 0;
}

static void expect_driver(const char *driver)
{
	_cleanup_free_ char *found = broker_bus_device(bus, BROKER_BUS_TAPE, "Driver");

	ck_assert_str_eq(found, driver);
}

static void expect_back(void)
{
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect_driver("tape_34xx");
	ck_assert(!has_lease(grant.lease));
	ck_assert(!scratch_has(&bb.work, "run/leases/" BROKER_BUS_TAPE ".json"));
}

START_TEST(test_a_lease_survives_kill_stop_and_start)
{
	_cleanup_free_ char *node = NULL;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_kill(&bb);
	broker_bus_start(&bb);
	ck_assert(has_lease(grant.lease));
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased");
	node = broker_bus_device(bus, BROKER_BUS_TAPE, "VfioPath");
	ck_assert_str_eq(node, "/dev/vfio/7");
	broker_bus_stop(&bb);
	broker_bus_start(&bb);
	ck_assert(has_lease(grant.lease));
	expect_driver(CCWB_DRIVER);
	broker_bus_drop(&grant);
	expect_back();
	teardown();
}
END_TEST

START_TEST(test_a_holder_that_went_while_the_daemon_was_away_is_noticed)
{
	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_kill(&bb);
	broker_bus_drop(&grant);
	broker_bus_start(&bb);
	expect_back();
	teardown();
}
END_TEST

START_TEST(test_a_reference_that_is_lost_ends_the_lease)
{
	char reference[128];

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_kill(&bb);
	snprintf(reference, sizeof(reference), "run/leases/%s.ref", grant.lease);
	scratch_remove(&bb.work, reference);
	broker_bus_start(&bb);
	expect_back();
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

/* Whether the node is open to the client, as the fakes have it. */
static void expect_shared(const char *value)
{
	_cleanup_free_ char *found = fake_sysfs_get(&bb.fake, BROKER_BUS_TAPE, "shared");

	ck_assert_str_eq(found, value);
}

static int acquire_by_path(void)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *name;
	int fd;

	ck_assert_int_ge(broker_bus_call(bus, "AcquireDevice", NULL, &reply, "sa{sv}", "580", 2,
					 "grant", "s", "path", "iommu", "s", "auto"),
			 0);
	ck_assert_int_gt(sd_bus_message_skip(reply, "o"), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sh}"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "{sh}", &name, &fd), 0);
	ck_assert_str_eq(name, "lease");
	ck_assert_int_eq(sd_bus_message_at_end(reply, false), 1);
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

START_TEST(test_by_path_there_is_the_lease_only_and_the_node_is_open_as_long)
{
	int lease;

	setup();
	broker_bus_behave(&bb, "open");
	lease = acquire_by_path();
	expect_shared("1");
	broker_bus_kill(&bb);
	broker_bus_start(&bb);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased");
	expect_shared("1");
	/* who has it open keeps it open, and nobody else gets in meanwhile */
	macro_close(lease);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "releasing");
	expect_shared("0");
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, CCWB_DEVICE_OPEN, "0\n");
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect_driver("tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_a_node_is_closed_when_the_holder_went_while_the_daemon_was_away)
{
	int lease;

	setup();
	lease = acquire_by_path();
	broker_bus_kill(&bb);
	macro_close(lease);
	expect_shared("1");
	broker_bus_start(&bb);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect_driver("tape_34xx");
	expect_shared("0");
	teardown();
}
END_TEST

static int ignore_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
	return 0;
}

static void ask(void)
{
	ck_assert_int_ge(sd_bus_call_method_async(bus, NULL, CCWB_BUS_NAME, CCWB_PATH,
						  CCWB_IFACE_MANAGER, "AcquireDevice", ignore_reply,
						  NULL, "sa{sv}", BROKER_BUS_TAPE, 0),
			 0);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "binding");
}

START_TEST(test_what_was_half_taken_is_given_back)
{
	setup();
	broker_bus_behave(&bb, "slow");
	ask();
	broker_bus_kill(&bb);
	/* as far as the worker may have come */
	fake_sysfs_set_driver(&bb.fake, BROKER_BUS_TAPE, CCWB_DRIVER);
	broker_bus_behave(&bb, "");
	broker_bus_start(&bb);
	expect_back();
	teardown();
}
END_TEST

START_TEST(test_the_worker_dies_with_the_daemon)
{
	setup();
	broker_bus_behave(&bb, "slow");
	ask();
	broker_bus_kill(&bb);
	poll(NULL, 0, 800); /* long enough for it to have gone on */
	broker_bus_behave(&bb, "stuck");
	broker_bus_start(&bb);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "failed");
	expect_driver("tape_34xx"); /* never taken */
	teardown();
}
END_TEST

START_TEST(test_stopping_waits_for_workers_and_takes_no_more)
{
	setup();
	broker_bus_behave(&bb, "slow");
	ask();
	kill(bb.daemon, SIGTERM);
	poll(NULL, 0, 100);
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}",
					 BROKER_BUS_DISK, 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_OPERATION_IN_PROGRESS, "about to stop");
	broker_bus_stop(&bb); /* ends well, and only when the worker has */
	broker_bus_start(&bb);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased"); /* it was granted on the way out */
	teardown();
}
END_TEST

START_TEST(test_what_could_not_be_given_back_is_tried_again)
{
	setup();
	broker_bus_behave(&bb, "stuck");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "failed");
	broker_bus_stop(&bb);
	broker_bus_behave(&bb, "");
	broker_bus_start(&bb);
	expect_back();
	teardown();
}
END_TEST

START_TEST(test_a_failed_device_that_goes_is_forgotten)
{
	_cleanup_free_ char *claim = NULL;

	setup();
	broker_bus_behave(&bb, "stuck");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "failed");
	fake_sysfs_remove(&bb.fake, BROKER_BUS_TAPE);
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}",
					 BROKER_BUS_TAPE, 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NO_SUCH_DEVICE, BROKER_BUS_TAPE);
	ck_assert(!scratch_has(&bb.work, "run/leases/" BROKER_BUS_TAPE ".json"));
	claim = fake_sysfs_get_driver(&bb.fake, CCWB_DRIVER, CCWB_DRIVER_CLAIM);
	ck_assert_str_eq(claim, "-" BROKER_BUS_TAPE);
	teardown();
}
END_TEST

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
	ck_assert(sd_bus_message_is_method_error(reply, NULL) > 0);
	(void)sd_bus_error_copy(userdata, sd_bus_message_get_error(reply)); /* gives its errno */
	return 0;
}

START_TEST(test_another_device_that_comes_meanwhile_is_not_given)
{
	const struct fake_device other = {
		.id = BROKER_BUS_TAPE,
		.subchannel = "0.0.0077",
		.device_type = "3390/0c\n",
		.control_unit = "3990/e9\n",
		.driver = "dasd-eckd",
	};

	setup();
	broker_bus_behave(&bb, "slow");
	ck_assert_int_ge(sd_bus_call_method_async(bus, NULL, CCWB_BUS_NAME, CCWB_PATH,
						  CCWB_IFACE_MANAGER, "AcquireDevice", on_reply,
						  &error, "sa{sv}", BROKER_BUS_TAPE, 0),
			 0);
	ck_assert_int_ge(sd_bus_flush(bus), 0);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "binding");
	fake_sysfs_remove(&bb.fake, BROKER_BUS_TAPE);
	fake_sysfs_add(&bb.fake, &other);
	while (!sd_bus_error_is_set(&error)) { /* the test's time limit is the limit */
		ck_assert_int_ge(sd_bus_process(bus, NULL), 0);
		ck_assert_int_ge(sd_bus_wait(bus, 100000), 0);
	}
	broker_bus_expect_error(&error, CCWB_ERROR_DEVICE_GONE, "another device has come");
	ck_assert(!has_lease("l"));
	teardown();
}
END_TEST

START_TEST(test_a_device_that_went_while_the_daemon_was_away_is_forgotten)
{
	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_kill(&bb);
	fake_sysfs_remove(&bb.fake, BROKER_BUS_TAPE);
	broker_bus_start(&bb);
	while (scratch_has(&bb.work, "run/leases/" BROKER_BUS_TAPE ".json"))
		poll(NULL, 0, 10); /* the test's time limit is the limit */
	ck_assert(!has_lease(grant.lease));
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_a_spoiled_file_is_told_and_harms_nobody)
{
	_cleanup_free_ char *log = NULL;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_DISK, &grant);
	broker_bus_kill(&bb);
	scratch_write(&bb.work, "run/leases/" BROKER_BUS_TAPE ".json", "{\"version\": 7}");
	broker_bus_start(&bb);
	ck_assert(has_lease(grant.lease));
	log = broker_bus_log(&bb);
	ck_assert_ptr_nonnull(strstr(log, BROKER_BUS_TAPE ".json"));
	ck_assert_ptr_nonnull(strstr(log, "newer version"));
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}",
					 BROKER_BUS_TAPE, 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_OPERATION_IN_PROGRESS, "newer version");
	ck_assert(scratch_has(&bb.work, "run/leases/" BROKER_BUS_TAPE ".json"));
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_a_step_that_never_ends_is_told_and_the_device_comes_back)
{
	_cleanup_free_ char *log = NULL;

	setup();
	broker_bus_behave(&bb, "hang");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}",
					 BROKER_BUS_TAPE, 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_STUCK, "\"take it\" has not come back");
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	expect_driver("tape_34xx");
	log = broker_bus_log(&bb);
	ck_assert_ptr_nonnull(strstr(log, BROKER_BUS_TAPE " is stuck"));
	/* and it can be had again */
	broker_bus_behave(&bb, "");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	expect_back();
	teardown();
}
END_TEST

START_TEST(test_a_way_back_that_never_ends_fails_and_is_tried_again)
{
	_cleanup_free_ char *log = NULL;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_behave(&bb, "hang-back");
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "failed");
	log = broker_bus_log(&bb);
	ck_assert_ptr_nonnull(strstr(log, "\"give it back\" has not come back"));
	broker_bus_behave(&bb, "");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	expect_back();
	teardown();
}
END_TEST

CHECK_MAIN("custody", test_a_step_that_never_ends_is_told_and_the_device_comes_back,
	   test_a_way_back_that_never_ends_fails_and_is_tried_again,
	   test_a_lease_survives_kill_stop_and_start,
	   test_a_holder_that_went_while_the_daemon_was_away_is_noticed,
	   test_a_reference_that_is_lost_ends_the_lease,
	   test_by_path_there_is_the_lease_only_and_the_node_is_open_as_long,
	   test_a_node_is_closed_when_the_holder_went_while_the_daemon_was_away,
	   test_what_was_half_taken_is_given_back, test_the_worker_dies_with_the_daemon,
	   test_stopping_waits_for_workers_and_takes_no_more,
	   test_what_could_not_be_given_back_is_tried_again,
	   test_a_failed_device_that_goes_is_forgotten,
	   test_another_device_that_comes_meanwhile_is_not_given,
	   test_a_device_that_went_while_the_daemon_was_away_is_forgotten,
	   test_a_spoiled_file_is_told_and_harms_nobody)
