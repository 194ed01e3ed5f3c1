/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "backend.h"
#include "ccw-id.h"
#include "plan.h"
#include "sysfs.h"

/* Where steps are done. Borrowed for the call. */
struct step_scene {
	struct sysfs *sysfs;
	struct ccw_id id;
	const struct backend *backend;
	unsigned int limit_ms; /* of every step; 0: each has its own */
};

/*
 * Does one step of a plan for a device, the n-th of n_steps, and says so by worker_step. 0 also when
 * somebody else has done the same a moment earlier: what counts is the outcome. May block for as long
 * as the kernel likes: only for workers.
 */
int step_run(const struct step_scene *scene, const struct plan_step *step, size_t n,
	     size_t n_steps);
