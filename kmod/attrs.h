/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * What stands under /sys/bus/ccw/devices/ID/ccwbroker/ while the driver has the device:
 *   open       0 or 1: a client has it open. Pollable (POLLPRI).
 *   fds        how many fds of the device there are, bound to an iommufd or not: unbinding the device
 *              waits until there is none. Not pollable: nobody tells us of those that are not bound.
 *   state      closed, open, revoked. Pollable.
 *   revoke     write 1: see request_revoke(). Unbinding does not wait for the client then; binding
 *              again ends it.
 *   commands   permitted channel commands, 64 hex digits, the first bit is command 00. Written
 *              only while closed (-EBUSY). After binding: all but those of danger.h.
 *   commands_bound  what `commands` was after binding: whoever sets that for one client after another
 *              starts from here
 *   stats/...  decimal counters of struct request_stats
 */
#ifndef CCWBROKER_ATTRS_H
#define CCWBROKER_ATTRS_H

struct kobject;
struct vfio_dev;

/* ERR_PTR on failure. */
struct kobject *attrs_create(struct vfio_dev *dev);
/* Waits for readers and writers that are in an attribute. */
void attrs_remove(struct kobject *attrs);

#endif
