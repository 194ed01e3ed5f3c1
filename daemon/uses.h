/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "ccw-id.h"
#include "inuse.h"
#include "sysfs.h"
#include "worker.h"

/* Which device to look at. Copied by fork; owns nothing. */
struct uses_job {
	struct sysfs *sysfs;
	const char *proc_root;
	struct ccw_id id;
};

/*
 * Worker function; data is a struct uses_job. Finds the host's uses of a device: detail is how many, and
 * with any there is an fd of theirs, for uses_read. Past LIMIT_USES they are left out.
 */
void uses_run(void *data, struct worker_result *result);

/* The uses that a result has: all of result->detail, or a negative errno. */
_must_check_ int uses_read(const struct worker_result *result,
			   struct inuse_use uses[static LIMIT_USES]);
