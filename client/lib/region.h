/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>
#include <sys/types.h>

#include "macro.h"

/* The regions of a device and the eventfd of its interruptions. Embedded. */
struct region {
	int device; /* not ours */
	int event;  /* -1 before region_event */
	off_t io;
	off_t command; /* -1: there is none */
};

/* -ENOTTY: the device has no such region. */
_must_check_ int region_init(struct region *region, int device_peek);
void region_deinit(struct region *region);

/* The eventfd, asked for with the first call; the region's. */
_must_check_ int region_event(struct region *region);

/* Starts one channel program the way <linux/vfio_ccw.h> has it. -errno as the kernel has it. */
_must_check_ int region_start(struct region *region, const uint8_t orb[CCWB_ORB_SIZE]);

/* The next interruption: 1 and *ret, or 0: none is there. */
_must_check_ int region_next(struct region *region, struct ccwb_irb *ret);

/* VFIO_CCW_ASYNC_CMD_*. -EOPNOTSUPP: the device has no region for that. */
_must_check_ int region_command(struct region *region, uint32_t command);

/*
 * Starts and waits for the end, well or badly, with *ret. Otherwise nothing is running any more: -ETIMEDOUT
 * and -EINTR after a reset. timeout_ms 0 is CCWB_DEVICE_TIMEOUT_MS_DEFAULT.
 */
_must_check_ int region_run(struct region *region, const uint8_t orb[CCWB_ORB_SIZE],
			    unsigned int timeout_ms, struct ccwb_irb *ret);
