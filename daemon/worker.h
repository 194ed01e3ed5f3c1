/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "fault.h"
#include "limits.h"
#include "macro.h"

#define WORKER_TEXT_SIZE 128
#define WORKER_DATA_SIZE 1024 /* of the data of one errand */

/*
 * One function that may block, run in a process of its own. The process has none of the daemon's
 * fds but those asked for, dies with the daemon, and hands back one result.
 */
struct worker;

struct worker_result {
	int r;		     /* negative errno, or what the function returned */
	struct fault fault;  /* why, when r is negative */
	unsigned int detail; /* one number whose meaning the function defines */
	unsigned int n_fds;
	int fds[LIMIT_WORKER_FDS]; /* whoever gets the result owns them */
};

/* What a worker is at. */
struct worker_progress {
	unsigned int step; /* the one under way, from 0 */
	unsigned int n_steps;
	unsigned int limit_ms; /* how long it may take */
	uint64_t since;	       /* CLOCK_MONOTONIC, microseconds; 0: nothing has begun */
	char text[WORKER_TEXT_SIZE];
};

/* Runs in the worker. Sets everything in *result; fds in it are closed by the worker. */
typedef void (*worker_run_t)(void *data, struct worker_result *result);

/* Runs in the daemon, once, not after worker_free. Takes what it wants of result->fds by TAKE_FD. */
typedef void (*worker_done_t)(struct worker_result *result, void *userdata);

/*
 * Runs in the daemon, once, when a step takes longer than it may. The worker has been killed by then,
 * and done follows as soon as the kernel lets go of it, which may be never.
 */
typedef void (*worker_late_t)(const struct worker_progress *progress, void *userdata);

/* keep_fd: one fd that run needs besides standard error, or -1. The caller owns *ret. */
_must_check_ int worker_new(sd_event *event, int keep_fd, worker_run_t run, void *data,
			    worker_done_t done, void *userdata, struct worker **ret);

/* Watches the time limits of its steps. late gets the userdata of worker_new. */
_must_check_ int worker_watch(struct worker *worker, worker_late_t late);

/*
 * One that stays: it waits for errands, one at a time, so that no fork stands between wish and
 * work. It has the memory of now, and nothing of an errand's data is pointed to but what is there by
 * then. gone tells, once, that it has ended, behind the done of what it was at; it frees the worker.
 */
typedef void (*worker_gone_t)(struct worker *worker, void *owner);
_must_check_ int worker_new_staying(sd_event *event, int keep_fd, worker_gone_t gone, void *owner,
				    struct worker **ret);

/* Whether it can take an errand. */
bool worker_is_free(const struct worker *worker);

/* An errand for a free one. data is copied. done as for worker_new; worker_watch is for each anew. */
_must_check_ int worker_give(struct worker *worker, worker_run_t run, const void *data, size_t size,
			     worker_done_t done, void *userdata);

/* It is to take nothing more and to end, which gone tells. */
void worker_dismiss(struct worker *worker);

/* Sets FAULT_STUCK: which step of what is done to device does not come back, and since when. */
int worker_explain_late(const struct worker_progress *progress, const char *device,
			struct fault *fault);

/* Ends it; done follows as for any worker that dies. */
void worker_kill(struct worker *worker);

/* Whether late has been called: its end is not to be waited for. */
bool worker_is_late(const struct worker *worker);

void worker_read_progress(const struct worker *worker, struct worker_progress *ret);

/* For the function that runs in a worker: what it does next. Anywhere else it does nothing. */
void worker_step(unsigned int step, unsigned int n_steps, unsigned int limit_ms, const char *text);

/* Kills the process when it still runs. May be called from within done. */
void worker_free(struct worker *worker);
DEFINE_CLEANUP(struct worker *, worker_free)
