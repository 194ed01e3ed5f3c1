/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-event.h>

#include "ccw-id.h"
#include "macro.h"

struct sysfs;
struct backend;

/*
 * Waits until the kernel module says that nobody has the device open any more, nor an fd with which it
 * could still be opened, for as long as LIMIT_CLOSE_GRACE_MS: who still has it then is to be revoked,
 * as unbinding would wait for either.
 */
struct usage;

/* Called once. usage_free may be called from within. */
typedef void (*usage_closed_t)(void *userdata);

/*
 * The kernel's vfio_ccw tells nothing, but a group cannot be opened while somebody has it or its device.
 * There is nobody to be revoked there, and the wait as long as it takes.
 *
 * The call comes from the event loop, never from in here, even when the device is closed already.
 * -ENOENT when the device is not bound. The caller owns *ret; sysfs is borrowed.
 */
_must_check_ int usage_new(sd_event *event, struct sysfs *sysfs, struct ccw_id id,
			   const struct backend *backend, usage_closed_t closed, void *userdata,
			   struct usage **ret);
void usage_free(struct usage *usage);
DEFINE_CLEANUP(struct usage *, usage_free)
