/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the memory of where a device belongs while no lease remembers it: bound by request, or on its
 * way. It is kept as a lease's is, in the same files. Moves no device.
 */
#include "origin.h"

#include <errno.h>
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
	lease->backend = device->backend;
	lease->state = state;
	return store_save(store, lease);
}

void origin_note(const struct device *device, struct lease *lease)
{
	lease->incarnation = device->facts.incarnation;
	if (device->has_origin && !device->is_bound) {
		/* it could not be given back the last time: where it belongs is known */
		lease->origin = device->origin;
		return;
	}
	lease->is_bound = device->is_bound;
	if (device->is_bound)
		lease->home = device->origin;
	else if (strcmp(device->facts.driver, CCWB_DRIVER) == 0)
		return; /* bound by hand: nobody knows */
	strcpy(lease->origin.driver, device->facts.driver);
	lease->origin.is_online = device->facts.is_online;
}

bool origin_is_saved(const struct lease *lease, const struct device *device)
{
	return device->is_bound && strcmp(device->facts.driver, CCWB_DRIVER) == 0 &&
	       lease->backend.kind == BACKEND_CCWBROKER && !lease->is_by_path;
}

void origin_stay(struct lease *lease, struct device *device)
{
	bool is_kept = lease->end == LEASE_END_CLOSED || lease->end == LEASE_END_RELEASED ||
		       lease->end == LEASE_END_DISCONNECTED || lease->end == LEASE_END_EXITED ||
		       lease->end == LEASE_END_REVOKED;

	/* no client has had one that is on its way back from an attempt, or gone */
	if (!lease->terms.stays_bound || lease->is_bound || !lease_is_held(lease) || !is_kept)
		return;
	lease->is_bound = true;
	lease->home = lease->origin;
	lease->origin = (struct plan_origin){ .driver = CCWB_DRIVER };
	if (device)
		device->is_bound = true;
}

void origin_forget(struct store *store, struct device *device)
{
	store_remove(store, device->id);
	device->has_origin = false;
	device->is_bound = false;
}

bool origin_is_lost(struct lease *lease, const struct device *device)
{
	if (!lease->is_bound || !device || !device->is_present ||
	    strcmp(device->facts.driver, lease->origin.driver) == 0)
		return false;
	lease->is_bound = false;
	return true;
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

bool origin_is_replaced(const struct lease *lease, const struct device *device,
			struct worker_result *result)
{
	/* below the kernel's vfio_ccw there is no device to look at */
	if (result->r < 0 || !device || lease->backend.kind == BACKEND_VFIO_CCW ||
	    device->facts.incarnation == lease->incarnation)
		return false;
	result->r = fault_set(&result->fault, FAULT_DEVICE_GONE,
			      "%s went while it was taken, and another device has come in its "
			      "place; try again",
			      device->name);
	return true;
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

void origin_unclaim(struct sysfs *sysfs, const struct device *device)
{
	int r;

	r = sysfs_set_claim(sysfs, device->id, false);
	if (r < 0 && r != -ENOENT) /* was not on it, or there is no such list */
		log_full_errno(LOG_WARNING, device->name, NULL, r,
			       "%s is not ours any more, and stays on the claim list",
			       device->name);
}
