/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The VFIO device over one ccw device: its life, and what a client can do with the fd.
 */
#ifndef CCWBROKER_VFIO_DEV_H
#define CCWBROKER_VFIO_DEV_H

#include <linux/completion.h>
#include <linux/device.h>
#include <linux/vfio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "notify.h"
#include "region.h"
#include "request.h"

struct ccw_device;
struct kobject;

/* vfio-dev-end.c */
struct vfio_dev_end {
	struct work_struct work; /* holds a reference to the device */
	struct completion done;	 /* every client has closed it */
	wait_queue_head_t wait;	 /* woken when it is done, waits, or is revoked */
	bool is_retired;
	bool is_waiting;	/* VFIO asks the clients to close it, and lets no new one in */
	struct device stand_in; /* never registered; see vfio_dev_part() */
};

struct vfio_dev {
	struct vfio_device vdev; /* first: VFIO frees the whole with it */
	struct ccw_device *cdev;
	struct notify notify;
	struct request request;
	struct region_set regions;
	struct vfio_dev_end end;
	struct kobject *attrs; /* the driver's: set by probe, gone before the device */
};

/* ERR_PTR on failure. Unknown to VFIO until it is registered. */
struct vfio_dev *vfio_dev_new(struct ccw_device *cdev);
/* From here on clients can open it: everything that cio calls must be in place. */
int vfio_dev_register(struct vfio_dev *dev);
/*
 * Takes it back: waits until every client has closed, or one that was revoked is cut off from the
 * ccw device. No fd can be got any more; one that is not bound to an iommufd yet still can be, until
 * it is revoked.
 */
void vfio_dev_retire(struct vfio_dev *dev);
/* How many fds of it there are, open as a device or not: what vfio_dev_retire() waits for. */
unsigned int vfio_dev_fds(struct vfio_dev *dev);
/* Frees a device that is retired or was never registered, once no interrupt can find it. */
static inline void vfio_dev_put(struct vfio_dev *dev)
{
	vfio_put_device(&dev->vdev);
}

/* Ends the client's use at once, whatever it does: request_revoke(), and the world is told. */
void vfio_dev_revoke(struct vfio_dev *dev);
/* Once for the module: what waits for revoked clients. Exit waits for the last of them. */
int vfio_dev_ends_init(void);
void vfio_dev_ends_exit(void);
/* For vfio-dev.c: prepares the end, and looks whether it can go on. */
void vfio_dev_end_init(struct vfio_dev *dev);
void vfio_dev_end_tell(struct vfio_dev *dev, bool is_waiting);
/* Asks the client to let go (request eventfd). Any context. */
void vfio_dev_ask_release(struct vfio_dev *dev);

#endif
