/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The end of leases: by whom, when, and what is told of it. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

static struct broker_bus bb;
static sd_bus *bus;
static sd_bus_error error = SD_BUS_ERROR_NULL;
static struct grant grant;
static char ended[64]; /* reasons of LeaseRemoved */

static int on_lease_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	const char *lease, *device, *path, *reason;

	ck_assert_int_gt(sd_bus_message_read(message, "ssos", &lease, &device, &path, &reason), 0);
	ck_assert_str_eq(lease, grant.lease);
	ck_assert_str_eq(path, grant.path);
	strcat(ended, reason);
	return 0;
}

static void setup(void)
{
	*ended = '\0';
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	ck_assert_int_ge(sd_bus_match_signal(bus, NULL, CCWB_BUS_NAME, CCWB_PATH,
					     CCWB_IFACE_MANAGER, "LeaseRemoved", on_lease_removed,
					     NULL),
			 0);
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

static void expect_ended(const char *reason)
{
	int n;

	for (n = 0; n < 100 && !*ended; n++) {
		while (sd_bus_process(bus, NULL) > 0)
			continue;
		(void)sd_bus_wait(bus, 100000); /* until then or a signal */
	}
	ck_assert_str_eq(ended, reason);
	*ended = '\0';
}

static int release(const char *lease, uint64_t flags)
{
	return broker_bus_call(bus, "ReleaseLease", &error, NULL, "st", lease, flags);
}

START_TEST(test_closing_the_reference_ends_the_lease)
{
	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	grant.fds[3] = macro_close(grant.fds[3]);
	expect_ended("closed");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_its_owner_releases_it_by_either_method)
{
	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_ge(release(grant.lease, 0), 0);
	expect_ended("released");
	broker_bus_drop(&grant);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, grant.path, CCWB_IFACE_LEASE,
					    "Release", &error, NULL, "t", (uint64_t)0),
			 0);
	expect_ended("released");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_what_is_no_lease_cannot_be_released)
{
	setup();
	ck_assert_int_lt(release("l0123456789abcdef", 0), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NO_SUCH_LEASE, "l0123456789abcdef");
	ck_assert_int_lt(release("../x", 0), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "no lease id");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_lt(release(grant.lease, 4), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "flags 0x4");
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

static void release_client(const struct broker_bus *client_bb, sd_bus *client_bus)
{
	if (broker_bus_call(client_bus, "ReleaseLease", &error, NULL, "st", grant.lease,
			    (uint64_t)0) >= 0 ||
	    !sd_bus_error_has_name(&error, CCWB_ERROR_NOT_LEASE_HOLDER))
		_exit(1);
	sd_bus_error_free(&error);
}

START_TEST(test_another_user_cannot_release_it)
{
	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	(void)broker_bus_as_nobody(&bb, release_client); /* only root can be another */
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_a_device_that_is_still_open_goes_back_soon)
{
	setup();
	broker_bus_behave(&bb, "open");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_ge(release(grant.lease, 0), 0);
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_OPERATION_IN_PROGRESS, "still has it open");
	expect_ended("released"); /* nobody has closed it */
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_a_device_that_is_closed_in_time_goes_back)
{
	setup();
	broker_bus_behave(&bb, "open");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_ge(release(grant.lease, 0), 0);
	ck_assert_int_ge(release(grant.lease, 0), 0); /* again is no error */
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, CCWB_DEVICE_OPEN, "0\n");
	expect_ended("released");
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_a_device_that_cannot_go_back_says_so_and_can_be_taken_again)
{
	_cleanup_free_ char *origin = NULL;

	setup();
	broker_bus_behave(&bb, "stuck");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	expect_ended("failed");
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "failed");
	origin = broker_bus_device(bus, BROKER_BUS_TAPE, "OriginalDriver");
	ck_assert_str_eq(origin, "tape_34xx");
	broker_bus_behave(&bb, "");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	expect_ended("closed");
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	teardown();
}
END_TEST

START_TEST(test_a_worker_that_dies_on_the_way_back_leaves_a_failed_device)
{
	setup();
	broker_bus_behave(&bb, "die-back");
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	expect_ended("failed");
	broker_bus_behave(&bb, "");
	/* put back by hand */
	fake_sysfs_set_driver(&bb.fake, BROKER_BUS_TAPE, "tape_34xx");
	ck_assert_int_ge(broker_bus_call(bus, "GetDevice", &error, NULL, "s", "580"), 0);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	expect_ended("closed");
	teardown();
}
END_TEST

START_TEST(test_a_device_that_is_unplugged_takes_its_lease_along)
{
	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	fake_sysfs_remove(&bb.fake, BROKER_BUS_TAPE);
	broker_bus_drop(&grant);
	expect_ended("closed");
	ck_assert_int_lt(broker_bus_call(bus, "GetDevice", &error, NULL, "s", "580"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NO_SUCH_DEVICE, "0.0.0580");
	teardown();
}
END_TEST

static void expect_property(const char *name, const char *value)
{
	_cleanup_free_ char *found = NULL;

	ck_assert_int_ge(sd_bus_get_property_string(bus, CCWB_BUS_NAME, grant.path,
						    CCWB_IFACE_LEASE, name, &error, &found),
			 0);
	ck_assert_str_eq(found, value);
}

/* By ccwctl, for which what is usual needs no words. */
static int get_statistics(sd_bus_message **ret)
{
	return sd_bus_call_method(bus, CCWB_BUS_NAME, grant.path, CCWB_IFACE_LEASE, "GetStatistics",
				  &error, ret, "t", (uint64_t)0);
}

START_TEST(test_the_modules_numbers_are_told)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *name;
	uint64_t value;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	ck_assert_int_lt(get_statistics(NULL), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_DEVICE_GONE, "not with the kernel module");
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, CCWB_DEVICE_STATISTICS "/programs", "7\n");
	ck_assert_int_ge(get_statistics(&reply), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{st}"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "{st}", &name, &value), 0);
	ck_assert_str_eq(name, "programs");
	ck_assert_uint_eq(value, 7);
	ck_assert_int_gt(sd_bus_message_at_end(reply, false), 0);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

static void expect_listed(const char *words)
{
	_cleanup_free_ char *command = NULL;

	ck_assert_int_ge(
		asprintf(&command,
			 "DBUS_SYSTEM_BUS_ADDRESS='%s' $CCWB_TEST_RUN '%s/tests/client/ccwctl' "
			 "leases | "
			 "grep -q -e '%s'",
			 bb.message_bus.address, getenv("top_builddir"), words),
		0);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(test_a_lease_says_by_what_rule_and_as_what_it_was_granted)
{
	_cleanup_free_ char *place = NULL;
	char policy[256];

	setup();
	snprintf(policy, sizeof(policy),
		 "{\"profiles\": {\"short\": {\"commands\": [\"03\", \"04\"]}},\n\"rules\": [\n"
		 "{\"action\": \"allow\", \"users\": [\"%u\"], \"profile\": \"short\"}]}",
		 geteuid());
	ck_assert_int_ge(asprintf(&place, "%s/etc/policy.json:3", bb.work.path), 0);
	broker_bus_stop(&bb);
	broker_bus_set_policy(&bb, policy);
	broker_bus_start(&bb);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	expect_property("Profile", "short");
	expect_property("Rule", place);
	broker_bus_stop(&bb);
	broker_bus_set_policy(&bb, "{}"); /* which changes nothing for a lease that is there */
	broker_bus_start(&bb);
	expect_property("Profile", "short");
	expect_property("Rule", place);
	expect_listed("active  -         short ");
	broker_bus_drop(&grant);
	expect_ended("closed");
	teardown();
}
END_TEST

CHECK_MAIN("bus-lease", test_the_modules_numbers_are_told,
	   test_closing_the_reference_ends_the_lease, test_its_owner_releases_it_by_either_method,
	   test_what_is_no_lease_cannot_be_released, test_another_user_cannot_release_it,
	   test_a_device_that_is_still_open_goes_back_soon,
	   test_a_device_that_is_closed_in_time_goes_back,
	   test_a_device_that_cannot_go_back_says_so_and_can_be_taken_again,
	   test_a_worker_that_dies_on_the_way_back_leaves_a_failed_device,
	   test_a_device_that_is_unplugged_takes_its_lease_along,
	   test_a_lease_says_by_what_rule_and_as_what_it_was_granted)
