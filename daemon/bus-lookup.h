/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "ccw-id.h"
#include "fault.h"
#include "macro.h"

/* Reads a device id; FAULT_INVALID_ARGS when it is none. */
_must_check_ int bus_lookup_read_id(sd_bus_message *message, struct ccw_id *ret,
				    struct fault *fault);

/* Methods of the Manager, whose userdata is the broker. */
int bus_lookup_by_id(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_lookup_by_subchannel(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_lookup_by_node(sd_bus_message *message, void *userdata, sd_bus_error *error);
