/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what we know about one channel device and the states it may be in. Reads and writes nothing
 * outside of its own memory.
 */
#include "device.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define BIT(state) (1U << (state))

static const char *const state_names[_DEVICE_STATE_MAX] = {
	[DEVICE_HOST] = "host",		  [DEVICE_BINDING] = "binding", [DEVICE_LEASED] = "leased",
	[DEVICE_RELEASING] = "releasing", [DEVICE_FAILED] = "failed",	[DEVICE_ABSENT] = "absent",
};

/* HOST moves to LEASED and RELEASING when leases are taken up again after a restart. */
static const unsigned int allowed[_DEVICE_STATE_MAX] = {
	[DEVICE_HOST] = BIT(DEVICE_BINDING) | BIT(DEVICE_LEASED) | BIT(DEVICE_RELEASING),
	[DEVICE_BINDING] = BIT(DEVICE_LEASED) | BIT(DEVICE_HOST) | BIT(DEVICE_FAILED) |
			   BIT(DEVICE_RELEASING) | BIT(DEVICE_ABSENT),
	[DEVICE_LEASED] = BIT(DEVICE_RELEASING) | BIT(DEVICE_ABSENT),
	[DEVICE_RELEASING] = BIT(DEVICE_HOST) | BIT(DEVICE_FAILED) | BIT(DEVICE_ABSENT),
	[DEVICE_FAILED] = BIT(DEVICE_BINDING) | BIT(DEVICE_HOST),
	[DEVICE_ABSENT] = BIT(DEVICE_HOST) | BIT(DEVICE_FAILED) | BIT(DEVICE_RELEASING),
};

int device_new(struct ccw_id id, const struct sysfs_facts *facts, char *path_take,
	       struct device **ret)
{
	struct device *device = calloc(1, sizeof(*device));

	if (!device) {
		free(path_take);
		return -ENOMEM;
	}
	device->id = id;
	ccw_id_format(id, device->name);
	device->facts = *facts;
	device->sysfs_path = path_take;
	device->is_present = true;
	*ret = device;
	return 0;
}

void device_free(struct device *device)
{
	if (!device)
		return;
	assert(!device->lease);
	free(device->sysfs_path);
	free(device->reason_text);
	free(device);
}

unsigned int device_update(struct device *device, const struct sysfs_facts *facts, char *path_take)
{
	struct sysfs_facts *old = &device->facts;
	unsigned int changes = 0;

	if (strcmp(old->subchannel, facts->subchannel) != 0)
		changes |= DEVICE_CHANGED_SUBCHANNEL;
	if (strcmp(old->device_type, facts->device_type) != 0 ||
	    strcmp(old->control_unit, facts->control_unit) != 0)
		changes |= DEVICE_CHANGED_TYPE;
	if (strcmp(old->driver, facts->driver) != 0)
		changes |= DEVICE_CHANGED_DRIVER;
	if (old->is_online != facts->is_online)
		changes |= DEVICE_CHANGED_ONLINE;
	*old = *facts;
	free(device->sysfs_path);
	device->sysfs_path = path_take;
	device->is_present = true;
	return changes;
}

void device_set_state(struct device *device, enum device_state state, const struct fault *fault)
{
	assert(allowed[device->state] & BIT(state));
	device->state = state;
	free(device->reason_text);
	/* without memory the reason's name has to do */
	device->reason_text = fault ? strdup(fault->text) : NULL;
	device->reason = fault ? fault->code : FAULT_NONE;
}

const char *device_state_to_string(enum device_state state)
{
	return state_names[state];
}

int device_state_from_string(const char *text)
{
	int n;

	for (n = 0; n < _DEVICE_STATE_MAX; n++)
		if (strcmp(text, state_names[n]) == 0)
			return n;
	return -EINVAL;
}

const char *device_origin_driver(const struct device *device)
{
	return device->has_origin ? device->origin.driver : device->facts.driver;
}
