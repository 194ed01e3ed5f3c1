/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"
#include "macro.h"

/*
 * Answers GetUsers of device: its lease, and what the host does with it. For root, who has its lease, and
 * whom polkit lets. The reply comes when a worker has looked, unless the result is negative.
 */
_must_check_ int bus_users(struct broker *broker, struct device *device, sd_bus_message *message,
			   struct fault *fault);
