/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"

/* The method of the Manager, whose userdata is the broker. */
int bus_statistics_get(sd_bus_message *message, void *userdata, sd_bus_error *error);

/* What is counted where it happens. */
void bus_statistics_granted(struct broker *broker, const struct lease *lease);
void bus_statistics_refused(struct broker *broker, const struct fault *fault);
void bus_statistics_ended(struct broker *broker, enum lease_end end);
