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

#define CONDITION_BOXED		  "boxed"
#define CONDITION_NOT_OPERATIONAL "not-operational"
#define CONDITION_NO_DRIVER	  "no-driver"

static const char *const state_names[_DEVICE_STATE_MAX] = {
	[DEVICE_HOST] = "host",		  [DEVICE_BINDING] = "binding", [DEVICE_LEASED] = "leased",
	[DEVICE_RELEASING] = "releasing", [DEVICE_FAILED] = "failed",	[DEVICE_ABSENT] = "absent",
	[DEVICE_STUCK] = "stuck",
};

/*
 * HOST moves to LEASED and RELEASING when leases are taken up again after a restart; RELEASING to itself for another reason.
 */
static const unsigned int allowed[_DEVICE_STATE_MAX] = {
	[DEVICE_HOST] = BIT(DEVICE_BINDING) | BIT(DEVICE_LEASED) | BIT(DEVICE_RELEASING),
	[DEVICE_BINDING] = BIT(DEVICE_LEASED) | BIT(DEVICE_HOST) | BIT(DEVICE_FAILED) |
			   BIT(DEVICE_RELEASING) | BIT(DEVICE_ABSENT) | BIT(DEVICE_STUCK),
	[DEVICE_LEASED] = BIT(DEVICE_RELEASING) | BIT(DEVICE_ABSENT),
	[DEVICE_RELEASING] = BIT(DEVICE_HOST) | BIT(DEVICE_RELEASING) | BIT(DEVICE_FAILED) |
			     BIT(DEVICE_ABSENT) | BIT(DEVICE_STUCK),
	[DEVICE_STUCK] =
		BIT(DEVICE_HOST) | BIT(DEVICE_FAILED) | BIT(DEVICE_RELEASING) | BIT(DEVICE_ABSENT),
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
	device->directory = -1;
	*ret = device;
	return 0;
}

void device_free(struct device *device)
{
	if (!device)
		return;
	assert(!device->lease);
	macro_close(device->directory);
	free(device->sysfs_path);
	free(device->reason_text);
	free(device->unbound_text);
	free(device);
}

unsigned int device_update_status(struct device *device, const struct sysfs_facts *facts)
{
	unsigned int changes = 0;

	if (device->facts.is_online != facts->is_online)
		changes |= DEVICE_CHANGED_ONLINE;
	if (device->facts.availability != facts->availability)
		changes |= DEVICE_CHANGED_AVAILABILITY;
	device->facts.is_online = facts->is_online;
	device->facts.availability = facts->availability;
	return changes;
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
	changes |= device_update_status(device, facts);
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

void device_set_unbound(struct device *device, const struct fault *fault)
{
	free(device->unbound_text);
	device->unbound_text = fault ? strdup(fault->text) : NULL;
	device->unbound = fault ? fault->code : FAULT_NONE;
}

const char *device_state_to_string(enum device_state state)
{
	return state_names[state];
}

const char *device_condition(const struct device *device)
{
	if (device->state != DEVICE_HOST)
		return state_names[device->state];
	switch (device->facts.availability) {
	case SYSFS_BOXED:
		return CONDITION_BOXED;
	case SYSFS_NO_PATH:
	case SYSFS_NO_DEVICE:
		return CONDITION_NOT_OPERATIONAL;
	case SYSFS_GOOD:
		break;
	}
	return *device->facts.driver ? state_names[DEVICE_HOST] : CONDITION_NO_DRIVER;
}

bool device_condition_is_valid(const char *text)
{
	size_t n;

	for (n = 0; n < _DEVICE_STATE_MAX; n++)
		if (strcmp(text, state_names[n]) == 0)
			return true;
	return strcmp(text, CONDITION_BOXED) == 0 || strcmp(text, CONDITION_NOT_OPERATIONAL) == 0 ||
	       strcmp(text, CONDITION_NO_DRIVER) == 0;
}

enum fault_code device_reason(const struct device *device, const char **ret_text)
{
	if (device->reason != FAULT_NONE) {
		*ret_text = device->reason_text ? device->reason_text : "";
		return device->reason;
	}
	*ret_text = sysfs_explain_availability(device->facts.availability);
	if (**ret_text)
		return device->facts.availability == SYSFS_BOXED ? FAULT_DEVICE_BOXED
								 : FAULT_DEVICE_NOT_OPERATIONAL;
	if (device->state == DEVICE_HOST && device->unbound != FAULT_NONE) {
		*ret_text = device->unbound_text ? device->unbound_text : "";
		return device->unbound;
	}
	*ret_text = "";
	return FAULT_NONE;
}

const char *device_type(const struct device *device)
{
	const struct sysfs_facts *facts = &device->facts;

	return strcmp(facts->device_type, "n/a") == 0 ? facts->control_unit : facts->device_type;
}

const char *device_origin_driver(const struct device *device)
{
	return device->has_origin ? device->origin.driver : device->facts.driver;
}
