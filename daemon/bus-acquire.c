/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the call that takes long: from its start to its reply with fds, also when the caller
 * leaves in between. Decides nothing.
 */
#include "bus-acquire.h"

#include <errno.h>
#include <string.h>

#include "bus-caller.h"
#include "bus-consent.h"
#include "bus-error.h"
#include "bus-grant.h"
#include "bus-hold.h"
#include "bus-statistics.h"
#include "bus-wish.h"
#include "lease-audit.h"

/* Lives until the outcome or the caller's end, whichever comes first. */
struct request {
	struct broker *broker;
	sd_bus_message *message;
	struct bus_caller *caller;
	struct lease *lease;
	struct ccw_id id;
};

static void request_free(struct request *request)
{
	bus_caller_free(request->caller);
	sd_bus_message_unref(request->message);
	free(request);
}

DEFINE_CLEANUP(struct request *, request_free)

static int reply_granted(struct request *request, const struct lease *lease,
			 const struct worker_result *result)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	/* as it was found when it was taken: to look again might end the lease under its grant */
	struct device *device = registry_peek(broker_registry(request->broker), request->id);
	int r;

	if (!device)
		return -ENODEV;
	r = sd_bus_message_new_method_return(request->message, &reply);
	if (r < 0)
		return r;
	r = bus_grant_append(reply, lease, device, result);
	if (r < 0)
		return r;
	/* the message has its own copies of the fds; ours are closed by whoever owns result */
	return sd_bus_message_send(reply);
}

static int on_outcome(struct lease *lease, struct worker_result *result, void *userdata)
{
	_cleanup_(request_freep) struct request *request = userdata;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	if (result->r >= 0) {
		r = reply_granted(request, lease, result);
		if (r >= 0)
			return 0;
		(void)fault_set(&result->fault, FAULT_BIND_FAILED, "cannot reply: %s",
				strerror(-r));
		result->r = r;
	}
	bus_statistics_refused(request->broker, &result->fault);
	lease_audit(lease, AUDIT_REFUSAL, fault_code_to_string(result->fault.code),
		    result->fault.text);
	(void)bus_error_set(&error, result->r, &result->fault);
	(void)sd_bus_reply_method_error(request->message, &error); /* there is no third way */
	return result->r;
}

static void on_caller_gone(void *userdata)
{
	struct request *request = userdata;

	broker_abandon(request->broker, request->lease);
	request_free(request);
}

/* Without a reference in the reply nothing else would show that nobody has got it. */
static int request_new(struct broker *broker, struct ccw_id id, sd_bus_message *message,
		       bool at_once, struct request **ret)
{
	_cleanup_(request_freep) struct request *request = calloc(1, sizeof(*request));
	int r;

	if (!request)
		return -ENOMEM;
	request->broker = broker;
	request->id = id;
	request->message = sd_bus_message_ref(message);
	r = bus_caller_new(message, at_once, on_caller_gone, request, &request->caller);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(request);
	return 0;
}

static int take(struct broker *broker, struct ccw_id id, sd_bus_message *message,
		const struct subject *subject, struct broker_wish *wish, struct fault *fault)
{
	_cleanup_(request_freep) struct request *request = NULL;
	int r;

	r = bus_consent_acquire(broker, id, message, subject, wish, fault);
	if (r <= 0)
		return r;
	r = request_new(broker, id, message, wish->lifetime == LIFETIME_PIDFD, &request);
	if (r < 0)
		return r;
	r = broker_acquire(broker, id, subject, wish, on_outcome, request, &request->lease, fault);
	if (r < 0)
		return r;
	(void)TAKE_PTR(request); /* on_outcome or on_caller_gone frees it */
	return 0;
}

int bus_acquire(struct broker *broker, struct ccw_id id, sd_bus_message *message,
		struct fault *fault)
{
	struct subject subject;
	struct broker_wish wish = {};
	int r;

	r = bus_wish_read(message, &wish, NULL, fault);
	if (r < 0)
		return r;
	r = bus_hold_subject(broker_hold(broker), message, &subject, fault);
	if (r <= 0)
		return r;
	r = take(broker, id, message, &subject, &wish, fault);
	if (r < 0)
		lease_audit_refusal(&subject, id, fault);
	subject_deinit(&subject);
	if (r < 0) {
		bus_statistics_refused(broker, fault);
		return r;
	}
	return 0;
}
