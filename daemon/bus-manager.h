/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"

/* Puts the Manager at CCWB_PATH. */
_must_check_ int bus_manager_register(sd_bus *bus, struct broker *broker);
