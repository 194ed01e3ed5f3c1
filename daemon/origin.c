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

static int record_new(const struct device *device, struct lease **ret)
{
	const struct subject root = { .uid = 0, .pidfd = -1, .user = (char *)"root" };
	int r;

	r = lease_new(device->id, &root, "bound", ret);
	if (r < 0)
		return r;
	(*ret)->origin = device->origin;
	(*ret)->backend = device->backend;
	(*ret)->incarnation = device->facts.incarnation;
	return 0;
}

int origin_save(struct store *store, const struct device *device, enum lease_state state)
{
	_cleanup_(lease_freep) struct lease *lease = NULL;
	int r;

	r = record_new(device, &lease);
	if (r < 0)
		return r;
	lease->state = state;
	return store_save(store, lease);
}

int origin_save_before(struct store *store, const struct device *device,
		       const struct plan_origin *before)
{
	_cleanup_(lease_freep) struct lease *lease = NULL;
	int r;

	r = record_new(device, &lease);
	if (r < 0)
		return r;
	/* elsewhere than at home: it stays there, as what is bound does after a lease */
	lease->is_bound = strcmp(before->driver, device->origin.driver) != 0;
	lease->home = device->origin;
	strcpy(lease->home.by_job, before->by_job);
	lease->origin = *before;
	return store_save(store, lease);
}

void origin_save_way(struct store *store, const struct device *device, bool is_home)
{
	struct lease granted;
	int r;

	if (device->lease) {
		granted = *device->lease; /* peeks, and is never freed */
		granted.is_bound = !is_home;
		granted.origin = is_home ? granted.home : granted.origin;
		r = store_save(store, &granted);
	} else {
		r = origin_save(store, device, is_home ? LEASE_PENDING : LEASE_BOUND);
	}
	if (r < 0)
		log_full_errno(LOG_ERR, device->name, NULL, r,
			       "what becomes of %s after a restart is not saved", device->name);
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

void origin_promote(struct lease *lease, struct device *device)
{
	lease->is_bound = true;
	lease->home = lease->origin;
	lease->origin = (struct plan_origin){ .driver = CCWB_DRIVER };
	if (device)
		device->is_bound = true;
}

void origin_stay(struct lease *lease, struct device *device)
{
	bool is_kept = lease->end == LEASE_END_CLOSED || lease->end == LEASE_END_RELEASED ||
		       lease->end == LEASE_END_DISCONNECTED || lease->end == LEASE_END_EXITED ||
		       lease->end == LEASE_END_REVOKED;

	/* no client has had one that is on its way back from an attempt, or gone */
	if (!lease->terms.stays_bound || lease->is_bound || !lease_is_held(lease) || !is_kept)
		return;
	origin_promote(lease, device);
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

void origin_note_bound(struct device *device, const char *driver)
{
	strcpy(device->origin.by_job, strcmp(driver, CCWB_DRIVER) == 0 ? "" : driver);
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
		origin_note_bound(device, lease->origin.driver);
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

/* It went and another one came, while there was no daemon: the host's, where the host has put it. */
static bool is_another(const struct lease *lease, const struct device *device)
{
	return lease->incarnation != 0 && device->facts.incarnation != lease->incarnation &&
	       strcmp(device->facts.driver, CCWB_DRIVER) != 0;
}

void origin_resume(struct store *store, struct lease *lease_take, struct device *device)
{
	if (device && !is_another(lease_take, device) &&
	    strcmp(device->facts.driver, lease_take->origin.driver) != 0) {
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
