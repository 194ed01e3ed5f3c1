/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"
#include "macro.h"

/*
 * Where the policy says ask: whether polkit agrees that subject, which sent message, has device id. And
 * where the wish is to force, whatever the policy says: whether subject may do that.
 * 1: it does, which wish then says, or nobody needs to be asked. 0: message comes again, the handler
 * returns 1.
 */
_must_check_ int bus_consent_acquire(struct broker *broker, struct ccw_id id,
				     sd_bus_message *message, const struct subject *subject,
				     struct broker_wish *wish, struct fault *fault);

/*
 * Whether polkit lets subject, which sent message, call a method that root alone may call by itself.
 * device may be NULL; its details are added to the query. 1: yes. 0: as above.
 */
_must_check_ int bus_consent_authorize(struct bus_hold *hold, sd_bus_message *message,
				       const struct subject *subject, const char *action,
				       const struct device *device, struct fault *fault);
