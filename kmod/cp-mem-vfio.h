/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The translator's memory port over a VFIO device: the client's memory through its container or
 * ioas, host memory below 2 GiB from the kernel.
 */
#ifndef CCWBROKER_CP_MEM_VFIO_H
#define CCWBROKER_CP_MEM_VFIO_H

#include "cp-mem.h"
#include "limits.h"

struct page;
struct vfio_device;

struct cp_mem {
	struct vfio_device *vdev;
	struct page *pages[CP_PIN_PAGES_MAX]; /* scratch of cp_mem_pin; the request's io_mutex */
};

#endif
