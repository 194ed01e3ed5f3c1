/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the conversation with the broker: calls, and the signals that tell of leases. Does not know
 * what a lease is made of.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "ccw-id.h"
#include "connection.h"
#include "error.h"
#include "names.h"
#include "sender.h"

struct ccwb_connection {
	sd_bus *bus;
	bool is_own; /* to be closed in the end */
	struct sender sender;
	int error; /* of a signal that could not be taken in; to be told once */
	sd_bus_slot *removed, *revoking;
	struct connection_listener *listeners;
	struct connection_question *questions;
};

void connection_listen(struct ccwb_connection *connection, struct connection_listener *listener)
{
	listener->connection = connection;
	listener->next = connection->listeners;
	listener->place = &connection->listeners;
	if (listener->next)
		listener->next->place = &listener->next;
	connection->listeners = listener;
}

void connection_leave(struct connection_listener *listener)
{
	if (!listener->connection)
		return;
	*listener->place = listener->next;
	if (listener->next)
		listener->next->place = listener->place;
	listener->connection = NULL;
}

void connection_forget(struct connection_question *question)
{
	if (!question->connection)
		return;
	question->slot = sd_bus_slot_unref(question->slot);
	*question->place = question->next;
	if (question->next)
		question->next->place = question->place;
	question->connection = NULL;
}

struct ccwb_connection *ccwb_connection_free(struct ccwb_connection *connection)
{
	if (!connection)
		return NULL;
	while (connection->listeners)
		connection_leave(connection->listeners);
	while (connection->questions)
		connection_forget(connection->questions);
	sender_unfollow(&connection->sender);
	connection->removed = sd_bus_slot_unref(connection->removed);
	connection->revoking = sd_bus_slot_unref(connection->revoking);
	connection->bus = connection->is_own ? sd_bus_flush_close_unref(connection->bus)
					     : sd_bus_unref(connection->bus);
	free(connection);
	return NULL;
}

static void tell(struct ccwb_connection *connection, const struct connection_event *event)
{
	struct connection_listener *next;

	for (struct connection_listener *one = connection->listeners; one; one = next) {
		next = one->next;
		one->told(event, one->userdata);
	}
}

static int on_removed(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct ccwb_connection *connection = userdata;
	struct connection_event event = {};
	int r = sender_is_broker(&connection->sender, message);

	if (r > 0)
		r = sd_bus_message_read(message, "ssos", &event.lease, NULL, NULL, &event.reason);
	if (r > 0)
		tell(connection, &event);
	if (r < 0)
		connection->error = r;
	return 0;
}

static int on_revoking(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
	struct ccwb_connection *connection = userdata;
	struct connection_event event = { .path = sd_bus_message_get_path(message) };
	int r = sender_is_broker(&connection->sender, message);

	if (r > 0)
		r = sd_bus_message_read(message, "st", &event.reason, &event.deadline_usec);
	if (r > 0)
		tell(connection, &event);
	if (r < 0)
		connection->error = r;
	return 0;
}

/* Matches that the bus must have before anything is acquired; without it they wait for its answer. */
static int follow(struct ccwb_connection *connection)
{
	int r;

	r = sender_follow(&connection->sender, connection->bus);
	if (r < 0)
		return r;
	r = sd_bus_match_signal(connection->bus, &connection->removed, CCWB_BUS_NAME, CCWB_PATH,
				CCWB_IFACE_MANAGER, "LeaseRemoved", on_removed, connection);
	if (r < 0)
		return r;
	return sd_bus_match_signal(connection->bus, &connection->revoking, CCWB_BUS_NAME, NULL,
				   CCWB_IFACE_LEASE, "RevokeRequested", on_revoking, connection);
}

static int make(sd_bus *bus, bool is_own, struct ccwb_connection **ret,
		struct ccwb_error *ret_error)
{
	_cleanup_(ccwb_connection_freep) struct ccwb_connection *connection =
		calloc(1, sizeof(*connection));
	int r;

	if (!connection)
		return error_set(ret_error, -ENOMEM, "cannot connect to the bus: out of memory");
	connection->bus = sd_bus_ref(bus);
	r = follow(connection);
	if (r < 0)
		return error_set_bus(ret_error, "follow the broker's signals", r, NULL);
	connection->is_own = is_own;
	*ret = TAKE_PTR(connection);
	return 0;
}

int ccwb_connection_new_with_bus(struct sd_bus *bus, struct ccwb_connection **ret,
				 struct ccwb_error *ret_error)
{
	return make(bus, false, ret, ret_error);
}

static int open_bus(const char *address, sd_bus **ret)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
	int r;

	if (!address)
		return sd_bus_open_system(ret);
	r = sd_bus_new(&bus);
	if (r >= 0)
		r = sd_bus_set_address(bus, address);
	if (r >= 0)
		r = sd_bus_set_bus_client(bus, true);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r >= 0)
		*ret = TAKE_PTR(bus);
	return r;
}

int ccwb_connection_new(const char *address, struct ccwb_connection **ret,
			struct ccwb_error *ret_error)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
	int r;

	r = open_bus(address, &bus);
	if (r < 0)
		return error_set(ret_error, r, "cannot connect to the %s%s: %s",
				 address ? "bus at " : "system bus", address ?: "", strerror(-r));
	r = make(bus, true, ret, ret_error);
	if (r < 0)
		(void)sd_bus_close(bus); /* tells nothing */
	return r;
}

int ccwb_connection_fd(const struct ccwb_connection *connection)
{
	return sd_bus_get_fd(connection->bus);
}

int ccwb_connection_timeout(const struct ccwb_connection *connection)
{
	struct timespec now;
	uint64_t usec, until;

	if (sd_bus_get_timeout(connection->bus, &until) < 0 || until == UINT64_MAX)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	usec = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	return until > usec ? (int)((until - usec + 999) / 1000) : 0;
}

int ccwb_connection_process(struct ccwb_connection *connection, struct ccwb_error *ret_error)
{
	int r;

	do {
		r = sd_bus_process(connection->bus, NULL);
	} while (r > 0);
	if (r == 0) {
		r = connection->error;
		connection->error = 0;
	}
	return r < 0 ? error_set_bus(ret_error, "hear of leases", r, NULL) : 0;
}

int connection_wait(struct ccwb_connection *connection, uint64_t timeout_usec,
		    struct ccwb_error *ret_error)
{
	int r;

	r = sd_bus_wait(connection->bus, timeout_usec);
	if (r < 0 && r != -EINTR)
		return error_set_bus(ret_error, "hear of leases", r, NULL);
	return ccwb_connection_process(connection, ret_error);
}

int connection_message(struct ccwb_connection *connection, const char *member, sd_bus_message **ret)
{
	return sd_bus_message_new_method_call(connection->bus, ret, CCWB_BUS_NAME, CCWB_PATH,
					      CCWB_IFACE_MANAGER, member);
}

int connection_call(struct ccwb_connection *connection, const char *what, sd_bus_message *message,
		    sd_bus_message **ret, struct ccwb_error *ret_error)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	r = sd_bus_call(connection->bus, message, CONNECTION_TIMEOUT_USEC, &error, ret);
	return r < 0 ? error_set_bus(ret_error, what, r, &error) : 0;
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
	struct connection_question *question = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(reply);
	struct ccwb_error words;

	if (error)
		(void)error_set_bus(&words, question->what, -EIO,
				    error); /* its number is in words */
	connection_forget(question);
	question->told(error ? NULL : reply, error ? &words : NULL, question->userdata);
	return 0;
}

int connection_ask(struct ccwb_connection *connection, const char *what, sd_bus_message *message,
		   struct connection_question *question, struct ccwb_error *ret_error)
{
	int r;

	r = sd_bus_call_async(connection->bus, &question->slot, message, on_answer, question,
			      CONNECTION_TIMEOUT_USEC);
	if (r < 0)
		return error_set_bus(ret_error, what, r, NULL);
	question->what = what;
	question->connection = connection;
	question->next = connection->questions;
	question->place = &connection->questions;
	if (question->next)
		question->next->place = &question->next;
	connection->questions = question;
	/* a loop that polls for POLLIN does not see that there is something to write */
	r = connection->is_own ? sd_bus_flush(connection->bus) : 0;
	if (r >= 0)
		return 0;
	connection_forget(question);
	return error_set_bus(ret_error, what, r, NULL);
}

void connection_settle(struct ccwb_connection *connection)
{
	/* a bus that is not ours is its owner's to dispatch; that it has gone shows with the next call */
	if (connection->is_own)
		connection->error = ccwb_connection_process(connection, NULL);
}

static int find_path(struct ccwb_connection *connection, const char *what, const char *id,
		     char **ret, struct ccwb_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
	const char *path;
	int r;

	r = connection_message(connection, "GetDevice", &call);
	if (r >= 0)
		r = sd_bus_message_append(call, "s", id);
	if (r < 0)
		return error_set_bus(ret_error, what, r, NULL);
	r = connection_call(connection, what, call, &reply, ret_error);
	if (r < 0)
		return r;
	r = sd_bus_message_read(reply, "o", &path);
	if (r > 0 && !(*ret = strdup(path)))
		r = -ENOMEM;
	return r < 0 ? error_set_bus(ret_error, what, r, NULL) : 0;
}

static int describe(struct ccwb_connection *connection, const char *path, const char *interface,
		    uint64_t flags, char **ret, struct ccwb_error *ret_error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
	const char *what = "describe", *json;
	int r;

	r = sd_bus_message_new_method_call(connection->bus, &call, CCWB_BUS_NAME, path, interface,
					   "Describe");
	if (r >= 0)
		r = sd_bus_message_append(call, "t", flags);
	if (r < 0)
		return error_set_bus(ret_error, what, r, NULL);
	r = connection_call(connection, what, call, &reply, ret_error);
	if (r < 0)
		return r;
	r = sd_bus_message_read(reply, "s", &json);
	if (r > 0 && !(*ret = strdup(json)))
		r = -ENOMEM;
	return r < 0 ? error_set_bus(ret_error, what, r, NULL) : 0;
}

int ccwb_connection_describe(struct ccwb_connection *connection, const char *id, char **ret,
			     struct ccwb_error *ret_error)
{
	_cleanup_free_ char *path = NULL;
	char text[CCW_ID_STRING_SIZE];
	struct ccw_id parsed;
	int r;

	if (!id) {
		r = describe(connection, CCWB_PATH, CCWB_IFACE_MANAGER, CCWB_DESCRIBE_OBJECTS, ret,
			     ret_error);
		connection_settle(connection);
		return r;
	}
	if (ccw_id_parse(id, &parsed) < 0)
		return error_set(ret_error, -EINVAL,
				 "\"%s\" is no device id such as 0.0.0580 or 0580", id);
	r = find_path(connection, "describe", ccw_id_format(parsed, text), &path, ret_error);
	if (r < 0)
		return r;
	r = describe(connection, path, CCWB_IFACE_DEVICE, 0, ret, ret_error);
	connection_settle(connection);
	return r;
}
