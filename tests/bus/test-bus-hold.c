/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Calls that wait: for an account database that hangs, up to the limits, and callers that leave. */
#include <poll.h>
#include <string.h>
#include <sys/wait.h>

#include "broker-bus.h"
#include "check-main.h"
#include "limits.h"
#include "names.h"

static struct broker_bus bb;
static sd_bus *bus;

static void setup(void)
{
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	broker_bus_behave(&bb, "mute");
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

/* A client of user nobody reports by _exit; ck_assert would not be heard. */
static void require(bool is_so, int status)
{
	if (!is_so)
		_exit(status);
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	int *counts = userdata;

	counts[0]++;
	counts[1] += sd_bus_message_is_method_error(reply, CCWB_ERROR_LIMITS_EXCEEDED);
	return 0;
}

static void acquire_async(sd_bus *client, int *counts)
{
	require(sd_bus_call_method_async(client, NULL, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
					 "AcquireDevice", on_reply, counts, "sa{sv}",
					 BROKER_BUS_TAPE, 0) >= 0,
		2);
}

static void process_until(sd_bus *client, const int *counts, int wanted)
{
	while (*counts < wanted) {
		int r = sd_bus_process(client, NULL);

		require(r >= 0, 3);
		if (r == 0)
			require(sd_bus_wait(client, 10000000) > 0, 4);
	}
}

static void wait_for_the_database(const struct broker_bus *client_bb, sd_bus *client)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

	require(broker_bus_call(client, "AcquireDevice", &error, NULL, "sa{sv}", BROKER_BUS_TAPE,
				0) < 0,
		2);
	require(sd_bus_error_has_name(&error, CCWB_ERROR_ACCESS_DENIED), 3);
	require(strstr(error.message, "does not answer") != NULL, 4);
}

START_TEST(test_a_database_that_hangs_delays_only_its_caller)
{
	struct grant grant;
	pid_t pid;

	setup();
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)broker_bus_as_nobody(&bb, wait_for_the_database);
		_exit(0);
	}
	poll(NULL, 0, BROKER_BUS_PATIENCE_MS / 4);
	/* nobody waits by now, and it is our turn */
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	ck_assert_int_eq(waitpid(pid, &(int){ 0 }, WNOHANG), geteuid() == 0 ? 0 : pid);
	teardown();
}
END_TEST

static void fill_up(const struct broker_bus *client_bb, sd_bus *client)
{
	int counts[2] = { 0, 0 }, n;

	for (n = 0; n < LIMIT_CALLS_PER_UID; n++)
		acquire_async(client, counts);
	acquire_async(client, counts);
	process_until(client, counts, 1);
	require(counts[0] == 1 && counts[1] == 1, 5); /* the one past the limit, at once */
	process_until(client, counts, LIMIT_CALLS_PER_UID + 1);
	require(counts[1] == 1, 6);
	/* all have been answered: there is room again */
	acquire_async(client, counts);
	process_until(client, counts, LIMIT_CALLS_PER_UID + 2);
	require(counts[1] == 1, 7);
}

START_TEST(test_the_calls_of_one_user_end_at_the_limit)
{
	setup();
	(void)broker_bus_as_nobody(&bb, fill_up);
	teardown();
}
END_TEST

static void leave_early(const struct broker_bus *client_bb, sd_bus *client)
{
	int counts[2], n;

	for (n = 0; n < LIMIT_CALLS_PER_UID; n++)
		acquire_async(client, counts);
	require(sd_bus_flush(client) >= 0, 2);
	poll(NULL, 0, 200);
}

START_TEST(test_the_calls_of_a_caller_that_left_are_forgotten)
{
	setup();
	(void)broker_bus_as_nobody(&bb, leave_early);
	(void)broker_bus_as_nobody(&bb, fill_up); /* there is room for as many */
	teardown();
}
END_TEST

START_TEST(test_the_daemon_stops_with_calls_that_wait)
{
	setup();
	(void)broker_bus_as_nobody(&bb, leave_early);
	broker_bus_stop(&bb);
	broker_bus_start(&bb);
	teardown();
}
END_TEST

CHECK_MAIN("bus-hold", test_a_database_that_hangs_delays_only_its_caller,
	   test_the_calls_of_one_user_end_at_the_limit,
	   test_the_calls_of_a_caller_that_left_are_forgotten,
	   test_the_daemon_stops_with_calls_that_wait)
