/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-event.h>

#include "macro.h"

/* Waits until the kernel module says that nobody has the device open any more. */
struct usage;

/* Called once. usage_free may be called from within. */
typedef void (*usage_closed_t)(void *userdata);

/*
 * fd is from sysfs_open_usage and taken over, also on failure. The call comes from the event loop,
 * never from in here, even when the device is closed already. The caller owns *ret.
 */
_must_check_ int usage_new(sd_event *event, int fd_take, usage_closed_t closed, void *userdata,
			   struct usage **ret);
void usage_free(struct usage *usage);
DEFINE_CLEANUP(struct usage *, usage_free)
