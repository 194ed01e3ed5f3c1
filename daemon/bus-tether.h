/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"

/*
 * Tells the broker when a connection is gone that a lease hangs on, also of leases that were there
 * before. Bus and broker must outlive it. The caller owns *ret.
 */
struct bus_tether;

_must_check_ int bus_tether_new(sd_bus *bus, struct broker *broker, struct bus_tether **ret);
void bus_tether_free(struct bus_tether *watch);
DEFINE_CLEANUP(struct bus_tether *, bus_tether_free)

/* To be called for every new lease. */
void bus_tether_watch(struct bus_tether *watch, const struct lease *lease);

/* Which bus this is, for struct broker_wish; "" when it does not say. */
const char *bus_tether_bus_id(sd_bus *bus, char buffer[static SD_ID128_STRING_MAX]);
