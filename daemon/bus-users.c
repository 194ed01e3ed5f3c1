/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the call that asks who and what uses a device, from its check to its reply, also when the caller
 * leaves in between. Finds no use itself.
 */
#include "bus-users.h"

#include <errno.h>
#include <stdlib.h>

#include "bus-caller.h"
#include "bus-consent.h"
#include "bus-dict.h"
#include "bus-error.h"
#include "bus-hold.h"
#include "names.h"
#include "uses.h"

/* Lives until the reply or the caller's end, whichever comes first. */
struct question {
	struct broker *broker;
	sd_bus_message *message;
	struct bus_caller *caller;
	struct inquiry *inquiry;
	struct ccw_id id;
};

static void question_free(struct question *question)
{
	inquiry_free(question->inquiry);
	bus_caller_free(question->caller);
	sd_bus_message_unref(question->message);
	free(question);
}

DEFINE_CLEANUP(struct question *, question_free)

static int append_lease(sd_bus_message *reply, const struct device *device)
{
	const struct lease *lease = device ? device->lease : NULL;
	struct fault fault;

	if (!lease || !lease->is_announced)
		return 0;
	(void)lease_explain(lease, device->name, &fault); /* the sentence is what is wanted */
	return sd_bus_message_append(reply, "(sss)", CCWB_USE_LEASE, lease->id, fault.text);
}

static int reply(const struct question *question, const struct inuse_use *uses, int count)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const struct device *device =
		registry_peek(broker_registry(question->broker), question->id);
	int n, r;

	r = sd_bus_message_new_method_return(question->message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(sss)");
	if (r >= 0)
		r = append_lease(reply, device);
	for (n = 0; r >= 0 && n < count; n++)
		r = sd_bus_message_append(reply, "(sss)", inuse_kind_to_string(uses[n].kind),
					  uses[n].object, uses[n].fault.text);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}

/* One that was unplugged under its lease is used by nothing else. */
static bool is_only_leased(const struct question *question, const struct fault *fault)
{
	const struct device *device =
		registry_peek(broker_registry(question->broker), question->id);

	return fault->code == FAULT_DEVICE_GONE && device && device->lease &&
	       device->lease->is_announced;
}

static int conclude(const struct question *question, const struct worker_result *result)
{
	_cleanup_free_ struct inuse_use *uses = calloc(LIMIT_USES, sizeof(*uses));
	int r;

	if (!uses)
		return -ENOMEM;
	if (is_only_leased(question, &result->fault))
		return reply(question, NULL, 0);
	r = uses_read(result, uses);
	return r < 0 ? r : reply(question, uses, r);
}

static void on_looked(struct worker_result *result, void *userdata)
{
	_cleanup_(question_freep) struct question *question = userdata;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	question->inquiry = NULL;
	r = conclude(question, result);
	if (r >= 0)
		return;
	(void)bus_error_set(&error, r, &result->fault);
	(void)sd_bus_reply_method_error(question->message, &error); /* there is no third way */
}

static void on_caller_gone(void *userdata)
{
	question_free(userdata);
}

static int question_new(struct broker *broker, struct ccw_id id, sd_bus_message *message,
			struct question **ret)
{
	_cleanup_(question_freep) struct question *question = calloc(1, sizeof(*question));
	int r;

	if (!question)
		return -ENOMEM;
	question->broker = broker;
	question->id = id;
	question->message = sd_bus_message_ref(message);
	r = bus_caller_new(message, false, on_caller_gone, question, &question->caller);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(question);
	return 0;
}

static bool has_lease(const struct device *device, uid_t uid)
{
	return device->lease && device->lease->is_announced && device->lease->uid == uid;
}

/* Which programs have a device open is not everybody's business. 0: message comes again. */
static int authorize(struct broker *broker, const struct device *device, sd_bus_message *message,
		     uid_t uid, struct fault *fault)
{
	struct subject subject;
	int r;

	if (uid == 0 || has_lease(device, uid))
		return 1;
	r = bus_hold_subject(broker_hold(broker), message, &subject, fault);
	if (r <= 0)
		return r;
	r = bus_consent_authorize(broker_hold(broker), message, &subject, CCWB_ACTION_INSPECT,
				  device, fault);
	subject_deinit(&subject);
	return r;
}

int bus_users(struct broker *broker, struct device *device, sd_bus_message *message,
	      struct fault *fault)
{
	_cleanup_(question_freep) struct question *question = NULL;
	uid_t uid;
	int r;

	r = bus_dict_read_flags(message, fault);
	if (r >= 0)
		r = bus_hold_uid(broker_hold(broker), message, &uid, fault);
	if (r > 0)
		r = authorize(broker, device, message, uid, fault);
	if (r <= 0)
		return r;
	r = question_new(broker, device->id, message, &question);
	if (r < 0)
		return r;
	r = foresight_look_for_uses(broker_foresight(broker), device->id, uid, on_looked, question,
				    &question->inquiry, fault);
	if (r < 0)
		return r;
	(void)TAKE_PTR(question); /* on_looked or on_caller_gone frees it */
	return 0;
}
