/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the call that only wants to know whether a job could be had, from its first check to its reply, also when the
 * caller leaves in between. Changes nothing.
 */
#include "bus-rehearse.h"

#include <errno.h>
#include <stdlib.h>

#include "bus-caller.h"
#include "bus-error.h"
#include "names.h"

/* Lives until the reply or the caller's end, whichever comes first. */
struct rehearsal {
	sd_bus_message *message;
	struct bus_caller *caller;
	struct inquiry *inquiry;
};

static void rehearsal_free(struct rehearsal *rehearsal)
{
	inquiry_free(rehearsal->inquiry);
	bus_caller_free(rehearsal->caller);
	sd_bus_message_unref(rehearsal->message);
	free(rehearsal);
}

DEFINE_CLEANUP(struct rehearsal *, rehearsal_free)

static int reply(sd_bus_message *message)
{
	return sd_bus_reply_method_return(message, "o", CCWB_PATH_NONE);
}

static void on_looked(struct worker_result *result, void *userdata)
{
	_cleanup_(rehearsal_freep) struct rehearsal *rehearsal = userdata;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

	rehearsal->inquiry = NULL;
	if (result->r >= 0) {
		(void)reply(rehearsal->message); /* nobody else could be told */
		return;
	}
	(void)bus_error_set(&error, result->r, &result->fault);
	(void)sd_bus_reply_method_error(rehearsal->message, &error); /* likewise */
}

static void on_caller_gone(void *userdata)
{
	rehearsal_free(userdata);
}

static int rehearsal_new(sd_bus_message *message, struct rehearsal **ret)
{
	_cleanup_(rehearsal_freep) struct rehearsal *rehearsal = calloc(1, sizeof(*rehearsal));
	int r;

	if (!rehearsal)
		return -ENOMEM;
	rehearsal->message = sd_bus_message_ref(message);
	r = bus_caller_new(message, false, on_caller_gone, rehearsal, &rehearsal->caller);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(rehearsal);
	return 0;
}

int bus_rehearse(struct broker *broker, sd_bus_message *message, enum change_kind kind,
		 const struct device *device, const char *driver, struct fault *fault)
{
	_cleanup_(rehearsal_freep) struct rehearsal *rehearsal = NULL;
	uid_t uid;
	int r;

	r = job_check(broker_jobs(broker), kind, device, fault);
	if (r >= 0)
		r = bus_hold_uid(broker_hold(broker), message, &uid, fault);
	if (r <= 0)
		return r;
	r = rehearsal_new(message, &rehearsal);
	if (r < 0)
		return r;
	r = foresight_rehearse(broker_foresight(broker), kind, device, driver, uid, on_looked,
			       rehearsal, &rehearsal->inquiry, fault);
	if (r < 0)
		return r;
	(void)TAKE_PTR(rehearsal); /* on_looked or on_caller_gone frees it */
	return 1;
}
