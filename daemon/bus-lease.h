/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"
#include "json.h"

/* Puts all leases below CCWB_PATH_LEASE. */
_must_check_ int bus_lease_register(sd_bus *bus, struct broker *broker);

/* The caller frees *ret. */
_must_check_ int bus_lease_path(const struct lease *lease, char **ret);

/* Ends lease id for the sender of message, and replies. */
_must_check_ int bus_lease_release(struct broker *broker, const char *id, sd_bus_message *message,
				   struct fault *fault);

/* Tells the bus that the state is another. */
void bus_lease_emit_changes(sd_bus *bus, const struct lease *lease);

/* Its properties as JSON; the caller owns *ret. To be called while one of our methods runs. */
_must_check_ int bus_lease_describe(sd_bus *bus, struct lease *lease, struct json_object **ret);
