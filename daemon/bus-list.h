/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

/* Methods of the Manager, whose userdata is the broker. */
int bus_list_devices(sd_bus_message *message, void *userdata, sd_bus_error *error);
int bus_list_leases(sd_bus_message *message, void *userdata, sd_bus_error *error);
