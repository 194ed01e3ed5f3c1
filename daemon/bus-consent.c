/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what polkit is asked before a device is taken, in terms of devices and wishes. What is done with
 * its answer is the broker's decision.
 */
#include "bus-consent.h"

#include "bus-hold.h"
#include "names.h"

int bus_consent_acquire(struct broker *broker, struct ccw_id id, sd_bus_message *message,
			const struct subject *subject, struct broker_wish *wish,
			struct fault *fault)
{
	struct policy_verdict verdict;
	struct polkit_query query = { .action = CCWB_ACTION_ACQUIRE };
	struct device *device;
	int r;

	r = broker_judge(broker, id, subject, &device, &verdict, fault);
	if (r < 0)
		return r;
	if (verdict.action != POLICY_ASK)
		return 1; /* the broker says what it is */
	query.intro = verdict.why.text;
	query.details[0] = (struct polkit_detail){ CCWB_DETAIL_DEVICE, device->name };
	query.details[1] = (struct polkit_detail){ CCWB_DETAIL_TYPE, device_type(device) };
	query.details[2] =
		(struct polkit_detail){ CCWB_DETAIL_SUBCHANNEL, device->facts.subchannel };
	query.details[3] = (struct polkit_detail){ CCWB_DETAIL_DRIVER, device->facts.driver };
	query.details[4] = (struct polkit_detail){ CCWB_DETAIL_WHO, wish->who };
	query.details[5] = (struct polkit_detail){ CCWB_DETAIL_PROFILE, verdict.profile->name };
	r = bus_hold_ask(broker_hold(broker), message, subject, &query, fault);
	wish->has_consent = r > 0;
	return r;
}
