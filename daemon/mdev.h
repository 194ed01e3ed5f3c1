/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "sysfs.h"

#define MDEV_UUID_SIZE 37

/*
 * The UUID of a lease's mediated device. It is the same in every run of the daemon, so that what one
 * has left behind the next finds. lease_id is a valid one.
 */
void mdev_uuid(const char *lease_id, char ret[static MDEV_UUID_SIZE]);

/* Whether text is a UUID that mdev_uuid gives. */
bool mdev_is_valid(const char *text);

/* The mediated device of a subchannel that is with vfio_ccw. */
bool mdev_is_there(struct sysfs *sysfs, const char *subchannel, const char *uuid);
struct sysfs_site mdev_site(const char *subchannel, const char *uuid);

/* These may block; to remove it waits until nobody has it open: only for workers. */
_must_check_ int mdev_create(struct sysfs *sysfs, const char *subchannel, const char *uuid);
_must_check_ int mdev_remove(struct sysfs *sysfs, const char *subchannel, const char *uuid);
