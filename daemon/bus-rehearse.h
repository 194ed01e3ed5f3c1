/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "broker.h"
#include "bus-hold.h"

/*
 * Answers a call for a job with what would be refused of it, or with no job: now, or when a worker has looked at the
 * device. Whether the caller may ask for the job is asked before. As a handler's result.
 */
_must_check_ int bus_rehearse(struct broker *broker, sd_bus_message *message, enum change_kind kind,
			      const struct device *device, const char *driver, struct fault *fault);
