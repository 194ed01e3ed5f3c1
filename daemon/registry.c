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

#include "glance.h"
#include "limits.h"
#include "names.h"

struct registry {
	struct sysfs *sysfs;
	const struct registry_listener *listener;
	void *userdata;
	sd_event *event; /* peek; NULL without a loop */
	struct device **devices;
	size_t count;
	size_t room;
	size_t n_directories; /* of devices, that are held open */
	struct device *away;  /* peek: those whose backend is VFIO_CCW, in no order */
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

void registry_set_event(struct registry *registry, sd_event *event)
{
	registry->event = event;
}

/* 0 outside of any: nothing else could be of the same one. */
static uint64_t turn_now(const struct registry *registry)
{
	uint64_t turn;

	if (!registry->event || sd_event_get_state(registry->event) != SD_EVENT_RUNNING)
		return 0;
	return sd_event_get_iteration(registry->event, &turn) < 0 ? 0 : turn;
}

static void note_turn(const struct registry *registry, struct device *device)
{
	device->seen = device->status_seen = turn_now(registry);
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

static void leave_away(struct registry *registry, struct device *device)
{
	struct device **at = &registry->away;

	while (*at && *at != device)
		at = &(*at)->next_away;
	if (*at)
		*at = device->next_away;
	device->next_away = NULL;
}

void registry_set_backend(struct registry *registry, struct device *device,
			  const struct backend *backend)
{
	leave_away(registry, device);
	device->backend = *backend;
	if (backend->kind != BACKEND_VFIO_CCW)
		return;
	device->next_away = registry->away;
	registry->away = device;
}

/* One that is the module's, and so was looked at when it became that. */
static bool is_ours(const struct device *device)
{
	return device && device->is_present && device->backend.kind == BACKEND_CCWBROKER &&
	       strcmp(device->facts.driver, CCWB_DRIVER) == 0;
}

/* As it was known, but for what no decision hangs on. */
static bool is_bound(const struct device *device)
{
	return is_ours(device) && device->directory >= 0 &&
	       glance_is_bound(device->directory, CCWB_DRIVER);
}

static void close_directory(struct registry *registry, struct device *device)
{
	if (device->directory < 0)
		return;
	macro_close(device->directory);
	device->directory = -1;
	registry->n_directories--;
}

/* What is taken again and again is glanced at; what finds no room, or no fd, is read each time. */
static void hold_directory(struct registry *registry, struct device *device)
{
	int fd;

	if (is_bound(device))
		return;
	close_directory(registry, device);
	if (!is_ours(device) || registry->n_directories >= LIMIT_DIRECTORIES)
		return;
	fd = glance_open(registry->sysfs, device->id, &device->facts);
	if (fd < 0)
		return;
	device->directory = fd;
	registry->n_directories++;
}

void registry_drop(struct registry *registry, struct device *device)
{
	size_t at = search(registry, device->id);

	assert(!device->is_present && !device->lease && !device->has_job);
	assert(at < registry->count && registry->devices[at] == device);
	registry->listener->removed(device, registry->userdata);
	leave_away(registry, device);
	close_directory(registry, device);
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
	close_directory(registry, device);
	if (device->lease)
		registry->listener->lost(device, registry->userdata);
	else if (!device->has_job)
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
	note_turn(registry, device);
	hold_directory(registry, device);
	registry->listener->added(device, registry->userdata);
	(void)TAKE_PTR(device); /* the array has it */
	return 0;
}

/* Also a device whose place its backend has taken: of those only we know. */
static int look(struct registry *registry, struct ccw_id id, const struct device *device,
		struct sysfs_facts *ret_facts, char **ret_path)
{
	int r;

	r = sysfs_read(registry->sysfs, id, ret_facts, ret_path);
	if ((r != -ENOENT && r != -ENODEV) || !device || device->backend.kind != BACKEND_VFIO_CCW)
		return r;
	return backend_read_away(registry->sysfs, &device->backend, device->state == DEVICE_LEASED,
				 ret_facts, ret_path);
}

int registry_refresh(struct registry *registry, struct ccw_id id)
{
	struct device *device = registry_peek(registry, id);
	_cleanup_free_ char *path = NULL;
	struct sysfs_facts facts;
	unsigned int changes;
	int r;

	r = look(registry, id, device, &facts, &path);
	if (r == -ENOENT || r == -ENODEV) {
		if (device)
			vanish(registry, device);
		return -ENOENT;
	}
	if (r < 0)
		return r;
	if (device && device->facts.incarnation != facts.incarnation &&
	    device->backend.kind != BACKEND_VFIO_CCW) {
		/* it went and another came before we heard of the first */
		vanish(registry, device);
		device = registry_peek(registry, id);
	}
	if (!device)
		return add(registry, id, &facts, TAKE_PTR(path));
	note_turn(registry, device);
	changes = device_update(device, &facts, TAKE_PTR(path));
	hold_directory(registry, device);
	if (changes)
		registry->listener->changed(device, changes, registry->userdata);
	return 0;
}

void registry_renew(struct registry *registry, struct device *device)
{
	struct ccw_id id = device->id;

	vanish(registry, device);
	(void)registry_refresh(registry, id); /* gone is an answer, too */
}

void registry_clear_backend(struct registry *registry, struct device *device)
{
	const struct backend none = { .kind = BACKEND_CCWBROKER };

	registry_set_backend(registry, device, &none);
}

struct device *registry_adopt(struct registry *registry, struct ccw_id id,
			      const struct backend *backend)
{
	struct device *device = registry_peek(registry, id);
	_cleanup_free_ char *path = NULL;
	struct sysfs_facts facts;

	if (device || backend_read_away(registry->sysfs, backend, false, &facts, &path) < 0 ||
	    add(registry, id, &facts, TAKE_PTR(path)) < 0)
		return device;
	device = registry_peek(registry, id);
	registry_set_backend(registry, device, backend);
	return device;
}

void registry_refresh_subchannel(struct registry *registry, const char *subchannel)
{
	struct device *device = registry->away;

	while (device && strcmp(device->backend.subchannel, subchannel) != 0)
		device = device->next_away;
	if (device)
		(void)registry_refresh(registry, device->id); /* gone is an answer, too */
}

void registry_refresh_status(struct registry *registry, struct device *device)
{
	struct sysfs_facts now = device->facts;
	uint64_t turn = turn_now(registry);
	unsigned int changes;
	int r;

	if (turn != 0 && device->status_seen == turn)
		return;
	device->status_seen = turn;
	r = sysfs_read_status(registry->sysfs, device->id, &now);
	if (r < 0)
		return; /* one that is gone is told of by an event, or away */
	changes = device_update_status(device, &now);
	if (changes)
		registry->listener->changed(device, changes, registry->userdata);
}

void registry_confirm(struct registry *registry, struct ccw_id id)
{
	struct device *device = registry_peek(registry, id);

	if (is_bound(device))
		device->seen = turn_now(registry);
	else
		(void)registry_refresh(registry, id); /* gone is an answer, too */
}

static bool is_as_known(const struct registry *registry, struct device *device)
{
	uint64_t turn = turn_now(registry);

	if (device->seen != 0 && device->seen == turn)
		return true;
	/* whether it still answers, the worker looks when it takes it */
	if (device->facts.availability != SYSFS_GOOD || !is_bound(device))
		return false;
	device->seen = turn;
	return true;
}

int registry_find(struct registry *registry, struct ccw_id id, struct device **ret)
{
	struct device *device = registry_peek(registry, id);
	int r = 0;

	if (!device || !is_as_known(registry, device))
		r = registry_refresh(registry, id);
	/* one that is gone and still has a lease is there to be asked about */
	device = registry_peek(registry, id);
	if (!device)
		return r < 0 ? r : -ENOENT;
	*ret = device;
	return 0;
}

/* ---- all at once ---- */

struct registry_scan {
	struct registry *registry;
	struct ccw_id *list; /* as they were listed, in their order */
	size_t count;
	size_t room;
	size_t next;	       /* of the list */
	bool is_listed_only;   /* by now; before, those that are known and not listed */
	struct ccw_id checked; /* of the known, where that is going on, downwards */
	size_t left_out;
};

static int add_id(struct ccw_id id, void *userdata)
{
	struct registry_scan *scan = userdata;
	struct ccw_id *list;
	size_t room;

	if (scan->count == scan->room) {
		room = scan->room ? scan->room * 2 : 256;
		list = reallocarray(scan->list, room, sizeof(*list));
		if (!list)
			return -ENOMEM;
		scan->list = list;
		scan->room = room;
	}
	scan->list[scan->count++] = id;
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	return ccw_id_compare(*(const struct ccw_id *)a, *(const struct ccw_id *)b);
}

int registry_scan_new(struct registry *registry, struct registry_scan **ret)
{
	_cleanup_(registry_scan_freep) struct registry_scan *scan = calloc(1, sizeof(*scan));
	int r;

	if (!scan)
		return -ENOMEM;
	scan->registry = registry;
	scan->checked = (struct ccw_id){ UINT8_MAX, UINT8_MAX, UINT16_MAX };
	r = sysfs_for_each(registry->sysfs, add_id, scan);
	if (r < 0)
		return r;
	if (scan->count > 0)
		qsort(scan->list, scan->count, sizeof(*scan->list), compare_ids);
	*ret = TAKE_PTR(scan);
	return 0;
}

void registry_scan_free(struct registry_scan *scan)
{
	if (!scan)
		return;
	free(scan->list);
	free(scan);
}

static bool is_listed(const struct registry_scan *scan, struct ccw_id id)
{
	return scan->count > 0 &&
	       bsearch(&id, scan->list, scan->count, sizeof(id), compare_ids) != NULL;
}

/* Others may come and go between two steps: the place is an id, not an index. */
static size_t drop_unlisted(struct registry_scan *scan, size_t most)
{
	struct registry *registry = scan->registry;
	size_t at, looked;

	at = search(registry, scan->checked);
	for (looked = 0; at > 0 && looked < most; looked++) {
		scan->checked = registry->devices[--at]->id;
		if (!is_listed(scan, scan->checked))
			(void)registry_refresh(registry, scan->checked); /* gone, as expected */
	}
	scan->is_listed_only = at == 0;
	return looked;
}

/* First those that are known and no longer listed: they make room, and may come back. */
int registry_scan_step(struct registry_scan *scan, size_t most, size_t *ret_left_out)
{
	size_t done = scan->is_listed_only ? 0 : drop_unlisted(scan, most);
	int r;

	if (!scan->is_listed_only)
		return 1;
	/* in their order, so that each new device goes to the end of the array */
	for (; scan->next < scan->count && done < most; done++) {
		r = registry_refresh(scan->registry, scan->list[scan->next++]);
		if (r == -E2BIG)
			scan->left_out++;
		else if (r < 0 && r != -ENOENT) /* gone since the directory was read */
			return r;
	}
	if (scan->next < scan->count)
		return 1;
	*ret_left_out = scan->left_out;
	return 0;
}

int registry_scan(struct registry *registry, size_t *ret_left_out)
{
	_cleanup_(registry_scan_freep) struct registry_scan *scan = NULL;
	int r;

	r = registry_scan_new(registry, &scan);
	return r < 0 ? r : registry_scan_step(scan, SIZE_MAX, ret_left_out);
}

size_t registry_count(const struct registry *registry)
{
	return registry->count;
}

struct device *registry_at(const struct registry *registry, size_t index)
{
	return registry->devices[index];
}
