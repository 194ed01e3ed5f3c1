/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Whose call comes to its handler when, in counts: everything is in the socket before the daemon's side
 * reads the first of it, so that nothing depends on time. The test is the bus, on the other end.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bus-turn.h"
#include "check-main.h"
#include "limits.h"
#include "names.h"
#include "scratch.h"

#define FLOOD	(2 * LIMIT_TURN_READS + 100)
#define AT_ONCE 100 /* calls that a socket has room for */

static int before;
static sd_event *event;
static sd_bus *daemon_bus, *test_bus;
static struct bus_hold *hold;
static struct bus_turns *turns;

/* What has come to a handler, in order. */
static struct {
	bool is_urgent;
	unsigned int sender;
} handled[FLOOD + 1];
static unsigned int n_handled, n_sent, n_answered, n_refused;

static int on_call(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	ck_assert_uint_lt(n_handled, ARRAY_SIZE(handled));
	handled[n_handled].is_urgent =
		sd_bus_message_is_method_call(message, NULL, "AcquireDevice");
	ck_assert_int_eq(
		sscanf(sd_bus_message_get_sender(message), ":1.%u", &handled[n_handled].sender), 1);
	n_handled++;
	return sd_bus_reply_method_return(message, NULL);
}

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("AcquireDevice", NULL, NULL, on_call, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("ListLeases", NULL, NULL, on_call, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("GetDevice", "s", NULL, on_call, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("ListDevices", "as", NULL, on_call, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static sd_bus *open_end(int fd, bool is_server)
{
	const sd_id128_t id =
		SD_ID128_MAKE(c0, ff, ee, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 02);
	sd_bus *bus;

	ck_assert_int_ge(sd_bus_new(&bus), 0);
	ck_assert_int_ge(sd_bus_set_fd(bus, fd, fd), 0);
	if (is_server)
		ck_assert_int_ge(sd_bus_set_server(bus, 1, id), 0);
	ck_assert_int_ge(sd_bus_start(bus), 0);
	ck_assert_int_ge(sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL), 0);
	return bus;
}

static void setup(void)
{
	struct resolver_config resolver = { .run = resolver_run, .patience_ms = 1000 };
	int pair[2];

	before = scratch_count_fds();
	n_handled = n_sent = n_answered = n_refused = 0;
	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	test_bus = open_end(pair[0], true);
	daemon_bus = open_end(pair[1], false);
	while (sd_bus_is_ready(daemon_bus) <= 0 || sd_bus_is_ready(test_bus) <= 0)
		ck_assert_int_ge(sd_event_run(event, 1000000), 0);
	/* from here on the two ends run one after the other */
	ck_assert_int_ge(sd_bus_detach_event(test_bus), 0);
	resolver.event = event;
	ck_assert_int_eq(bus_hold_new(daemon_bus, &resolver, 1000, &hold), 0);
	ck_assert_int_eq(bus_turns_new(daemon_bus, hold, &turns), 0);
	ck_assert_int_ge(sd_bus_add_object_vtable(daemon_bus, NULL, CCWB_PATH, CCWB_IFACE_MANAGER,
						  vtable, NULL),
			 0);
}

static void teardown(void)
{
	bus_turns_free(turns);
	bus_hold_free(hold);
	sd_bus_close_unref(daemon_bus);
	sd_bus_close_unref(test_bus);
	sd_event_unref(event);
	ck_assert_int_eq(scratch_count_fds(), before);
}

/* Until all calls have an answer; both ends run then. */
static void run(void)
{
	while (n_answered < n_sent) {
		while (sd_event_run(event, 0) > 0 && n_answered < n_sent)
			while (sd_bus_process(test_bus, NULL) > 0)
				continue;
		(void)sd_event_run(event, 10000);
		while (sd_bus_process(test_bus, NULL) > 0)
			continue;
	}
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	n_answered++;
	n_refused += sd_bus_message_is_method_error(reply, CCWB_ERROR_LIMITS_EXCEEDED);
	return 0;
}

static sd_bus_message *new_call(unsigned int connection, const char *method)
{
	sd_bus_message *message;
	char sender[16];

	snprintf(sender, sizeof(sender), ":1.%u", connection);
	ck_assert_int_ge(sd_bus_message_new_method_call(test_bus, &message, NULL, CCWB_PATH,
							CCWB_IFACE_MANAGER, method),
			 0);
	ck_assert_int_ge(sd_bus_message_set_sender(message, sender), 0);
	return message;
}

static void send_take(sd_bus_message *message)
{
	ck_assert_int_ge(sd_bus_call_async(test_bus, NULL, message, on_reply, NULL, 0), 0);
	sd_bus_message_unref(message);
	ck_assert_int_ge(sd_bus_flush(test_bus), 0);
	n_sent++;
}

static void call(unsigned int connection, const char *method)
{
	send_take(new_call(connection, method));
}

static unsigned int place_of(bool is_urgent, unsigned int sender)
{
	unsigned int n = 0;

	while (n < n_handled && (handled[n].is_urgent != is_urgent || handled[n].sender != sender))
		n++;
	ck_assert_uint_lt(n, n_handled);
	return n;
}

/* So many that the socket is never empty: there is something to be read all the time. */
static void flood(unsigned int connection, const char *method)
{
	unsigned int n;

	for (n = 0; n < AT_ONCE; n++)
		call(connection, method);
	for (; n < FLOOD; n++) {
		unsigned int answered = n_answered;

		/* what has been read is answered, refused or noted: one step for each */
		ck_assert_int_gt(sd_event_run(event, 0), 0);
		while (n_answered == answered && sd_bus_process(test_bus, NULL) > 0)
			continue;
		call(connection, method);
	}
}

START_TEST(test_who_takes_a_device_waits_for_one_call_in_so_many_before_it)
{
	setup();
	flood(7, "ListLeases");
	call(8, "AcquireDevice");
	run();
	ck_assert_uint_le(place_of(true, 8), (FLOOD + 1) / LIMIT_TURN_READS);
	ck_assert_uint_eq(n_handled + n_refused, FLOOD + 1);
	teardown();
}
END_TEST

/* Or who only asks would never be served while others take and give back. */
START_TEST(test_who_takes_all_the_time_lets_others_have_a_turn)
{
	setup();
	call(7, "ListLeases");
	flood(8, "AcquireDevice");
	run();
	ck_assert_uint_le(place_of(false, 7), LIMIT_TURN_READS);
	ck_assert_uint_eq(n_handled, FLOOD + 1);
	teardown();
}
END_TEST

START_TEST(test_connections_take_turns)
{
	static const unsigned int begin[] = { 7, 8, 9, 7, 8, 7, 8, 7 };
	unsigned int n;

	setup();
	for (n = 0; n < 20; n++)
		call(7, "ListLeases");
	for (n = 0; n < 3; n++)
		call(8, "ListLeases");
	call(9, "ListLeases");
	run();
	ck_assert_uint_eq(n_handled, 24);
	for (n = 0; n < ARRAY_SIZE(begin); n++)
		ck_assert_uint_eq(handled[n].sender, begin[n]);
	for (; n < 24; n++)
		ck_assert_uint_eq(handled[n].sender, 7);
	teardown();
}
END_TEST

START_TEST(test_a_connection_has_so_many_waiting_and_no_more)
{
	unsigned int n;

	setup();
	for (n = 0; n < LIMIT_STRANGER_CALLS; n++)
		call(7, "ListLeases");
	run();
	ck_assert_uint_eq(n_handled, LIMIT_STRANGER_CALLS);
	ck_assert_uint_eq(n_refused, 0);
	for (n = 0; n < LIMIT_STRANGER_CALLS + 1; n++)
		call(7, "ListLeases");
	call(8, "ListLeases"); /* its share is its own */
	run();
	ck_assert_uint_eq(n_handled, 2 * LIMIT_STRANGER_CALLS + 1);
	ck_assert_uint_eq(n_refused, 1);
	teardown();
}
END_TEST

static void call_with_text(size_t length)
{
	static char text[LIMIT_CALL_BYTES + 1];
	sd_bus_message *message = new_call(7, "GetDevice");

	memset(text, 'x', length);
	text[length] = '\0';
	ck_assert_int_ge(sd_bus_message_append(message, "s", text), 0);
	send_take(message);
	run();
}

START_TEST(test_a_call_has_so_much_in_it_and_no_more)
{
	setup();
	call_with_text(LIMIT_CALL_BYTES - sizeof(uint64_t));
	ck_assert_uint_eq(n_handled, 1);
	call_with_text(LIMIT_CALL_BYTES - sizeof(uint64_t) + 1);
	ck_assert_uint_eq(n_handled, 1);
	ck_assert_uint_eq(n_refused, 1);
	teardown();
}
END_TEST

static void call_with_list(unsigned int count)
{
	sd_bus_message *message = new_call(7, "ListDevices");

	ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "s"), 0);
	while (count-- > 0)
		ck_assert_int_ge(sd_bus_message_append(message, "s", ""), 0);
	ck_assert_int_ge(sd_bus_message_close_container(message), 0);
	send_take(message);
	run();
}

/* Each counts, as empty as it is; so does the list, at its beginning and end. */
START_TEST(test_a_list_of_nothings_is_much_as_well)
{
	setup();
	call_with_list(LIMIT_CALL_BYTES / sizeof(uint64_t) - 2);
	ck_assert_uint_eq(n_handled, 1);
	call_with_list(LIMIT_CALL_BYTES / sizeof(uint64_t) - 1);
	ck_assert_uint_eq(n_handled, 1);
	ck_assert_uint_eq(n_refused, 1);
	teardown();
}
END_TEST

START_TEST(test_what_is_nested_comes_whole_to_its_handler)
{
	sd_bus_message *message;

	setup();
	message = new_call(7, "ListDevices");
	ck_assert_int_ge(sd_bus_message_append(message, "a(sv)av", 1, "x", "a{sv}", 1, "y", "as", 2,
					       "1", "2", 1, "(tq)", (uint64_t)1, 2),
			 0);
	send_take(message);
	run();
	ck_assert_uint_eq(n_answered, 1); /* the type is another one, which the bus library tells */
	ck_assert_uint_eq(n_refused, 0);
	teardown();
}
END_TEST

START_TEST(test_the_end_comes_with_calls_that_wait)
{
	unsigned int n;

	setup();
	for (n = 0; n < LIMIT_STRANGER_CALLS; n++)
		call(7, "ListLeases");
	call(8, "ListLeases");
	while (n_handled == 0)
		ck_assert_int_ge(sd_event_run(event, 0), 0);
	teardown();
}
END_TEST

CHECK_MAIN("bus-turn", test_who_takes_a_device_waits_for_one_call_in_so_many_before_it,
	   test_who_takes_all_the_time_lets_others_have_a_turn, test_connections_take_turns,
	   test_a_connection_has_so_many_waiting_and_no_more,
	   test_a_call_has_so_much_in_it_and_no_more, test_a_list_of_nothings_is_much_as_well,
	   test_what_is_nested_comes_whole_to_its_handler, test_the_end_comes_with_calls_that_wait)
