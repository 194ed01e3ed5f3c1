/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-event.h>

#include "ccw-id.h"
#include "macro.h"

/* Tells which channel device something has happened to; what it is, sysfs knows better. */
struct uevent;

typedef void (*uevent_handler_t)(struct ccw_id id, void *userdata);

/* Needs udevd, which passes events on when its rules have run. The caller owns *ret. */
_must_check_ int uevent_new(sd_event *event, uevent_handler_t handler, void *userdata,
			    struct uevent **ret);
void uevent_free(struct uevent *uevent);
DEFINE_CLEANUP(struct uevent *, uevent_free)
