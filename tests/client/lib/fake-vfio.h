/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * A container, an iommufd and a tape drive behind fds of its own: takes the place of ioctl, pread and pwrite in the
 * program that is linked with it. The drive knows Rewind (07), Read (02, one block "VOL1ABC123"), Write (01, its data is
 * kept), No-operation (03) and Sense (04); others end with command reject.
 */
struct fake_vfio {
	int container, iommufd, device;	 /* the caller closes none of them */
	bool has_request;		 /* VFIO_DEVICE_CCW_CMD_REQUEST, or -ENOTTY */
	bool never_ends;		 /* programs that were started by the region do not */
	int fails;			 /* errno of the next start, once */
	uint32_t reason, refused_ccw;	 /* with fails, of the request */
	bool has_many_maps;		 /* they are counted only */
	unsigned int maps, maps_failing; /* now; the next so many fail */
	unsigned int binds, attaches, resets, hot_resets, halts, clears, registered;
	uint8_t written[256]; /* of the last Write */
	unsigned int n_written;
};

/* Not 0 while the fake itself is at work: faults are not meant for it. */
extern int fake_vfio_depth;

/* There is one at a time. */
struct fake_vfio *fake_vfio_start(void);

/* Fails the test where a map or an eventfd was left. */
void fake_vfio_end(void);

/* An interruption that nobody asked for: attention. */
void fake_vfio_attention(void);
