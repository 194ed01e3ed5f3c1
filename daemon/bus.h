/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "broker.h"
#include "macro.h"

/* The broker's face on a bus connection. */
struct bus;

/*
 * Puts all objects on connection and makes the broker's events signals there; connection and broker
 * are borrowed. Does not ask for the name. The caller owns *ret.
 */
_must_check_ int bus_new(sd_bus *connection, struct broker *broker, struct bus **ret);
void bus_free(struct bus *bus);
DEFINE_CLEANUP(struct bus *, bus_free)

/* Asks for the name: from then on clients come. -EEXIST when another daemon has it. */
_must_check_ int bus_request_name(struct bus *bus);
