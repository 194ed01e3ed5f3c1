/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-event.h>

#include "answer.h"
#include "binder.h"
#include "fault.h"
#include "macro.h"
#include "worker.h"

/* One question about a device at which a worker looks. */
struct inquiry;

typedef void (*inquiry_done_t)(const struct answer *answer, void *userdata);

/* All of them, and how a worker looks: binder_probe, which tests replace. */
struct inquiry_desk {
	sd_event *event;
	worker_run_t probe;
	struct inquiry *first;
};

/*
 * Lets a worker look whether job would begin; answer is what is said when nothing speaks against
 * it. done is not called from in here, and not after inquiry_free; the inquiry is freed with it.
 * LIMITS_EXCEEDED, also by one uid, which is who asks.
 */
_must_check_ int inquiry_new(struct inquiry_desk *desk, uid_t uid, const struct binder_job *job,
			     const struct answer *answer, inquiry_done_t done, void *userdata,
			     struct inquiry **ret, struct fault *fault);
void inquiry_free(struct inquiry *inquiry);
DEFINE_CLEANUP(struct inquiry *, inquiry_free)

void inquiry_desk_deinit(struct inquiry_desk *desk);
