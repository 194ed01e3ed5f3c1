/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"

/* Reads reason, time-out and flags, revokes lease id for the sender of message, and replies. */
_must_check_ int bus_revoke(struct broker *broker, const char *id, sd_bus_message *message,
			    struct fault *fault);

/* Tells the connection that asked for lease, if it is one of this bus, that it is to go. */
void bus_revoke_request(sd_bus *bus, const struct lease *lease);

/* And that it is gone. */
void bus_revoke_done(sd_bus *bus, const struct lease *lease);
