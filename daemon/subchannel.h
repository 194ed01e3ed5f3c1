/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "sysfs.h"

#define SUBCHANNEL_DRIVER_IO   "io_subchannel" /* that of every subchannel with a ccw device */
#define SUBCHANNEL_DRIVER_VFIO "vfio_ccw"      /* the kernel's own way of giving one to a guest */

/* What the kernel says about one subchannel at one moment. */
struct subchannel_facts {
	char driver[SYSFS_NAME_SIZE];	/* "" for none */
	char override[SYSFS_NAME_SIZE]; /* the only driver that may have it, "" for any */
};

/* Whether text is the name of a subchannel, "0.0.0003", and no path. */
bool subchannel_is_valid(const char *text);

/* -ENOENT when there is no such subchannel. */
_must_check_ int subchannel_read(struct sysfs *sysfs, const char *subchannel,
				 struct subchannel_facts *ret);
bool subchannel_is_there(struct sysfs *sysfs, const char *subchannel);
bool subchannel_has_driver(struct sysfs *sysfs, const char *driver);

/* Only driver may have the subchannel from now on; "" for any. */
_must_check_ int subchannel_override(struct sysfs *sysfs, const char *subchannel,
				     const char *driver);

/*
 * These may block for as long as the kernel likes: only for workers. Without io_subchannel the ccw
 * device below the subchannel is gone; with it again it comes back, some time later.
 */
_must_check_ int subchannel_bind(struct sysfs *sysfs, const char *subchannel, const char *driver);
_must_check_ int subchannel_unbind(struct sysfs *sysfs, const char *subchannel, const char *driver);

/*
 * Has the kernel look at what is on all subchannels, also where it has found no device that answers. -ENOENT from an
 * older one. May block as those do.
 */
int subchannel_rescan(struct sysfs *sysfs);
