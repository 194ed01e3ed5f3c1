/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Calls of those whom the bus has not named yet: they wait, up to the limits, and nobody else does. The
 * test is the bus, on the other end of a socket, and answers when it likes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bus-error.h"
#include "bus-hold.h"
#include "check-main.h"
#include "limits.h"
#include "names.h"
#include "scratch.h"

#define PATH	  "/test"
#define INTERFACE "org.ccwbroker1.Test"
#define UID	  1234

static int before;
static sd_event *event;
static sd_bus *daemon_bus, *test_bus;
static struct bus_hold *hold;
static sd_bus_message *questions[LIMIT_STRANGERS + 1]; /* without an answer */
static unsigned int n_questions;
static unsigned int n_known, n_refused, n_denied;

static int on_call(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct fault fault = {};
	uid_t uid;
	int r;

	r = bus_hold_uid(hold, message, &uid, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	return r == 0 ? 1 : sd_bus_reply_method_return(message, "u", (uint32_t)uid);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Call", "ah", "u", on_call, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

/* Each sender once: who gets no answer asks again. */
static int on_credentials(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	static char asked[ARRAY_SIZE(questions)][16];
	const char *sender;
	unsigned int n;

	ck_assert_int_gt(sd_bus_message_read(message, "s", &sender), 0);
	for (n = 0; n < n_questions; n++)
		if (questions[n] && strcmp(asked[n], sender) == 0) {
			sd_bus_message_unref(questions[n]);
			questions[n] = sd_bus_message_ref(message);
			return 1;
		}
	snprintf(asked[n_questions % ARRAY_SIZE(asked)], sizeof(asked[0]), "%s", sender);
	ck_assert_uint_lt(n_questions, ARRAY_SIZE(questions));
	questions[n_questions++] = sd_bus_message_ref(message);
	return 1;
}

static int on_has_owner(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return sd_bus_reply_method_return(message, "b", 1);
}

static const sd_bus_vtable bus_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("GetConnectionCredentials", "s", "a{sv}", on_credentials,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("NameHasOwner", "s", "b", on_has_owner, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static sd_bus *open_end(int fd, bool is_server)
{
	const sd_id128_t id =
		SD_ID128_MAKE(c0, ff, ee, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 01);
	sd_bus *bus;

	ck_assert_int_ge(sd_bus_new(&bus), 0);
	ck_assert_int_ge(sd_bus_set_fd(bus, fd, fd), 0);
	if (is_server)
		ck_assert_int_ge(sd_bus_set_server(bus, 1, id), 0);
	ck_assert_int_ge(sd_bus_negotiate_fds(bus, 1), 0);
	ck_assert_int_ge(sd_bus_start(bus), 0);
	ck_assert_int_ge(sd_bus_attach_event(bus, event, 0), 0);
	return bus;
}

static void setup(void)
{
	struct resolver_config resolver = { .run = resolver_run, .patience_ms = 1000 };
	int pair[2];

	before = scratch_count_fds();
	n_questions = n_known = n_refused = n_denied = 0;
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	test_bus = open_end(pair[0], true);
	daemon_bus = open_end(pair[1], false);
	/* no fd is taken while they agree on taking fds */
	while (sd_bus_is_ready(daemon_bus) <= 0 || sd_bus_is_ready(test_bus) <= 0)
		ck_assert_int_ge(sd_event_run(event, 1000000), 0);
	resolver.event = event;
	ck_assert_int_eq(bus_hold_new(daemon_bus, &resolver, 1000, &hold), 0);
	ck_assert_int_ge(sd_bus_add_object_vtable(daemon_bus, NULL, PATH, INTERFACE, vtable, NULL),
			 0);
	ck_assert_int_ge(sd_bus_add_object_vtable(test_bus, NULL, "/org/freedesktop/DBus",
						  "org.freedesktop.DBus", bus_vtable, NULL),
			 0);
}

static void teardown(void)
{
	bus_hold_free(hold);
	while (n_questions > 0)
		sd_bus_message_unref(questions[--n_questions]);
	sd_bus_close_unref(daemon_bus);
	sd_bus_close_unref(test_bus);
	sd_event_unref(event);
	ck_assert_int_eq(scratch_count_fds(), before);
}

/* Until nothing more happens for a tenth of a second. */
static void run(void)
{
	while (sd_event_run(event, 100000) > 0)
		continue;
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	uint32_t uid = 0;

	if (sd_bus_message_is_method_error(reply, CCWB_ERROR_LIMITS_EXCEEDED))
		n_refused++;
	else if (sd_bus_message_is_method_error(reply, CCWB_ERROR_ACCESS_DENIED))
		n_denied++;
	else if (sd_bus_message_read(reply, "u", &uid) >= 0 && uid == UID)
		n_known++;
	return 0;
}

/* One call of a connection, with as many fds as a bus lets through. */
static void call(unsigned int connection)
{
	sd_bus_message *message;
	char sender[16];
	int n;

	snprintf(sender, sizeof(sender), ":1.%u", connection);
	ck_assert_int_ge(sd_bus_message_new_method_call(test_bus, &message, NULL, PATH, INTERFACE,
							"Call"),
			 0);
	ck_assert_int_ge(sd_bus_message_set_sender(message, sender), 0);
	ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "h"), 0);
	for (n = 0; n < 16; n++)
		ck_assert_int_ge(sd_bus_message_append(message, "h", STDERR_FILENO), 0);
	ck_assert_int_ge(sd_bus_message_close_container(message), 0);
	ck_assert_int_ge(sd_bus_call_async(test_bus, NULL, message, on_reply, NULL, 0), 0);
	sd_bus_message_unref(message);
}

static void tell(unsigned int n)
{
	ck_assert_int_ge(
		sd_bus_reply_method_return(questions[n], "a{sv}", 1, "UnixUserID", "u", UID), 0);
	questions[n] = sd_bus_message_unref(questions[n]); /* another one is asked anew */
}

START_TEST(test_a_connection_has_the_share_of_a_user_and_no_more)
{
	unsigned int n;

	setup();
	for (n = 0; n < LIMIT_STRANGER_CALLS; n++)
		call(7);
	run();
	ck_assert_uint_eq(n_known + n_refused, 0);
	ck_assert_uint_eq(n_questions, 1); /* for all of them */
	call(7);
	run();
	ck_assert_uint_eq(n_refused, 1);
	/* and another one does not wait for it */
	call(8);
	run();
	ck_assert_uint_eq(n_questions, 2);
	tell(1);
	run();
	ck_assert_uint_eq(n_known, 1);
	tell(0);
	run();
	ck_assert_uint_eq(n_known, 1 + LIMIT_STRANGER_CALLS);
	ck_assert_uint_eq(n_refused, 1);
	call(7);
	run();
	ck_assert_uint_eq(n_questions, 2); /* it is known for a moment */
	ck_assert_uint_eq(n_known, 2 + LIMIT_STRANGER_CALLS);
	teardown();
}
END_TEST

START_TEST(test_there_is_room_for_so_many_calls_of_strangers)
{
	unsigned int n;

	setup();
	for (n = 0; n < LIMIT_STRANGERS; n++)
		call(n);
	run();
	ck_assert_uint_eq(n_questions, LIMIT_STRANGERS);
	ck_assert_uint_eq(n_refused, 0);
	call(LIMIT_STRANGERS);
	run();
	ck_assert_uint_eq(n_refused, 1);
	ck_assert_uint_eq(n_questions, LIMIT_STRANGERS);
	/* more than are remembered, and each gets its answer nevertheless */
	for (n = 0; n < LIMIT_STRANGERS; n++)
		tell(n);
	run();
	ck_assert_uint_eq(n_known, LIMIT_STRANGERS);
	teardown();
}
END_TEST

START_TEST(test_the_share_of_a_connection_is_small_when_there_are_many)
{
	unsigned int n;

	setup();
	for (n = 0; n < LIMIT_STRANGERS_MANY; n++)
		call(n / LIMIT_STRANGER_CALLS);
	for (n = 0; n < LIMIT_CALLS_OF_MANY; n++)
		call(7);
	run();
	ck_assert_uint_eq(n_refused, 0);
	call(7);
	run();
	ck_assert_uint_eq(n_refused, 1);
	for (n = LIMIT_STRANGERS_MANY + LIMIT_CALLS_OF_MANY; n < LIMIT_STRANGERS_CROWD; n++)
		call(100 + n);
	run();
	ck_assert_uint_eq(n_refused, 1);
	call(8);
	run();
	ck_assert_uint_eq(n_refused, 1);
	call(8);
	run();
	ck_assert_uint_eq(n_refused, 2);
	teardown();
}
END_TEST

START_TEST(test_one_whom_the_bus_does_not_know_is_refused)
{
	setup();
	call(7);
	call(7);
	run();
	ck_assert_int_ge(sd_bus_reply_method_errorf(questions[0],
						    "org.freedesktop.DBus.Error.NameHasNoOwner",
						    "it has left"),
			 0);
	questions[0] = sd_bus_message_unref(questions[0]);
	run();
	ck_assert_uint_eq(n_denied, 2);
	call(7);
	run();
	ck_assert_uint_eq(n_questions, 2); /* that is not remembered */
	ck_assert_int_ge(sd_bus_reply_method_return(questions[1], "a{sv}", 0), 0);
	run();
	ck_assert_uint_eq(n_denied, 3);
	teardown();
}
END_TEST

START_TEST(test_the_end_comes_with_questions_open)
{
	setup();
	call(7);
	call(7);
	call(8);
	run();
	ck_assert_uint_eq(n_questions, 2);
	teardown();
}
END_TEST

CHECK_MAIN("strangers", test_a_connection_has_the_share_of_a_user_and_no_more,
	   test_there_is_room_for_so_many_calls_of_strangers,
	   test_the_share_of_a_connection_is_small_when_there_are_many,
	   test_one_whom_the_bus_does_not_know_is_refused, test_the_end_comes_with_questions_open)
