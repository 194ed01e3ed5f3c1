/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"
#include "device.h"
#include "macro.h"

/* Methods of the Manager, whose userdata is the broker. */
int bus_definition_define(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_definition_undefine(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_definition_list(sd_bus_message *message, void *userdata, sd_bus_error *error);

/*
 * SetAutostart of a device, at whose arguments message stands. 1: replied, or message comes again;
 * otherwise nothing has been sent.
 */
_must_check_ int bus_definition_set_autostart(struct broker *broker, struct device *device,
					      sd_bus_message *message, struct fault *fault);
