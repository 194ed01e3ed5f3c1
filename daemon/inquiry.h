/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "fault.h"
#include "macro.h"
#include "sysfs.h"
#include "worker.h"

/* One question about a device at which a worker looks. */
struct inquiry;

/* All of them. */
struct inquiry_desk {
	sd_event *event;
	struct inquiry *first;
};

/*
 * Lets a worker run look, whose data it is; of fds it has that of sysfs. done is as of worker_new: it is not
 * called from in here, and not after inquiry_free; the inquiry is freed before it. A worker that found nothing
 * out, and says not why, has a fault by then. LIMITS_EXCEEDED, also by one uid, which is who asks.
 */
_must_check_ int inquiry_new(struct inquiry_desk *desk, uid_t uid, const struct sysfs *sysfs,
			     worker_run_t run, void *data, worker_done_t done, void *userdata,
			     struct inquiry **ret, struct fault *fault);
void inquiry_free(struct inquiry *inquiry);
DEFINE_CLEANUP(struct inquiry *, inquiry_free)

void inquiry_desk_deinit(struct inquiry_desk *desk);
