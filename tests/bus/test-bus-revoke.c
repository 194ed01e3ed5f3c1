/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Revoking: the holder is asked, has its time, and then the device is taken; over restarts, too. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

#define HOUR_LIKE 500000000ULL /* longer than any test, and within the limit */

static struct broker_bus bb;
static sd_bus *bus;
static sd_bus_error error = SD_BUS_ERROR_NULL;
static struct grant grant;
static char told[256]; /* signals of the lease, with their reasons */
static uint64_t deadline;

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	const char *reason, *member = sd_bus_message_get_member(message);
	size_t length = strlen(told);

	if (strcmp(member, "RevokeRequested") != 0 && strcmp(member, "Revoked") != 0)
		return 0;
	ck_assert_str_eq(sd_bus_message_get_path(message), grant.path);
	ck_assert_int_gt(sd_bus_message_read(message, "s", &reason), 0);
	if (strcmp(member, "RevokeRequested") == 0)
		ck_assert_int_gt(sd_bus_message_read(message, "t", &deadline), 0);
	snprintf(told + length, sizeof(told) - length, "%s: %s. ", member, reason);
	return 0;
}

static void setup(void)
{
	*told = '\0';
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	/* what is sent to this connection alone, for which no match is needed */
	ck_assert_int_ge(sd_bus_add_filter(bus, NULL, on_signal, NULL), 0);
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
}

static void teardown(void)
{
	broker_bus_drop(&grant);
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

static int call_revoke(const char *reason, uint64_t timeout)
{
	return broker_bus_call(bus, "RevokeLease", &error, NULL, "sstt", grant.lease, reason,
			       timeout, (uint64_t)0);
}

static void expect_revoked(const char *reason, uint64_t timeout)
{
	int r = call_revoke(reason, timeout);

	ck_assert_msg(r >= 0, "%s: %s", error.name, error.message);
}

static void expect_told(const char *words)
{
	int n;

	for (n = 0; n < 100 && strcmp(told, words) != 0; n++) {
		while (sd_bus_process(bus, NULL) > 0)
			continue;
		(void)sd_bus_wait(bus, 20000);
	}
	ck_assert_str_eq(told, words);
}

static void expect_state(const char *state)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = sd_bus_get_property_string(bus, CCWB_BUS_NAME, grant.path, CCWB_IFACE_LEASE, "State",
				       &error, &text);
	ck_assert_msg(r >= 0, "%s: %s", error.name, error.message);
	ck_assert_str_eq(text, state);
}

static void expect_ended(const char *how)
{
	_cleanup_free_ char *log = NULL;
	char words[32];

	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	log = broker_bus_log(&bb);
	snprintf(words, sizeof(words), "is over (%s)", how);
	ck_assert_msg(strstr(log, words) != NULL, "%s", log);
}

START_TEST(test_a_holder_that_goes_in_time_is_not_revoked)
{
	setup();
	expect_revoked("cabling", HOUR_LIKE);
	expect_state("revoking");
	expect_told("RevokeRequested: cabling. ");
	ck_assert_uint_gt(deadline, HOUR_LIKE);
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_DEVICE_LEASED, "leased to");
	broker_bus_drop(&grant);
	expect_ended("closed");
	expect_told("RevokeRequested: cabling. ");
	teardown();
}
END_TEST

START_TEST(test_a_holder_that_stays_is_revoked_at_the_deadline)
{
	setup();
	broker_bus_behave(&bb, "open");
	expect_revoked("cabling", 300000);
	expect_told("RevokeRequested: cabling. Revoked: cabling. ");
	expect_ended("revoked");
	ck_assert_int_lt(call_revoke("again", 0), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NO_SUCH_LEASE, grant.lease);
	teardown();
}
END_TEST

START_TEST(test_no_time_is_at_once_without_the_grace_of_a_release)
{
	setup();
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, CCWB_DEVICE_OPEN, "1\n");
	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, grant.path, CCWB_IFACE_LEASE,
					    "Revoke", &error, NULL, "stt", "fire", (uint64_t)0,
					    (uint64_t)0),
			 0);
	expect_told("RevokeRequested: fire. Revoked: fire. ");
	expect_ended("revoked");
	teardown();
}
END_TEST

START_TEST(test_the_time_can_be_shortened_and_not_prolonged)
{
	uint64_t first;

	setup();
	expect_revoked("slow", HOUR_LIKE);
	expect_told("RevokeRequested: slow. ");
	first = deadline;
	expect_revoked("slower", HOUR_LIKE + 1000000);
	expect_revoked("faster", HOUR_LIKE / 2);
	expect_told("RevokeRequested: slow. RevokeRequested: faster. ");
	ck_assert_uint_lt(deadline, first);
	expect_revoked("now", 0);
	expect_ended("revoked");
	teardown();
}
END_TEST

START_TEST(test_the_same_again_is_told_once)
{
	_cleanup_free_ char *log = NULL;
	const char *first;
	int n;

	setup();
	for (n = 0; n < 20; n++)
		expect_revoked("cabling", HOUR_LIKE - n);
	expect_told("RevokeRequested: cabling. ");
	log = broker_bus_log(&bb);
	first = strstr(log, "revokes lease");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(strstr(first + 1, "revokes lease"));
	teardown();
}
END_TEST

START_TEST(test_a_restart_keeps_the_deadline)
{
	bool passes_meanwhile = _i;

	setup();
	expect_revoked("cabling", passes_meanwhile ? 200000 : HOUR_LIKE);
	broker_bus_kill(&bb);
	if (passes_meanwhile)
		poll(NULL, 0, 300);
	broker_bus_start(&bb);
	if (!passes_meanwhile) {
		expect_state("revoking");
		expect_revoked("now", 0);
	}
	expect_ended("revoked");
	teardown();
}
END_TEST

static void stranger(const struct broker_bus *client_bb, sd_bus *client_bus)
{
	bus = client_bus;
	ck_assert_int_lt(call_revoke("mine now", 0), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_ACCESS_DENIED, "");
}

START_TEST(test_what_is_not_allowed_is_refused_and_changes_nothing)
{
	setup();
	(void)broker_bus_as_nobody(&bb, stranger); /* only root can be another */
	ck_assert_int_lt(call_revoke("two\nlines", 0), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "control characters");
	ck_assert_int_lt(call_revoke("late", 600000001ULL), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "600 seconds");
	ck_assert_int_lt(broker_bus_call(bus, "RevokeLease", &error, NULL, "sstt", grant.lease, "x",
					 (uint64_t)0, (uint64_t)2),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "0x2");
	expect_state("active");
	ck_assert_str_eq(told, "");
	teardown();
}
END_TEST

static int never_read(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
	_exit(1);
}

/* A client that is stopped with everything in its hands, never having read its reply. */
static pid_t start_stopped_client(void)
{
	pid_t pid = fork();
	sd_bus *client;

	ck_assert_int_ge(pid, 0);
	if (pid > 0)
		return pid;
	client = broker_bus_connect(&bb);
	(void)sd_bus_call_method_async(client, NULL, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
				       "AcquireDevice", never_read, NULL, "sa{sv}", BROKER_BUS_DISK,
				       0);
	(void)sd_bus_flush(client); /* connects, and sends */
	raise(SIGSTOP);
	_exit(0);
}

START_TEST(test_a_client_that_is_stopped_and_has_read_nothing_is_revoked)
{
	_cleanup_free_ char *path = NULL;
	pid_t pid;

	setup();
	broker_bus_drop(&grant);
	pid = start_stopped_client();
	broker_bus_wait_state(bus, BROKER_BUS_DISK, "leased");
	path = broker_bus_device(bus, BROKER_BUS_DISK, "Lease");
	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, path, CCWB_IFACE_LEASE, "Revoke",
					    &error, NULL, "stt", "stopped", (uint64_t)100000,
					    (uint64_t)0),
			 0);
	broker_bus_wait_state(bus, BROKER_BUS_DISK, "host");
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	teardown();
}
END_TEST

START_TEST(test_ccwctl_asks_and_then_takes)
{
	_cleanup_free_ char *command = NULL;
	int n;

	setup();
	n = asprintf(
		&command,
		"export DBUS_SYSTEM_BUS_ADDRESS='%s'; set -- $CCWB_TEST_RUN "
		"'%s/tests/client/ccwctl' revoke --reason='cabling at noon'; \"$@\" %s && \"$@\" --timeout=0 %s",
		bb.message_bus.address, getenv("top_builddir"), grant.lease, grant.lease);
	ck_assert_int_ge(n, 0);
	ck_assert_int_eq(system(command), 0);
	expect_ended("revoked");
	expect_told("RevokeRequested: cabling at noon. RevokeRequested: cabling at noon. "
		    "Revoked: cabling at noon. ");
	teardown();
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_a_holder_that_goes_in_time_is_not_revoked);
	tcase_add_test(tests, test_a_holder_that_stays_is_revoked_at_the_deadline);
	tcase_add_test(tests, test_no_time_is_at_once_without_the_grace_of_a_release);
	tcase_add_test(tests, test_the_time_can_be_shortened_and_not_prolonged);
	tcase_add_test(tests, test_the_same_again_is_told_once);
	tcase_add_loop_test(tests, test_a_restart_keeps_the_deadline, 0, 2);
	tcase_add_test(tests, test_what_is_not_allowed_is_refused_and_changes_nothing);
	tcase_add_test(tests, test_ccwctl_asks_and_then_takes);
	tcase_add_test(tests, test_a_client_that_is_stopped_and_has_read_nothing_is_revoked);
}

int main(void)
{
	return check_main_run("bus-revoke", add_tests);
}
