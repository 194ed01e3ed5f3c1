/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>

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
DEFINE_CLEANUP(struct registry *, registry_free)

/* Refreshes every device that sysfs has now. */
_must_check_ int registry_scan(struct registry *registry);

/*
 * The one way by which devices come, change and go: looks at id in sysfs and takes over what is
 * there. -ENOENT when there is no such device (any more).
 */
int registry_refresh(struct registry *registry, struct ccw_id id);

/* Takes over only whether the device is online, of which the kernel tells nobody. */
void registry_refresh_online(struct registry *registry, struct device *device);

/* A known device, or NULL. */
struct device *registry_peek(struct registry *registry, struct ccw_id id);

/* The same, but an id that was never seen is looked for in sysfs once. */
struct device *registry_find(struct registry *registry, struct ccw_id id);

/* Removes a device that is not present and that no lease uses any more. */
void registry_drop(struct registry *registry, struct device *device);

/* In the order of ids; index below registry_count. */
size_t registry_count(const struct registry *registry);
struct device *registry_at(const struct registry *registry, size_t index);
