/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "backend.h"
#include "ccw-id.h"
#include "plan.h"
#include "sysfs.h"
#include "worker.h"

enum change_kind {
	CHANGE_BIND,	/* to driver */
	CHANGE_RESTORE, /* to origin, from wherever it is */
	CHANGE_RESET,	/* offline and online again */
	_CHANGE_KIND_MAX,
};

/* What a worker is to do with a device that nobody has. Copied by fork; owns nothing. */
struct change {
	struct sysfs *sysfs;
	struct ccw_id id;
	enum change_kind kind;
	char driver[SYSFS_NAME_SIZE];
	struct plan_origin origin;
	struct backend
		backend;      /* of RESTORE: that of the lease after which it was not given back */
	uint64_t incarnation; /* as in struct binder_job */
	unsigned int step_limit_ms; /* of every step; 0: each has its own */
};

/*
 * Worker function; data is a struct change. When BIND or RESET fails, everything is as before or the
 * fault is RESTORE_FAILED.
 */
void change_run(void *data, struct worker_result *result);

/* The same as far as it can be foreseen: what would be refused is, and nothing is done. */
void change_rehearse(void *data, struct worker_result *result);
