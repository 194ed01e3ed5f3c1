/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the methods that turn a name of a device into its object: by id, by subchannel, by node.
 */
#include "bus-lookup.h"

#include <errno.h>
#include <string.h>

#include "broker.h"
#include "bus-device.h"
#include "bus-error.h"
#include "limits.h"
#include "locate.h"

#define SHOWN_BYTES 64 /* of a caller's argument in our answer */

int bus_lookup_read_id(sd_bus_message *message, struct ccw_id *ret, struct fault *fault)
{
	const char *text;
	int r;

	r = sd_bus_message_read(message, "s", &text);
	if (r < 0)
		return r;
	if (ccw_id_parse(text, ret) < 0)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "\"%.*s\" is no device id; one is like 0.0.0580 or 0580",
				 SHOWN_BYTES, text);
	return 0;
}

static int reply_path(sd_bus_message *message, const struct device *device)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = bus_device_path(device, &path);
	if (r < 0)
		return r;
	return sd_bus_reply_method_return(message, "o", path);
}

static int reply_device(sd_bus_message *message, struct broker *broker, struct ccw_id id,
			sd_bus_error *error)
{
	struct fault fault = {};
	const struct device *device = broker_find_device(broker, id, &fault);

	if (!device)
		return bus_error_set(error, -ENOENT, &fault);
	return reply_path(message, device);
}

int bus_lookup_by_id(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct fault fault = {};
	struct ccw_id id;
	int r;

	r = bus_lookup_read_id(message, &id, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	return reply_device(message, userdata, id, error);
}

int bus_lookup_by_subchannel(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	char name[CCW_ID_STRING_SIZE];
	struct ccw_id subchannel, id;
	struct fault fault = {};
	int r;

	r = bus_lookup_read_id(message, &subchannel, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	r = locate_subchannel(broker_sysfs(userdata), subchannel, &id);
	if (r < 0) {
		r = fault_set(&fault, FAULT_NO_SUCH_DEVICE,
			      "no device is reached by subchannel %s; see ccwctl info DEV",
			      ccw_id_format(subchannel, name));
		return bus_error_set(error, r, &fault);
	}
	return reply_device(message, userdata, id, error);
}

/* A VFIO node is known from the lease that it belongs to: its group is no child of the device. */
static const struct device *find_vfio_node(struct broker *broker, const char *path)
{
	struct lease *lease = NULL;
	struct device *device;

	while ((lease = broker_next_lease(broker, lease))) {
		device = registry_peek(broker_registry(broker), lease->device);
		if (device && strcmp(device->vfio_path, path) == 0)
			return device;
	}
	return NULL;
}

int bus_lookup_by_node(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const struct device *device;
	struct fault fault = {};
	const char *path;
	struct ccw_id id;
	int r;

	r = sd_bus_message_read(message, "s", &path);
	if (r < 0)
		return r;
	if (!locate_path_is_valid(path)) {
		r = fault_set(
			&fault, FAULT_INVALID_ARGS,
			"\"%.*s\" is no node; one is like /dev/dasda, and has at most %d bytes",
			SHOWN_BYTES, path, LIMIT_NODE_PATH_BYTES);
		return bus_error_set(error, r, &fault);
	}
	device = find_vfio_node(userdata, path);
	if (device)
		return reply_path(message, device);
	r = locate_node(broker_sysfs(userdata), path, &id);
	if (r >= 0)
		return reply_device(message, userdata, id, error);
	r = fault_set(&fault, FAULT_NO_SUCH_DEVICE,
		      r == -ENOENT ? "there is no node %s" : "%s is no node of a channel device",
		      path);
	return bus_error_set(error, r, &fault);
}
