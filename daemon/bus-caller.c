/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the watch over one who waits for an answer. It costs several times what a quick answer does, so
 * it begins only when the answer is none. Knows nothing of what is waited for.
 */
#include "bus-caller.h"

#include <errno.h>
#include <stdio.h>

#include "log.h"

#define PATIENCE_USEC 20000

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define GONE_RULE                                                                                  \
	"type='signal',sender='" BUS_NAME "',interface='" BUS_NAME "',"                            \
	"member='NameOwnerChanged',arg2=''"

struct bus_caller {
	sd_bus_message *message;
	sd_bus_slot *match;
	sd_bus_slot *question;
	sd_event_source *timer;
	bus_caller_gone_t gone;
	void *userdata;
};

static int on_gone(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct bus_caller *caller = userdata;

	caller->gone(caller->userdata); /* may free the caller */
	return 0;
}

/* Without a handler of ours a match that is refused would end the connection. */
static int on_match(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	const struct bus_caller *caller = userdata;

	if (sd_bus_message_is_method_error(reply, NULL))
		log_warning_errno(-sd_bus_message_get_errno(reply),
				  "cannot watch %s while it waits",
				  sd_bus_message_get_sender(caller->message));
	return 0;
}

/* One that went before the match was there is missed by it. */
static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct bus_caller *caller = userdata;
	int is_there = true;

	if (sd_bus_message_read(reply, "b", &is_there) >= 0 && !is_there)
		caller->gone(caller->userdata); /* may free the caller */
	return 0;
}

static int watch(struct bus_caller *caller)
{
	const char *name = sd_bus_message_get_sender(caller->message);
	sd_bus *bus = sd_bus_message_get_bus(caller->message);
	_cleanup_free_ char *rule = NULL;
	int r;

	if (!name)
		return -ENODATA;
	if (asprintf(&rule, GONE_RULE ",arg0='%s'", name) < 0) {
		rule = NULL;
		return -ENOMEM;
	}
	r = sd_bus_add_match_async(bus, &caller->match, rule, on_gone, on_match, caller);
	if (r < 0)
		return r;
	return sd_bus_call_method_async(bus, &caller->question, BUS_NAME, BUS_PATH, BUS_NAME,
					"NameHasOwner", on_answer, caller, "s", name);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct bus_caller *caller = userdata;
	int r;

	r = watch(caller);
	if (r < 0)
		log_warning_errno(r, "cannot watch %s while it waits",
				  sd_bus_message_get_sender(caller->message));
	return 0;
}

int bus_caller_new(sd_bus_message *message, bool at_once, bus_caller_gone_t gone, void *userdata,
		   struct bus_caller **ret)
{
	_cleanup_(bus_caller_freep) struct bus_caller *caller = calloc(1, sizeof(*caller));
	int r;

	if (!caller)
		return -ENOMEM;
	caller->message = sd_bus_message_ref(message);
	caller->gone = gone;
	caller->userdata = userdata;
	r = at_once ? watch(caller)
		    : sd_event_add_time_relative(sd_bus_get_event(sd_bus_message_get_bus(message)),
						 &caller->timer, CLOCK_MONOTONIC, PATIENCE_USEC,
						 PATIENCE_USEC, on_timer, caller);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(caller);
	return 0;
}

void bus_caller_free(struct bus_caller *caller)
{
	if (!caller)
		return;
	sd_event_source_disable_unref(caller->timer);
	sd_bus_slot_unref(caller->question);
	sd_bus_slot_unref(caller->match);
	sd_bus_message_unref(caller->message);
	free(caller);
}
