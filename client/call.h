/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "macro.h"
#include "verb.h"

/* Taking a device over may wait for each of its 8 paths, 10 s each, twice. */
#define CALL_TIMEOUT_USEC (180ULL * 1000 * 1000)

/* Prints "ccwctl: " and the message on standard error, in which control characters become '?'. */
void call_complain(const char *format, ...) _printf_(1, 2);

/* Prints before, the message and a line end; control characters in the message become '?'. */
void call_print_line(FILE *out, const char *before, const char *format, va_list args)
	_printf_(3, 0);

/* Says how the verb is used, after a complaint. Returns EXIT_CODE_USAGE. */
enum exit_code call_usage(const char *usage);

/* Connects to the system bus; complains itself. */
_must_check_ enum exit_code call_open(sd_bus **ret);

/*
 * Calls a method of the Manager; complains itself as "cannot WHAT: ...". types and what follows are as
 * for sd_bus_message_append(3).
 */
_must_check_ enum exit_code call_manager(sd_bus *bus, const char *what, sd_bus_message **ret,
					 const char *member, const char *types, ...);

/*
 * The same, but while the broker is busy with the device (OperationInProgress), such as giving it back
 * to its driver after an earlier command, asks again for some seconds.
 */
_must_check_ enum exit_code call_manager_patiently(sd_bus *bus, const char *what,
						   sd_bus_message **ret, const char *member,
						   const char *types, ...);

/* A new call of a method of the Manager, to be filled and sent; negative errno. */
_must_check_ int call_new(sd_bus *bus, sd_bus_message **ret, const char *member);

/* Sends a call; complains itself as "cannot WHAT: ...". */
_must_check_ enum exit_code call_message(sd_bus *bus, const char *what, sd_bus_message *message,
					 sd_bus_message **ret);

/* Calls a method of an object that takes flags and nothing else; complains itself. */
_must_check_ enum exit_code call_object(sd_bus *bus, const char *what, const char *path,
					const char *interface, const char *member, uint64_t flags,
					sd_bus_message **ret);

/* Fetches all properties of one interface of one object. */
_must_check_ enum exit_code call_properties(sd_bus *bus, const char *what, const char *path,
					    const char *interface, sd_bus_message **ret);

/* The same without complaints, for what may have gone meanwhile: negative errno. */
_must_check_ int call_properties_quietly(sd_bus *bus, const char *path, const char *interface,
					 sd_bus_message **ret);

/*
 * Waits for the next event, and deals with it; not when the bus has closed, which may bring none. The bus is attached
 * to event. Negative errno.
 */
_must_check_ int call_wait(sd_bus *bus, sd_event *event);

/* Complains as "cannot WHAT: ..." of an error that came for a call. Returns its exit status. */
enum exit_code call_refused(const char *what, const sd_bus_error *error);

/* Complains that the answer cannot be read. Returns EXIT_CODE_FAILURE. */
enum exit_code call_bad_reply(const char *what, int error);

/* The exit status of the error that has this last part of its name, as reasons of jobs and answers have it. */
enum exit_code call_refusal_code(const char *last_part);

/* The exit status that a D-Bus error name stands for. */
enum exit_code call_exit_code(const char *error_name);
