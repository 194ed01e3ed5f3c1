/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>
#include <systemd/sd-event.h>

#include "ccw-id.h"
#include "device.h"
#include "macro.h"
#include "sysfs.h"

struct registry;

/* Called after the fact; removed is called before the device is freed. */
struct registry_listener {
	void (*added)(struct device *device, void *userdata);
	void (*changed)(struct device *device, unsigned int changes, void *userdata);
	/* it is in use by a lease: it stays, with is_present false, until registry_drop */
	void (*lost)(struct device *device, void *userdata);
	void (*removed)(struct device *device, void *userdata);
};

/* sysfs must outlive the registry. The caller owns *ret. */
_must_check_ int registry_new(struct sysfs *sysfs, const struct registry_listener *listener,
			      void *userdata, struct registry **ret);
void registry_free(struct registry *registry);

/* What has been looked at in a turn of this loop is not looked at again in it by registry_find. */
void registry_set_event(struct registry *registry, sd_event *event);
DEFINE_CLEANUP(struct registry *, registry_free)

/*
 * Refreshes every device that sysfs has now and every one that was known, in the order of ids.
 * *ret_left_out counts those past LIMIT_DEVICES, which stay unknown.
 */
_must_check_ int registry_scan(struct registry *registry, size_t *ret_left_out);

/*
 * The same in steps of so many devices at most, between which the registry may change. 1: there is more;
 * 0: done, and *ret_left_out is set. The caller owns *ret, whose registry must outlive it.
 */
struct registry_scan;
_must_check_ int registry_scan_new(struct registry *registry, struct registry_scan **ret);
_must_check_ int registry_scan_step(struct registry_scan *scan, size_t most, size_t *ret_left_out);
void registry_scan_free(struct registry_scan *scan);
DEFINE_CLEANUP(struct registry_scan *, registry_scan_free)

/*
 * The one way by which devices come, change and go: looks at id in sysfs and takes over what is
 * there. -ENOENT when there is no such device (any more), -E2BIG when it would be one too many.
 */
int registry_refresh(struct registry *registry, struct ccw_id id);

/*
 * The same behind an attempt to bind it: one that is the module's still, and is the same device, is not read
 * anew.
 */
void registry_confirm(struct registry *registry, struct ccw_id id);

/* Takes over only that of which the kernel tells nobody: whether it is online, and whether it answers. */
void registry_refresh_status(struct registry *registry, struct device *device);

/*
 * How device is taken, or is no more. While that is by VFIO_CCW it is not in sysfs, and counts as
 * present as long as its subchannel is there and, in the state LEASED, its mediated device.
 */
void registry_set_backend(struct registry *registry, struct device *device,
			  const struct backend *backend);

/* It is where it belongs, in whatever way it was taken. */
void registry_clear_backend(struct registry *registry, struct device *device);

/*
 * A known device, or one that is taken by VFIO_CCW since before this program and known from now on;
 * NULL when it is not there.
 */
struct device *registry_adopt(struct registry *registry, struct ccw_id id,
			      const struct backend *backend);

/* Something has happened to a subchannel: refreshes the device whose place it has taken. */
void registry_refresh_subchannel(struct registry *registry, const char *subchannel);

/* A known device, or NULL. */
struct device *registry_peek(struct registry *registry, struct ccw_id id);

/*
 * The same after a refresh: whatever event of it is still on its way, this is the device as it is now.
 * Errors as for registry_refresh.
 */
_must_check_ int registry_find(struct registry *registry, struct ccw_id id, struct device **ret);

/* What is there is another device than the one that is known, which nothing uses any more: takes it up. */
void registry_renew(struct registry *registry, struct device *device);

/* Removes a device that is not present and that no lease uses any more. */
void registry_drop(struct registry *registry, struct device *device);

/* In the order of ids; index below registry_count. */
size_t registry_count(const struct registry *registry);
struct device *registry_at(const struct registry *registry, size_t index);
