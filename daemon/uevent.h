/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-event.h>

#include "ccw-id.h"
#include "macro.h"

/* Tells which channel device something has happened to; what it is, sysfs knows better. */
struct uevent;

struct uevent_listener {
	void (*device)(struct ccw_id id, void *userdata);
	/* of the same form: it, or a mediated device on it, has come, gone or changed its driver */
	void (*subchannel)(struct ccw_id id, void *userdata);
	/* events were lost: anything may have happened to any device */
	void (*lost)(void *userdata);
};

/*
 * Needs udevd, which passes events on when its rules have run. The caller owns *ret; listener is
 * borrowed.
 */
_must_check_ int uevent_new(sd_event *event, const struct uevent_listener *listener, void *userdata,
			    struct uevent **ret);
void uevent_free(struct uevent *uevent);
DEFINE_CLEANUP(struct uevent *, uevent_free)
