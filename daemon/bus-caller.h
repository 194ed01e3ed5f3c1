/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "macro.h"

/* Who waits for the answer to a call. */
struct bus_caller;

/* The caller has left the bus: nobody waits any more. May call bus_caller_free. */
typedef void (*bus_caller_gone_t)(void *userdata);

/*
 * Watches whoever sent message, and unless at_once only when that has waited for a moment: one who
 * leaves before is answered in vain, and the bus drops the fds in it. gone is never called from in
 * here. The caller owns *ret.
 */
_must_check_ int bus_caller_new(sd_bus_message *message, bool at_once, bus_caller_gone_t gone,
				void *userdata, struct bus_caller **ret);
void bus_caller_free(struct bus_caller *caller);
DEFINE_CLEANUP(struct bus_caller *, bus_caller_free)
