/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-event.h>

#include "fault.h"
#include "limits.h"
#include "macro.h"

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

/* Runs in the worker. Sets everything in *result; fds in it are closed by the worker. */
typedef void (*worker_run_t)(void *data, struct worker_result *result);

/* Runs in the daemon, once, not after worker_free. Takes what it wants of result->fds by TAKE_FD. */
typedef void (*worker_done_t)(struct worker_result *result, void *userdata);

/* keep_fd: one fd that run needs besides standard error, or -1. The caller owns *ret. */
_must_check_ int worker_new(sd_event *event, int keep_fd, worker_run_t run, void *data,
			    worker_done_t done, void *userdata, struct worker **ret);

/* Kills the process when it still runs. May be called from within done. */
void worker_free(struct worker *worker);
DEFINE_CLEANUP(struct worker *, worker_free)
