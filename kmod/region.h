/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The regions of the VFIO device and what is read from and written to them: offset to region in
 * one checked place, copies from and to the client. Layouts are those of <linux/vfio_ccw.h>.
 */
#ifndef CCWBROKER_REGION_H
#define CCWBROKER_REGION_H

#include <linux/mutex.h>
#include <linux/types.h>

#include <uapi/linux/vfio.h>
#include <uapi/linux/vfio_ccw.h>

#include "crw.h"

struct request;
struct vfio_info_cap;

struct region_set {
	struct mutex mutex; /* guards io and cmd */
	struct ccw_io_region io;
	struct ccw_cmd_region cmd;
	struct crw_queue crws;
};

unsigned int region_count(void);
void region_init(struct region_set *regions);
/* A client that opens the device finds no status of the one before. */
void region_clear(struct region_set *regions);

/*
 * Fills size, flags and offset of region info->index and adds its capability. -EINVAL: no such
 * region.
 */
int region_info(struct vfio_region_info *info, struct vfio_info_cap *caps);
/*
 * What vfio_device_ops.read and .write do; count or -errno. Reading the I/O region's IRB takes the
 * next one from the queue (the last one again when there is none). A write is that of a whole
 * region: it starts a program, or halts or clears. Reading the SCHIB region stores the subchannel,
 * reading the CRW region takes the next channel report word (0: none).
 */
ssize_t region_read(struct region_set *regions, struct request *req, char __user *buf, size_t count,
		    loff_t *ppos);
ssize_t region_write(struct region_set *regions, struct request *req, const char __user *buf,
		     size_t count, loff_t *ppos);

#endif
