/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what polkit is asked, in terms of devices, wishes and methods. What is done with
 * its answer is the broker's decision.
 */
#include "bus-consent.h"

#include <stdio.h>

#include "audit.h"
#include "bus-hold.h"
#include "limits.h"
#include "names.h"

static int ask(struct broker *broker, sd_bus_message *message, const struct subject *subject,
	       const struct polkit_query *what, const struct device *device, struct fault *fault)
{
	struct polkit_query query = *what;

	query.details[0] = (struct polkit_detail){ CCWB_DETAIL_DEVICE, device->name };
	query.details[1] = (struct polkit_detail){ CCWB_DETAIL_TYPE, device_type(device) };
	query.details[2] =
		(struct polkit_detail){ CCWB_DETAIL_SUBCHANNEL, device->facts.subchannel };
	query.details[3] = (struct polkit_detail){ CCWB_DETAIL_DRIVER, device->facts.driver };
	return bus_hold_ask(broker_hold(broker), message, subject, &query, fault);
}

/* It is not known yet whether anything uses the device: that takes a worker. */
static int ask_to_force(struct broker *broker, sd_bus_message *message,
			const struct subject *subject, const struct polkit_query *plain,
			const struct device *device, struct fault *fault)
{
	struct polkit_query query = *plain;
	char intro[LIMIT_USER_BYTES + 128];

	snprintf(intro, sizeof(intro), "%s (uid %u) is not root", subject->user,
		 (unsigned int)subject->uid);
	query.action = CCWB_ACTION_ACQUIRE_IN_USE;
	query.intro = intro;
	return ask(broker, message, subject, &query, device, fault);
}

int bus_consent_acquire(struct broker *broker, struct ccw_id id, sd_bus_message *message,
			const struct subject *subject, struct broker_wish *wish,
			struct fault *fault)
{
	struct polkit_query query = { .action = CCWB_ACTION_ACQUIRE };
	struct policy_verdict verdict;
	struct device *device;
	int r;

	r = broker_judge(broker, id, subject, &device, &verdict, fault);
	if (r < 0)
		return r;
	if (verdict.action == POLICY_DENY)
		return 1; /* the broker says what it is */
	query.intro = verdict.why.text;
	query.details[4] = (struct polkit_detail){ CCWB_DETAIL_WHO, wish->who };
	query.details[5] = (struct polkit_detail){ CCWB_DETAIL_PROFILE, verdict.profile->name };
	if (verdict.action == POLICY_ASK) {
		r = ask(broker, message, subject, &query, device, fault);
		wish->has_consent = r > 0;
		if (r <= 0)
			return r;
	}
	if (!wish->is_forced)
		return 1;
	r = ask_to_force(broker, message, subject, &query, device, fault);
	wish->may_force = r > 0;
	return r;
}

int bus_consent_authorize(struct bus_hold *hold, sd_bus_message *message,
			  const struct subject *subject, const char *action,
			  const struct device *device, struct fault *fault)
{
	char intro[LIMIT_USER_BYTES + 128];
	struct polkit_query query = { .action = action, .intro = intro };
	const struct audit_record record = {
		.event = AUDIT_REFUSAL,
		.device = device ? device->name : NULL,
		.has_subject = true,
		.uid = subject->uid,
		.pid = subject->pid,
		.user = subject->user,
		.unit = subject->unit,
		.reason = action,
	};
	int r;

	snprintf(intro, sizeof(intro), "%s (uid %u) is not root", subject->user,
		 (unsigned int)subject->uid);
	if (device) {
		query.details[0] = (struct polkit_detail){ CCWB_DETAIL_DEVICE, device->name };
		query.details[1] = (struct polkit_detail){ CCWB_DETAIL_TYPE, device_type(device) };
		query.details[2] =
			(struct polkit_detail){ CCWB_DETAIL_SUBCHANNEL, device->facts.subchannel };
		query.details[3] =
			(struct polkit_detail){ CCWB_DETAIL_DRIVER, device->facts.driver };
	}
	r = bus_hold_ask(hold, message, subject, &query, fault);
	if (r < 0)
		audit_log(&record, "refused to %s: %s", subject->user, fault->text);
	return r;
}
