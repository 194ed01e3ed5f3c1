/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the devices, sorted by id. Decides when one is there and when it is not; knows nothing of
 * leases but that a device may have one.
 */
#include "registry.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "limits.h"

struct registry {
	struct sysfs *sysfs;
	const struct registry_listener *listener;
	void *userdata;
	struct device **devices;
	size_t count;
	size_t room;
};

int registry_new(struct sysfs *sysfs, const struct registry_listener *listener, void *userdata,
		 struct registry **ret)
{
	struct registry *registry = calloc(1, sizeof(*registry));

	if (!registry)
		return -ENOMEM;
	registry->sysfs = sysfs;
	registry->listener = listener;
	registry->userdata = userdata;
	*ret = registry;
	return 0;
}

void registry_free(struct registry *registry)
{
	if (!registry)
		return;
	while (registry->count > 0)
		device_free(registry->devices[--registry->count]);
	free(registry->devices);
	free(registry);
}

/* Index of id, or of the first device behind where it would be. */
static size_t search(const struct registry *registry, struct ccw_id id)
{
	size_t low = 0, high = registry->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (ccw_id_compare(registry->devices[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct device *registry_peek(struct registry *registry, struct ccw_id id)
{
	size_t at = search(registry, id);

	if (at < registry->count && ccw_id_compare(registry->devices[at]->id, id) == 0)
		return registry->devices[at];
	return NULL;
}

static int insert(struct registry *registry, struct device *device)
{
	size_t at = search(registry, device->id);
	struct device **devices;
	size_t room;

	if (registry->count >= LIMIT_DEVICES)
		return -E2BIG;
	if (registry->count == registry->room) {
		room = registry->room ? registry->room * 2 : 64;
		devices = reallocarray(registry->devices, room, sizeof(struct device *));
		if (!devices)
			return -ENOMEM;
		registry->devices = devices;
		registry->room = room;
	}
	memmove(&registry->devices[at + 1], &registry->devices[at],
		(registry->count - at) * sizeof(struct device *));
	registry->devices[at] = device;
	registry->count++;
	return 0;
}

void registry_drop(struct registry *registry, struct device *device)
{
	size_t at = search(registry, device->id);

	assert(!device->is_present && !device->lease);
	assert(at < registry->count && registry->devices[at] == device);
	registry->listener->removed(device, registry->userdata);
	registry->count--;
	memmove(&registry->devices[at], &registry->devices[at + 1],
		(registry->count - at) * sizeof(struct device *));
	device_free(device);
}

static void vanish(struct registry *registry, struct device *device)
{
	if (!device->is_present)
		return;
	device->is_present = false;
	if (device->lease)
		registry->listener->lost(device, registry->userdata);
	else
		registry_drop(registry, device);
}

static int add(struct registry *registry, struct ccw_id id, const struct sysfs_facts *facts,
	       char *path_take)
{
	_cleanup_(device_freep) struct device *device = NULL;
	int r;

	r = device_new(id, facts, path_take, &device);
	if (r < 0)
		return r;
	r = insert(registry, device);
	if (r < 0)
		return r;
	registry->listener->added(device, registry->userdata);
	(void)TAKE_PTR(device); /* the array has it */
	return 0;
}

int registry_refresh(struct registry *registry, struct ccw_id id)
{
	struct device *device = registry_peek(registry, id);
	_cleanup_free_ char *path = NULL;
	struct sysfs_facts facts;
	unsigned int changes;
	int r;

	r = sysfs_read(registry->sysfs, id, &facts);
	if (r >= 0)
		r = sysfs_read_path(registry->sysfs, id, &path);
	if (r == -ENOENT || r == -ENODEV) {
		if (device)
			vanish(registry, device);
		return -ENOENT;
	}
	if (r < 0)
		return r;
	if (!device)
		return add(registry, id, &facts, TAKE_PTR(path));
	changes = device_update(device, &facts, TAKE_PTR(path));
	if (changes)
		registry->listener->changed(device, changes, registry->userdata);
	return 0;
}

void registry_refresh_online(struct registry *registry, struct device *device)
{
	int r;

	r = sysfs_read_online(registry->sysfs, device->id);
	if (r < 0 || device->facts.is_online == (r == 1))
		return; /* one that is gone is told of by an event */
	device->facts.is_online = r == 1;
	registry->listener->changed(device, DEVICE_CHANGED_ONLINE, registry->userdata);
}

struct device *registry_find(struct registry *registry, struct ccw_id id)
{
	struct device *device = registry_peek(registry, id);

	if (device)
		return device;
	if (registry_refresh(registry, id) < 0)
		return NULL;
	return registry_peek(registry, id);
}

static int scan_one(struct ccw_id id, void *userdata)
{
	int r;

	r = registry_refresh(userdata, id);
	return r == -ENOENT ? 0 : r; /* gone since the directory was read */
}

int registry_scan(struct registry *registry)
{
	return sysfs_for_each(registry->sysfs, scan_one, registry);
}

size_t registry_count(const struct registry *registry)
{
	return registry->count;
}

struct device *registry_at(const struct registry *registry, size_t index)
{
	return registry->devices[index];
}
