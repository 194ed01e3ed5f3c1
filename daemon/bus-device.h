/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"
#include "json.h"

/* Puts all devices below CCWB_PATH_DEVICE. */
_must_check_ int bus_device_register(sd_bus *bus, struct broker *broker);

/* The caller frees *ret. */
_must_check_ int bus_device_path(const struct device *device, char **ret);

/* Tells the bus which properties are others by changes, a set of enum device_change. */
void bus_device_emit_changes(sd_bus *bus, const struct device *device, unsigned int changes);

/* Its properties as JSON; the caller owns *ret. To be called while one of our methods runs. */
_must_check_ int bus_device_describe(sd_bus *bus, struct device *device, struct json_object **ret);
