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

struct request;

struct region_set {
	struct mutex mutex; /* guards io */
	struct ccw_io_region io;
};

unsigned int region_count(void);
void region_init(struct region_set *regions);
/* A client that opens the device finds no status of the one before. */
void region_clear(struct region_set *regions);

/* Fills size, flags and offset of region info->index. -EINVAL: no such region. */
int region_info(struct vfio_region_info *info);
/*
 * What vfio_device_ops.read and .write do; count or -errno. Reading the I/O region's IRB takes the
 * next one from the queue (the last one again when there is none); writing it, all 124 bytes at
 * once, starts a program.
 */
ssize_t region_read(struct region_set *regions, struct request *req, char __user *buf, size_t count,
		    loff_t *ppos);
ssize_t region_write(struct region_set *regions, struct request *req, const char __user *buf,
		     size_t count, loff_t *ppos);

#endif
