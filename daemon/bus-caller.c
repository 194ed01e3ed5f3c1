/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the watch over one who waits for an answer. It costs several times what a quick answer does, so
 * it begins only when the answer is none. Knows nothing of what is waited for.
 */
#include "bus-caller.h"

#include <errno.h>

#include "log.h"

#define PATIENCE_USEC 20000

struct bus_caller {
	sd_bus_message *message;
	sd_bus_track *track;
	sd_event_source *timer;
	bus_caller_gone_t gone;
	void *userdata;
};

static int on_gone(sd_bus_track *track, void *userdata)
{
	struct bus_caller *caller = userdata;

	caller->gone(caller->userdata); /* may free the caller */
	return 0;
}

static int watch(struct bus_caller *caller)
{
	int r;

	r = sd_bus_track_new(sd_bus_message_get_bus(caller->message), &caller->track, on_gone,
			     caller);
	return r < 0 ? r : sd_bus_track_add_sender(caller->track, caller->message);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct bus_caller *caller = userdata;
	int r;

	r = watch(caller);
	if (r == -ENXIO) /* it has left already */
		caller->gone(caller->userdata);
	else if (r < 0)
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
	sd_bus_track_unref(caller->track);
	sd_bus_message_unref(caller->message);
	free(caller);
}
