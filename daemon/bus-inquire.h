/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

/* The method of the Manager, whose userdata is the broker. */
int bus_inquire(sd_bus_message *message, void *userdata, sd_bus_error *error);
