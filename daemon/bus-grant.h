/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "device.h"
#include "lease.h"
#include "macro.h"

/*
 * Appends what a client gets, "oa{sh}a{sv}": the lease's object, the fds of result, which the message
 * copies, and what there is to know.
 */
_must_check_ int bus_grant_append(sd_bus_message *reply, const struct lease *lease,
				  const struct device *device, const struct worker_result *result);
