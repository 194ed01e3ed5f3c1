/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"
#include "json.h"
#include "macro.h"

/* Puts the properties of the Manager on bus. */
_must_check_ int bus_about_register(sd_bus *bus, struct broker *broker);

/* The same as JSON; the caller owns *ret. */
_must_check_ int bus_about_describe(sd_bus *bus, struct broker *broker, struct json_object **ret);
