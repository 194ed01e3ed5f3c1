/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "bus-hold.h"
#include "macro.h"

/*
 * The order in which calls come to their handlers. What takes or gives back a device comes at once; all
 * else waits until nothing is left to be read, and connections take turns then. So whoever floods is
 * read, refused what is too much, and keeps nobody from a device for longer than that takes. A turn comes at the latest when
 * LIMIT_TURN_READS calls have been read since the last one, or taking without end would leave no room for it. So the calls
 * of one connection that does not wait for answers may be answered in another order than they came.
 */
struct bus_turns;

/* bus has an event loop already, where it has the normal priority. The caller owns *ret. */
_must_check_ int bus_turns_new(sd_bus *bus, const struct bus_hold *hold, struct bus_turns **ret);

/* The calls that wait are dropped. */
void bus_turns_free(struct bus_turns *turns);
DEFINE_CLEANUP(struct bus_turns *, bus_turns_free)
