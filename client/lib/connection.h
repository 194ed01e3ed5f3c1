/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>
#include <systemd/sd-bus.h>

#include "macro.h"

/* Taking a device over may wait for each of its 8 paths, 10 s each, twice. */
#define CONNECTION_TIMEOUT_USEC (180ULL * 1000 * 1000)

/* What the broker tells of a lease; one of lease and path is NULL. All of it borrowed. */
struct connection_event {
	const char *lease; /* its id: it is over */
	const char *path;  /* its object: it is to be given back until deadline_usec */
	const char *reason;
	uint64_t deadline_usec; /* CLOCK_MONOTONIC */
};

/* Who wants to be told; embedded, and told of all leases. */
struct connection_listener {
	struct ccwb_connection *connection; /* NULL when that one has gone */
	struct connection_listener *next, **place;
	void (*told)(const struct connection_event *event, void *userdata);
	void *userdata;
};

/* A call whose answer an event loop brings; embedded. */
struct connection_question {
	struct ccwb_connection *connection; /* NULL: none is on its way */
	struct connection_question *next, **place;
	sd_bus_slot *slot;
	const char *what;
	/* once: with the answer, or with what was wrong */
	void (*told)(sd_bus_message *reply, const struct ccwb_error *error, void *userdata);
	void *userdata;
};

/* told and userdata are set by the caller. */
void connection_listen(struct ccwb_connection *connection, struct connection_listener *listener);
/* One that never listened, or whose connection has gone, is good. */
void connection_leave(struct connection_listener *listener);

/* A new call of a method of the Manager, to be filled and sent. */
_must_check_ int connection_message(struct ccwb_connection *connection, const char *member,
				    sd_bus_message **ret);

/*
 * Sends a call and waits for the answer; tells what came meanwhile only in connection_process. what is the object of
 * "cannot", as "acquire 0.0.0580". Numbers as error.c has them.
 */
_must_check_ int connection_call(struct ccwb_connection *connection, const char *what,
				 sd_bus_message *message, sd_bus_message **ret,
				 struct ccwb_error *ret_error);

/*
 * Sends a call and returns; what is borrowed until the answer. told and userdata are set by the caller. Forgets a question whose
 * answer is not wanted any more: what comes is dropped, its fds closed. One that was never asked is good.
 */
_must_check_ int connection_ask(struct ccwb_connection *connection, const char *what,
				sd_bus_message *message, struct connection_question *question,
				struct ccwb_error *ret_error);
void connection_forget(struct connection_question *question);

/*
 * To be called when calls have been made and their results kept: signals that came meanwhile wait within sd-bus, where poll(2) does not
 * see them, and are taken in.
 */
void connection_settle(struct ccwb_connection *connection);

/* Waits until something has come, at most timeout_usec, and takes it in. */
_must_check_ int connection_wait(struct ccwb_connection *connection, uint64_t timeout_usec,
				 struct ccwb_error *ret_error);
