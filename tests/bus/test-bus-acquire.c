/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The long call: what is handed out, what is refused, and callers that leave too early. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "broker-bus.h"
#include "check-main.h"
#include "limits.h"
#include "macro.h"
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

static int daemon_fds(void)
{
	char path[64];
	_cleanup_closedir_ DIR *dir = NULL;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)bb.daemon);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		count++;
	return count;
}

/* A process that is not needed any more takes a moment to end, and with it the fd that watches it. */
static int settled_fds(void)
{
	int before, now = daemon_fds(), same = 0;

	while (same < 5) {
		poll(NULL, 0, 50);
		before = now;
		now = daemon_fds();
		same = now == before ? same + 1 : 0;
	}
	return now;
}

static void expect_fds(int expected)
{
	int waited;

	for (waited = 0; daemon_fds() != expected && waited < 10000; waited += 50)
		poll(NULL, 0, 50);
	ck_assert_int_eq(daemon_fds(), expected);
}

/* The device is with its driver, nobody has a lease, nothing is saved. */
static void expect_untouched(const char *id, const char *driver)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_free_ char *found = NULL, *lease = NULL;
	char saved[64];

	broker_bus_wait_state(bus, id, "host");
	found = broker_bus_device(bus, id, "Driver");
	ck_assert_str_eq(found, driver);
	lease = broker_bus_device(bus, id, "Lease");
	ck_assert_str_eq(lease, "/");
	ck_assert_int_ge(broker_bus_call(bus, "ListLeases", NULL, &reply, "t", 0), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(ssussto)"), 0);
	ck_assert_int_eq(sd_bus_message_at_end(reply, false), 1);
	snprintf(saved, sizeof(saved), "run/leases/%s.json", id);
	ck_assert(!scratch_has(&bb.work, saved));
}

START_TEST(test_a_grant_has_four_fds_and_the_daemon_keeps_only_three_of_its_own)
{
	_cleanup_free_ char *state = NULL, *origin = NULL, *lease = NULL, *node = NULL;
	struct grant grant;
	struct stat st;
	int before, n;

	setup();
	/* who calls is known for a moment after that, by an fd */
	broker_bus_acquire(bus, "580", &grant);
	broker_bus_drop(&grant);
	expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	before = settled_fds();
	broker_bus_acquire(bus, "580", &grant);
	for (n = 0; n < 3; n++)
		ck_assert(fstat(grant.fds[n], &st) == 0 && S_ISCHR(st.st_mode));
	ck_assert(fstat(grant.fds[3], &st) == 0 && S_ISFIFO(st.st_mode));
	state = broker_bus_device(bus, BROKER_BUS_TAPE, "State");
	ck_assert_str_eq(state, "leased");
	origin = broker_bus_device(bus, BROKER_BUS_TAPE, "OriginalDriver");
	ck_assert_str_eq(origin, "tape_34xx");
	lease = broker_bus_device(bus, BROKER_BUS_TAPE, "Lease");
	ck_assert_str_eq(lease, grant.path);
	node = broker_bus_device(bus, BROKER_BUS_TAPE, "VfioPath");
	ck_assert_str_eq(node, "/dev/vfio/7");
	expect_fds(before + 3); /* the two of the lease, and the directory of the device */
	broker_bus_drop(&grant);
	expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	expect_fds(before);
	teardown();
}
END_TEST

/* Reads fds and info of a reply that is granted by iommufd; gives the lease's fd. */
static int expect_iommufd(sd_bus_message *reply)
{
	static const char *const names[] = { "iommufd", "device", "lease" };
	const char *name, *key, *value;
	int n, fd, lease = -1, seen = 0;

	ck_assert_int_gt(sd_bus_message_skip(reply, "o"), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sh}"), 0);
	for (n = 0; sd_bus_message_read(reply, "{sh}", &name, &fd) > 0; n++) {
		ck_assert_int_lt(n, 3);
		ck_assert_str_eq(name, names[n]);
		lease = fd;
	}
	ck_assert_int_eq(n, 3);
	ck_assert_int_eq(sd_bus_message_exit_container(reply), 1);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sv}"), 0);
	while (sd_bus_message_read(reply, "{sv}", &key, "s", &value) > 0) {
		if (strcmp(key, CCWB_INFO_IOMMU) == 0)
			seen += strcmp(value, "iommufd") == 0;
		else if (strcmp(key, CCWB_INFO_VFIO_PATH) == 0)
			seen += strcmp(value, "/dev/vfio/devices/vfio2") == 0;
	}
	ck_assert_int_eq(seen, 2);
	return fcntl(lease, F_DUPFD_CLOEXEC, 3);
}

START_TEST(test_a_grant_by_iommufd_survives_the_daemon)
{
	sd_bus_message *reply = NULL;
	_cleanup_free_ char *node = NULL;
	int lease;

	setup();
	ck_assert_int_ge(broker_bus_call(bus, "AcquireDevice", &error, &reply, "sa{sv}", "580", 1,
					 "iommu", "s", "auto"),
			 0);
	lease = expect_iommufd(reply);
	sd_bus_message_unref(reply);
	broker_bus_kill(&bb);
	broker_bus_start(&bb);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased");
	node = broker_bus_device(bus, BROKER_BUS_TAPE, "VfioPath");
	ck_assert_str_eq(node, "/dev/vfio/devices/vfio2");
	macro_close(lease);
	expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_no_other_word_is_an_iommu)
{
	static const char *const words[] = { "", "type1v2", "GROUP", "iommufd\n" };
	size_t n;

	setup();
	for (n = 0; n < ARRAY_SIZE(words); n++) {
		ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}",
						 "580", 1, "iommu", "s", words[n]),
				 0);
		broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS,
					"it can be \"group\", \"iommufd\" or \"auto\"");
	}
	expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_no_other_word_is_a_grant)
{
	setup();
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 1,
					 "grant", "s", "paths"),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "it can be \"fds\" or \"path\"");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 2,
					 "grant", "s", "path", "iommu", "s", "iommufd"),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "leave out");
	expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_the_online_state_comes_back)
{
	_cleanup_free_ char *online = NULL;
	struct grant grant;

	setup();
	broker_bus_acquire(bus, BROKER_BUS_DISK, &grant);
	broker_bus_drop(&grant);
	expect_untouched(BROKER_BUS_DISK, "dasd-eckd");
	online = broker_bus_device(bus, BROKER_BUS_DISK, "Online");
	ck_assert_str_eq(online, "true");
	teardown();
}
END_TEST

START_TEST(test_bad_arguments_change_nothing)
{
	static const char *const ids[] = { "",	       "no-id",	      "0.0.12345",
					   "0.4.0000", "0.0.0580/..", "0x580" };
	size_t n;

	setup();
	for (n = 0; n < ARRAY_SIZE(ids); n++) {
		ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}",
						 ids[n], 0),
				 0);
		broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "is no device id");
	}
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "7777", 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NO_SUCH_DEVICE, "0.0.7777");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 1,
					 "colour", "s", "red"),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "\"colour\"");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 1,
					 "who", "u", 7),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "\"who\" must have type s");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 2,
					 "who", "s", "a", "who", "s", "b"),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "twice");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 1,
					 "who", "s", "a\nb"),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "control characters");
	expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_who_ends_at_its_limit)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	char who[LIMIT_WHO_BYTES + 2];
	struct grant grant;

	setup();
	memset(who, 'x', sizeof(who));
	who[LIMIT_WHO_BYTES + 1] = '\0';
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 1,
					 "who", "s", who),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "129 bytes");
	who[LIMIT_WHO_BYTES] = '\0';
	ck_assert_int_ge(broker_bus_call(bus, "AcquireDevice", &error, &reply, "sa{sv}", "580", 1,
					 "who", "s", who),
			 0);
	broker_bus_read_grant(reply, &grant);
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

START_TEST(test_a_second_caller_learns_who_has_it)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct grant grant;

	setup();
	ck_assert_int_ge(broker_bus_call(bus, "AcquireDevice", &error, &reply, "sa{sv}", "580", 1,
					 "who", "s", "nightly backup"),
			 0);
	broker_bus_read_grant(reply, &grant);
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_DEVICE_LEASED, "nightly backup");
	broker_bus_drop(&grant);
	teardown();
}
END_TEST

static void denied_client(const struct broker_bus *denied_bb, sd_bus *denied_bus)
{
	if (broker_bus_call(denied_bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0) >= 0 ||
	    !sd_bus_error_has_name(&error, CCWB_ERROR_ACCESS_DENIED) ||
	    !strstr(error.message, "no rule allows it"))
		_exit(1);
	sd_bus_error_free(&error);
}

START_TEST(test_who_is_not_in_the_policy_is_denied)
{
	setup();
	if (broker_bus_as_nobody(&bb, denied_client))
		expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	broker_bus_set_policy(&bb, "{\"rules\": [{\"action\": \"deny\"}]}");
	broker_bus_stop(&bb);
	broker_bus_start(&bb);
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_ACCESS_DENIED, "policy.json:1 denies it");
	teardown();
}
END_TEST

START_TEST(test_a_refusal_of_the_worker_reaches_the_caller)
{
	setup();
	broker_bus_behave(&bb, "in-use");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_DEVICE_IN_USE, "in use: test");
	expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_a_warning_of_the_worker_reaches_the_caller)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *key, *value = "";

	setup();
	broker_bus_behave(&bb, "warn");
	ck_assert_int_ge(broker_bus_call(bus, "AcquireDevice", NULL, &reply, "sa{sv}", "580", 0),
			 0);
	ck_assert_int_gt(sd_bus_message_skip(reply, "oa{sh}"), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sv}"), 0);
	while (sd_bus_message_read(reply, "{sv}", &key, "s", &value) > 0)
		if (strcmp(key, CCWB_INFO_WARNING) == 0)
			break;
	ck_assert_str_eq(value, "0.0.0580: be warned");
	teardown();
}
END_TEST

START_TEST(test_a_worker_that_dies_is_cleaned_up_after)
{
	setup();
	broker_bus_behave(&bb, "die");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_BIND_FAILED, "signal 9");
	expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	teardown();
}
END_TEST

static int count_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
	int *counts = userdata;

	counts[sd_bus_message_is_method_error(reply, CCWB_ERROR_LIMITS_EXCEEDED) ? 1 : 0]++;
	return 0;
}

START_TEST(test_one_user_may_have_so_many_calls_under_way_and_no_more)
{
	struct fake_device tape = { .device_type = "3490/50", .control_unit = "3490/50" };
	sd_bus *other;
	char id[16], subchannel[16];
	int counts[2] = {}, n;

	if (geteuid() == 0)
		ck_assert_int_lt(LIMIT_PENDING_PER_UID, LIMIT_PENDING);
	setup();
	broker_bus_behave(&bb, "stay"); /* none is over while the others come */
	other = broker_bus_connect(&bb);
	for (n = 0; n <= LIMIT_PENDING_PER_UID; n++) {
		snprintf(id, sizeof(id), "0.0.%04x", 0x900 + n);
		snprintf(subchannel, sizeof(subchannel), "0.0.%04x", 0x100 + n);
		tape.id = id;
		tape.subchannel = subchannel;
		fake_sysfs_add(&bb.fake, &tape);
		ck_assert_int_ge(sd_bus_call_method_async(other, NULL, CCWB_BUS_NAME, CCWB_PATH,
							  CCWB_IFACE_MANAGER, "AcquireDevice",
							  count_reply, counts, "sa{sv}", id, 0),
				 0);
	}
	while (counts[1] == 0) {
		ck_assert_int_ge(sd_bus_wait(other, 10 * 1000000ULL), 0);
		while (sd_bus_process(other, NULL) > 0)
			continue;
	}
	ck_assert_int_eq(counts[0], 0);
	ck_assert_int_eq(counts[1], 1); /* the calls are read in their order: it is the last one */
	snprintf(id, sizeof(id), "0.0.%04x", 0x900 + LIMIT_PENDING_PER_UID - 1);
	broker_bus_wait_state(bus, id, "binding");
	broker_bus_kill(&bb);
	sd_bus_flush_close_unref(other);
	teardown();
}
END_TEST

static int ignore_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
	return 0;
}

/* Asks and does not wait for the answer. Without a callback none would be sent. */
static sd_bus *ask(void)
{
	sd_bus *other = broker_bus_connect(&bb);

	ck_assert_int_ge(sd_bus_call_method_async(other, NULL, CCWB_BUS_NAME, CCWB_PATH,
						  CCWB_IFACE_MANAGER, "AcquireDevice", ignore_reply,
						  NULL, "sa{sv}", BROKER_BUS_TAPE, 0),
			 0);
	ck_assert_int_ge(sd_bus_flush(other), 0);
	return other;
}

START_TEST(test_a_caller_that_leaves_before_the_outcome_gets_nothing)
{
	sd_bus *other;

	setup();
	broker_bus_behave(&bb, "slow");
	other = ask();
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "binding");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_OPERATION_IN_PROGRESS, "being taken for");
	sd_bus_close(other); /* without reading */
	sd_bus_unref(other);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "releasing");
	expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_a_caller_that_leaves_with_the_reply_unread_holds_nothing)
{
	sd_bus *other;

	setup();
	other = ask();
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased");
	sd_bus_close(other);
	sd_bus_unref(other);
	expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	teardown();
}
END_TEST

START_TEST(test_a_caller_that_leaves_at_any_moment_leaves_no_trace)
{
	int delay;

	setup();
	for (delay = 0; delay < 40; delay += 3) {
		sd_bus *other = ask();

		poll(NULL, 0, delay);
		sd_bus_close(other);
		sd_bus_unref(other);
		/* the daemon may not have read the call yet: let it */
		ck_assert_int_ge(broker_bus_call(bus, "ListLeases", NULL, NULL, "t", 0), 0);
		poll(NULL, 0, 20);
		expect_untouched(BROKER_BUS_TAPE, "tape_34xx");
	}
	teardown();
}
END_TEST

CHECK_MAIN("bus-acquire", test_a_grant_has_four_fds_and_the_daemon_keeps_only_three_of_its_own,
	   test_the_online_state_comes_back, test_bad_arguments_change_nothing,
	   test_a_grant_by_iommufd_survives_the_daemon, test_no_other_word_is_an_iommu,
	   test_no_other_word_is_a_grant, test_who_ends_at_its_limit,
	   test_a_second_caller_learns_who_has_it, test_who_is_not_in_the_policy_is_denied,
	   test_a_refusal_of_the_worker_reaches_the_caller,
	   test_a_warning_of_the_worker_reaches_the_caller,
	   test_a_worker_that_dies_is_cleaned_up_after,
	   test_one_user_may_have_so_many_calls_under_way_and_no_more,
	   test_a_caller_that_leaves_before_the_outcome_gets_nothing,
	   test_a_caller_that_leaves_with_the_reply_unread_holds_nothing,
	   test_a_caller_that_leaves_at_any_moment_leaves_no_trace)
