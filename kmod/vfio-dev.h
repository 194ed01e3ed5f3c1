/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The VFIO device over one ccw device: its life, and what a client can do with the fd.
 */
#ifndef CCWBROKER_VFIO_DEV_H
#define CCWBROKER_VFIO_DEV_H

#include <linux/vfio.h>

#include "notify.h"
#include "region.h"
#include "request.h"

struct ccw_device;
struct kobject;

struct vfio_dev {
	struct vfio_device vdev; /* first: VFIO frees the whole with it */
	struct ccw_device *cdev;
	struct notify notify;
	struct request request;
	struct region_set regions;
	bool is_retired;
	struct kobject *attrs; /* the driver's: set by probe, gone before the device */
};

/* ERR_PTR on failure. Unknown to VFIO until it is registered. */
struct vfio_dev *vfio_dev_new(struct ccw_device *cdev);
/* From here on clients can open it: everything that cio calls must be in place. */
int vfio_dev_register(struct vfio_dev *dev);
/*
 * Takes it back: waits until every client has closed. No fd can be got any more; one that is not
 * bound to an iommufd yet still can be.
 */
void vfio_dev_retire(struct vfio_dev *dev);
/* How many fds of it there are, open as a device or not: what vfio_dev_retire() waits for. */
unsigned int vfio_dev_fds(struct vfio_dev *dev);
/* Frees a device that is retired or was never registered, once no interrupt can find it. */
void vfio_dev_put(struct vfio_dev *dev);
/* Ends the client's use at once, whatever it does: request_revoke(), and the world is told. */
void vfio_dev_revoke(struct vfio_dev *dev);
/* Asks the client to let go (request eventfd). Any context. */
void vfio_dev_ask_release(struct vfio_dev *dev);

#endif
