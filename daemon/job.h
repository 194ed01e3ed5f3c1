/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "change.h"
#include "custody.h"

struct jobs;

enum job_state {
	JOB_RUNNING,
	JOB_UNDOING, /* failed in the middle, or canceled: on the way back */
	JOB_STUCK,   /* the kernel does not come back from a step */
	_JOB_STATE_MAX,
};

enum job_result {
	JOB_DONE,
	JOB_FAILED,
	JOB_CANCELED,
	_JOB_RESULT_MAX,
};

/* One thing that is done to a device without a lease. */
struct job {
	uint32_t id;
	enum change_kind kind; /* what was asked for */
	struct change change;  /* what its worker does */
	struct device *device; /* peek: it stays as long as it has a job */
	enum job_state state;
	uint64_t start; /* CLOCK_REALTIME, microseconds */

	struct jobs *jobs; /* peek */
	struct worker *worker;
	struct plan_origin before; /* where the device was */
	bool had_origin;	   /* and whether it belonged elsewhere already */
	bool was_failed;	   /* or could not be given back before */
	bool is_canceled;
	struct fault fault; /* why it is undone or failed */
	struct job *next;

	/* for whoever has begun it, before the listener; may be set while it runs */
	void (*ended)(const struct job *job, enum job_result result, void *userdata);
	void *userdata;
};

/* What others want to know, called after the fact. */
struct job_listener {
	void (*added)(struct job *job, void *userdata);
	void (*removed)(struct job *job, enum job_result result, void *userdata);
};

/* run is change_run, which tests without a channel subsystem replace. The caller owns *ret. */
_must_check_ int jobs_new(struct custody *custody, worker_run_t run, struct jobs **ret);
void jobs_free(struct jobs *jobs);
DEFINE_CLEANUP(struct jobs *, jobs_free)

void jobs_set_listener(struct jobs *jobs, const struct job_listener *listener, void *userdata);

/*
 * Starts one; driver is that of BIND. Refused while the device has a lease or a job. What it belongs
 * to is saved first, so that a restart in the middle gives it back.
 */
_must_check_ int job_begin(struct jobs *jobs, enum change_kind kind, struct device *device,
			   const char *driver, struct job **ret, struct fault *fault);

/* What job_begin would refuse now. */
_must_check_ int job_check(const struct jobs *jobs, enum change_kind kind,
			   const struct device *device, struct fault *fault);

/* What is done so far is undone. */
void job_cancel(struct job *job);

struct job *jobs_find(const struct jobs *jobs, uint32_t id);

/* The first, and the one behind job; NULL: no more. */
struct job *jobs_next(const struct jobs *jobs, const struct job *job);

const char *job_state_to_string(enum job_state state);
const char *job_result_to_string(enum job_result result);
