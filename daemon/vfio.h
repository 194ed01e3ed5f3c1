/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "ccw-id.h"
#include "fault.h"
#include "macro.h"
#include "sysfs.h"

/* The fds of one open device, in the order of these indexes. */
enum vfio_fd {
	VFIO_FD_CONTAINER,
	VFIO_FD_GROUP,
	VFIO_FD_DEVICE,
	_VFIO_FD_MAX,
};

/*
 * Opens container, group and device of a device that is bound to the module, and joins them with
 * a type1v2 IOMMU. Opening the device sets it online, which takes up to 10 seconds a path: only for
 * workers. dev_fd is the directory /dev. On success the caller owns ret_fds.
 */
_must_check_ int vfio_open(struct sysfs *sysfs, int dev_fd, struct ccw_id id,
			   int ret_fds[static _VFIO_FD_MAX], unsigned int *ret_group,
			   struct fault *fault);
