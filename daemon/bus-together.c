/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the acquisition of several devices by one call: all of them or none. What is taken when
 * another one fails is released.
 */
#include "bus-together.h"

#include <errno.h>
#include <string.h>

#include "broker.h"
#include "bus-caller.h"
#include "bus-consent.h"
#include "bus-dict.h"
#include "bus-error.h"
#include "bus-grant.h"
#include "bus-hold.h"
#include "bus-lookup.h"
#include "bus-statistics.h"
#include "bus-wish.h"
#include "lease-audit.h"
#include "limits.h"
#include "log.h"

struct together;

struct item {
	struct together *together;
	struct ccw_id id;
	struct broker_wish wish; /* while the message is looked at */
	struct lease *lease;	 /* until its outcome is there */
	char lease_id[LEASE_ID_SIZE];
	struct worker_result result; /* its fds are ours */
};

/* Lives until the last outcome or the caller's end, whichever comes first. */
struct together {
	struct broker *broker;
	sd_bus_message *message;
	struct bus_caller *caller;
	struct item items[LIMIT_TOGETHER];
	size_t n_items;
	size_t n_awaited;
	struct ccw_id failed; /* while the call is looked at */
	bool is_granted;
	int r; /* the first failure */
	struct fault fault;
};

static void together_free(struct together *together)
{
	struct fault fault = {};
	struct item *item;
	unsigned int n;

	for (item = together->items; item < together->items + together->n_items; item++) {
		if (item->lease)
			broker_abandon(together->broker, item->lease);
		if (!together->is_granted && *item->lease_id &&
		    broker_release(together->broker, item->lease_id, 0, false, &fault) < 0)
			log_debug("over already: %s", fault.text);
		for (n = 0; n < item->result.n_fds; n++)
			item->result.fds[n] = macro_close(item->result.fds[n]);
	}
	bus_caller_free(together->caller);
	sd_bus_message_unref(together->message);
	free(together);
}

DEFINE_CLEANUP(struct together *, together_free)

static int append_item(sd_bus_message *reply, struct together *together, const struct item *item)
{
	const struct lease *lease = broker_find_lease(together->broker, item->lease_id);
	/* as it was found when it was taken: to look again might end the lease under its grant */
	struct device *device = registry_peek(broker_registry(together->broker), item->id);
	int r;

	if (!lease || !lease_is_held(lease) || !device) /* over before all were there */
		return fault_set(&together->fault, FAULT_DEVICE_GONE,
				 "a device is gone while others were taken");
	r = sd_bus_message_open_container(reply, 'r', "soa{sh}a{sv}");
	if (r >= 0)
		r = sd_bus_message_append(reply, "s", device->name);
	if (r >= 0)
		r = bus_grant_append(reply, lease, device, &item->result);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int reply_granted(struct together *together)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	size_t n;
	int r;

	r = sd_bus_message_new_method_return(together->message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(soa{sh}a{sv})");
	for (n = 0; r >= 0 && n < together->n_items; n++)
		r = append_item(reply, together, &together->items[n]);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}

static int finish(struct together *together)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

	if (together->r >= 0)
		together->r = reply_granted(together);
	if (together->r >= 0)
		return 0;
	bus_statistics_refused(together->broker, &together->fault);
	(void)bus_error_set(&error, together->r, &together->fault);
	(void)sd_bus_reply_method_error(together->message, &error); /* there is no third way */
	return together->r;
}

static int on_outcome(struct lease *lease, struct worker_result *result, void *userdata)
{
	struct item *item = userdata;
	struct together *together = item->together;
	unsigned int n;
	int r;

	item->lease = NULL;
	r = result->r;
	if (r >= 0) {
		strcpy(item->lease_id, lease->id);
		item->result = *result;
		for (n = 0; n < result->n_fds; n++)
			item->result.fds[n] = TAKE_FD(result->fds[n]);
	} else if (together->r >= 0) {
		lease_audit(lease, AUDIT_REFUSAL, fault_code_to_string(result->fault.code),
			    result->fault.text);
		together->r = r;
		together->fault = result->fault;
	}
	if (--together->n_awaited > 0)
		return r < 0 ? r : 0;
	r = finish(together);
	together->is_granted = r >= 0;
	if (r < 0)
		*item->lease_id = '\0'; /* whoever called us ends it */
	together_free(together);
	return r;
}

static void on_caller_gone(void *userdata)
{
	together_free(userdata);
}

static bool is_twice(const struct together *together, struct ccw_id id)
{
	size_t n;

	for (n = 0; n < together->n_items; n++)
		if (ccw_id_compare(together->items[n].id, id) == 0)
			return true;
	return false;
}

static int read_item(sd_bus_message *message, struct together *together, struct fault *fault)
{
	char name[CCW_ID_STRING_SIZE];
	struct item *item;
	struct ccw_id id;
	int r;

	if (together->n_items == LIMIT_TOGETHER)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "one call can have %d devices at most", LIMIT_TOGETHER);
	r = bus_lookup_read_id(message, &id, fault);
	if (r < 0)
		return r;
	if (is_twice(together, id))
		return fault_set(fault, FAULT_INVALID_ARGS, "%s is given twice",
				 ccw_id_format(id, name));
	item = &together->items[together->n_items];
	item->together = together;
	item->id = id;
	r = bus_wish_read(message, &item->wish, NULL, fault);
	if (r < 0)
		return r;
	together->n_items++;
	return 0;
}

static int read_all(sd_bus_message *message, struct together *together, struct fault *fault)
{
	int r;

	r = sd_bus_message_enter_container(message, 'a', "(sa{sv})");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(message, 'r', "sa{sv}")) > 0) {
		r = read_item(message, together, fault);
		if (r >= 0)
			r = sd_bus_message_exit_container(message);
		if (r < 0)
			return r;
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(message);
	if (r >= 0)
		r = bus_dict_read(message, "option", NULL, 0, NULL, fault);
	if (r >= 0 && together->n_items == 0)
		r = fault_set(fault, FAULT_INVALID_ARGS, "no device is given");
	return r;
}

/* Nothing is begun before it is known that every device is there and nobody has it. 0: comes again. */
static int check_all(struct together *together, const struct subject *subject, struct fault *fault)
{
	struct policy_verdict verdict;
	struct device *device;
	struct item *item;
	int r;

	for (item = together->items; item < together->items + together->n_items; item++) {
		together->failed = item->id;
		r = broker_judge(together->broker, item->id, subject, &device, &verdict, fault);
		if (r < 0)
			return r;
		if (verdict.action == POLICY_DENY) { /* who may not have it learns nothing else */
			*fault = verdict.why;
			return -EACCES;
		}
		if (device->lease)
			return lease_explain(device->lease, device->name, fault);
		r = bus_consent_acquire(together->broker, item->id, together->message, subject,
					&item->wish, fault);
		if (r <= 0)
			return r;
	}
	return 1;
}

static int begin_all(struct together *together, const struct subject *subject, struct fault *fault)
{
	struct item *item;
	int r;

	r = bus_caller_new(together->message, true, on_caller_gone, together, &together->caller);
	if (r < 0)
		return r;
	for (item = together->items; item < together->items + together->n_items; item++) {
		together->failed = item->id;
		r = broker_acquire(together->broker, item->id, subject, &item->wish, on_outcome,
				   item, &item->lease, fault);
		if (r < 0)
			return r; /* what is begun goes back with together_free */
		together->n_awaited++;
	}
	return 0;
}

static int acquire(struct broker *broker, sd_bus_message *message, struct fault *fault)
{
	_cleanup_(together_freep) struct together *together = calloc(1, sizeof(*together));
	struct subject subject;
	int r;

	if (!together)
		return -ENOMEM;
	together->broker = broker;
	together->message = sd_bus_message_ref(message);
	r = read_all(message, together, fault);
	if (r < 0)
		return r;
	r = bus_hold_subject(broker_hold(broker), message, &subject, fault);
	if (r <= 0)
		return r;
	r = check_all(together, &subject, fault);
	if (r > 0) {
		r = begin_all(together, &subject, fault);
		if (r >= 0)
			(void)TAKE_PTR(together); /* on_outcome or on_caller_gone frees it */
	}
	if (r < 0) {
		lease_audit_refusal(&subject, together->failed, fault);
		bus_statistics_refused(broker, fault);
	}
	subject_deinit(&subject);
	return r;
}

int bus_together_acquire(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct fault fault = {};
	int r;

	r = acquire(userdata, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}
