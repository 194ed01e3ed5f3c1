/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "backend.h"
#include "ccw-id.h"
#include "iommu.h"
#include "plan.h"
#include "sysfs.h"
#include "worker.h"

#define PROC_ROOT "/proc"

/* What a worker is to do with one device. Copied by fork; owns nothing. */
struct binder_job {
	struct sysfs *sysfs;
	struct ccw_id id;
	enum iommu iommu; /* wanted, for binder_acquire */
	bool is_forced;	  /* for binder_acquire: as inuse_check has it */
	bool is_by_path;  /* for binder_acquire: uid may open its node, there are no fds */
	uid_t uid;
	struct backend backend;
	struct plan_origin origin;
	/* binder_acquire takes no other device, binder_restore takes none from a job's driver; 0: any */
	uint64_t incarnation;
	unsigned int step_limit_ms; /* of every step; 0: each has its own */
	struct plan_terms terms;
	bool was_ours; /* for binder_acquire: bound since an earlier lease */
	/*
	 * For binder_restore: where a device was to stay bound and another driver has it, it is another
	 * device in its place, or somebody has taken it away. It is as good as gone, and left alone.
	 */
	bool is_yielding;
};

/*
 * Worker functions; data is a struct binder_job.
 *
 * binder_acquire takes the device from its driver and opens it: fds as vfio_open has them, detail is
 * the enum iommu that they are for, the fault's text a warning or empty, and its code DEVICE_IN_USE when
 * the device was taken by force from what used it. On failure everything is as before, or the fault is
 * RESTORE_FAILED.
 *
 * binder_restore gives the device back; it must not be open. RESTORE_FAILED when that fails;
 * DEVICE_IN_USE, with nothing done, when the host uses it by a driver of the host's from which it would
 * be taken; DEVICE_GONE, with nothing left behind, when there is no such device any more.
 */
void binder_acquire(void *data, struct worker_result *result);

/* As much of binder_acquire as leaves everything as it is: whether it would begin, and how it would warn. */
void binder_probe(void *data, struct worker_result *result);
void binder_restore(void *data, struct worker_result *result);

/* What the host uses it for, as inuse_check has it; for workers. */
int binder_check_use(struct sysfs *sysfs, struct ccw_id id, const char *driver,
		     struct fault *fault);

/*
 * No worker function: takes a node that was given by path back to root. Nobody can open it then, but
 * who has it open keeps it open. Negative when there is no such node (any more).
 */
int binder_retract(struct sysfs *sysfs, const struct sysfs_site *site);
