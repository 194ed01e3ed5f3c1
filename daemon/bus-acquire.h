/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"

/*
 * The rest of AcquireDevice and Device.Acquire, which message is: reads the options at which it
 * stands, and answers it when the device has been taken or cannot be.
 */
_must_check_ int bus_acquire(struct broker *broker, struct ccw_id id, sd_bus_message *message,
			     struct fault *fault);
