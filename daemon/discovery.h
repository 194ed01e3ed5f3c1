/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-event.h>

#include "macro.h"
#include "registry.h"

/* Keeps a registry as the kernel has it. */
struct discovery;

/*
 * registry must outlive it. With has_events the kernel's events are listened to from now on: not for a
 * tree that is not the kernel's. The caller owns *ret.
 */
_must_check_ int discovery_new(sd_event *event, struct registry *registry, bool has_events,
			       struct discovery **ret);
void discovery_free(struct discovery *discovery);
DEFINE_CLEANUP(struct discovery *, discovery_free)

/* Looks for every device now. */
_must_check_ int discovery_scan(struct discovery *discovery);

/* Something may have happened to device id. */
void discovery_look(struct discovery *discovery, struct ccw_id id);

/* Something may have happened to every device: looks as soon as nothing else is to be done, in steps. */
void discovery_look_everywhere(struct discovery *discovery);
