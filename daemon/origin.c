/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the memory of where a device belongs while no lease remembers it: bound by request, or on its
 * way. It is kept as a lease's is, in the same files. Moves no device.
 */
#include "origin.h"

#include <string.h>

#include "log.h"
#include "names.h"

int origin_save(struct store *store, const struct device *device, enum lease_state state)
{
	const struct subject root = { .uid = 0, .pidfd = -1, .user = (char *)"root" };
	_cleanup_(lease_freep) struct lease *lease = NULL;
	int r;

	r = lease_new(device->id, &root, "bound", &lease);
	if (r < 0)
		return r;
	lease->origin = device->origin;
	lease->state = state;
	return store_save(store, lease);
}

void origin_forget(struct store *store, struct device *device)
{
	store_remove(store, device->id);
	device->has_origin = false;
	device->is_bound = false;
}

void origin_keep(struct store *store, const struct lease *lease, struct device *device)
{
	int r;

	if (!device) {
		store_remove(store, lease->device);
	} else if (!lease->is_bound) {
		origin_forget(store, device);
	} else if (!device->is_present) {
		return; /* its place on the claim list goes with it */
	} else {
		r = origin_save(store, device, LEASE_BOUND);
		if (r < 0)
			log_full_errno(LOG_ERR, device->name, lease->id, r,
				       "that %s is bound is not saved", device->name);
	}
}

bool origin_is_new(const struct device *device, const struct worker_result *result)
{
	return result->fault.code == FAULT_DEVICE_GONE &&
	       strcmp(device->facts.driver, CCWB_DRIVER) != 0;
}

void origin_resume(struct store *store, struct lease *lease_take, struct device *device)
{
	if (device && strcmp(device->facts.driver, lease_take->origin.driver) != 0) {
		device->origin = lease_take->origin;
		device->has_origin = true;
		device->is_bound = true;
	} else {
		store_remove(store, lease_take->device);
	}
	lease_free(lease_take);
}
