/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the interface org.ccwbroker1.Device: one object for each device of the registry. Only
 * reads, but for passing calls on that do more.
 */
#include "bus-device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bus-acquire.h"
#include "bus-definition.h"
#include "bus-describe.h"
#include "bus-dict.h"
#include "bus-error.h"
#include "bus-lease.h"
#include "bus-users.h"
#include "channel-path.h"
#include "kind.h"
#include "names.h"
#include "text.h"

int bus_device_path(const struct device *device, char **ret)
{
	return sd_bus_path_encode(CCWB_PATH_DEVICE, device->name, ret);
}

static int method_acquire(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const struct device *device = userdata;
	sd_bus_slot *slot = sd_bus_get_current_slot(sd_bus_message_get_bus(message));
	struct fault fault = {};
	int r;

	r = bus_acquire(sd_bus_slot_get_userdata(slot), device->id, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

static int method_set_autostart(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	sd_bus_slot *slot = sd_bus_get_current_slot(sd_bus_message_get_bus(message));
	struct fault fault = {};
	int r;

	r = bus_definition_set_autostart(sd_bus_slot_get_userdata(slot), userdata, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

static int method_get_users(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	sd_bus_slot *slot = sd_bus_get_current_slot(sd_bus_message_get_bus(message));
	struct fault fault = {};
	int r;

	r = bus_users(sd_bus_slot_get_userdata(slot), userdata, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

#define STRING_PROPERTY(name, value)                                                               \
	static int property_##name(sd_bus *bus, const char *path, const char *interface,           \
				   const char *property, sd_bus_message *reply, void *userdata,    \
				   sd_bus_error *error)                                            \
	{                                                                                          \
		const struct device *device = userdata;                                            \
                                                                                                   \
		return sd_bus_message_append(reply, "s", value);                                   \
	}

STRING_PROPERTY(id, device->name)
STRING_PROPERTY(subchannel, device->facts.subchannel)
STRING_PROPERTY(device_type, device->facts.device_type)
STRING_PROPERTY(control_unit, device->facts.control_unit)
STRING_PROPERTY(kind, kind_of(device->facts.device_type, device->facts.control_unit))
STRING_PROPERTY(driver, device->facts.driver)
STRING_PROPERTY(original_driver, device_origin_driver(device))
STRING_PROPERTY(state, device_condition(device))
STRING_PROPERTY(sysfs_path, device->is_present ? device->sysfs_path : "")

#define BOOLEAN_PROPERTY(name, value)                                                              \
	static int property_##name(sd_bus *bus, const char *path, const char *interface,           \
				   const char *property, sd_bus_message *reply, void *userdata,    \
				   sd_bus_error *error)                                            \
	{                                                                                          \
		const struct device *device = userdata;                                            \
                                                                                                   \
		return sd_bus_message_append(reply, "b", (int)(value));                            \
	}

BOOLEAN_PROPERTY(online, device->facts.is_online)
BOOLEAN_PROPERTY(defined, device->is_defined)
BOOLEAN_PROPERTY(autostart, device->is_autostart)

static int property_state_reason(sd_bus *bus, const char *path, const char *interface,
				 const char *property, sd_bus_message *reply, void *userdata,
				 sd_bus_error *error)
{
	const struct device *device = userdata;
	const char *text;
	enum fault_code reason = device_reason(device, &text);

	return sd_bus_message_append(reply, "(ss)", fault_code_to_string(reason), text);
}

static int property_lease(sd_bus *bus, const char *path, const char *interface,
			  const char *property, sd_bus_message *reply, void *userdata,
			  sd_bus_error *error)
{
	const struct device *device = userdata;
	_cleanup_free_ char *lease = NULL;
	int r;

	if (!device->lease || !device->lease->is_announced)
		return sd_bus_message_append(reply, "o", CCWB_PATH_NONE);
	r = sd_bus_path_encode(CCWB_PATH_LEASE, device->lease->id, &lease);
	if (r < 0)
		return r;
	return sd_bus_message_append(reply, "o", lease);
}

static int property_vfio_path(sd_bus *bus, const char *path, const char *interface,
			      const char *property, sd_bus_message *reply, void *userdata,
			      sd_bus_error *error)
{
	const struct device *device = userdata;

	return sd_bus_message_append(reply, "s", device->vfio_path);
}

static int property_channel_paths(sd_bus *bus, const char *path, const char *interface,
				  const char *property, sd_bus_message *reply, void *userdata,
				  sd_bus_error *error)
{
	struct broker *broker = sd_bus_slot_get_userdata(sd_bus_get_current_slot(bus));
	const struct device *device = userdata;
	struct channel_path paths[CHANNEL_PATHS_MAX];
	size_t count, n;
	int r;

	count = channel_path_read(broker_sysfs(broker), device->id, paths);
	r = sd_bus_message_open_container(reply, 'a', "(yyb)");
	for (n = 0; r >= 0 && n < count; n++)
		r = sd_bus_message_append(reply, "(yyb)", paths[n].position, paths[n].chpid,
					  (int)paths[n].is_usable);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

#define EMITS SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define CONST SD_BUS_VTABLE_PROPERTY_CONST

static const sd_bus_vtable device_properties[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Id", "s", property_id, 0, CONST),
	SD_BUS_PROPERTY("Subchannel", "s", property_subchannel, 0, EMITS),
	SD_BUS_PROPERTY("DeviceType", "s", property_device_type, 0, EMITS),
	SD_BUS_PROPERTY("ControlUnit", "s", property_control_unit, 0, EMITS),
	SD_BUS_PROPERTY("Kind", "s", property_kind, 0, EMITS),
	SD_BUS_PROPERTY("Driver", "s", property_driver, 0, EMITS),
	SD_BUS_PROPERTY("OriginalDriver", "s", property_original_driver, 0, EMITS),
	SD_BUS_PROPERTY("Online", "b", property_online, 0, EMITS),
	SD_BUS_PROPERTY("State", "s", property_state, 0, EMITS),
	SD_BUS_PROPERTY("StateReason", "(ss)", property_state_reason, 0, EMITS),
	SD_BUS_PROPERTY("Defined", "b", property_defined, 0, EMITS),
	SD_BUS_PROPERTY("Autostart", "b", property_autostart, 0, EMITS),
	SD_BUS_PROPERTY("Lease", "o", property_lease, 0, EMITS),
	SD_BUS_PROPERTY("SysfsPath", "s", property_sysfs_path, 0, EMITS),
	SD_BUS_PROPERTY("VfioPath", "s", property_vfio_path, 0, EMITS),
	/* only for who asks: each is two more files to read, of thousands of devices */
	SD_BUS_PROPERTY("ChannelPaths", "a(yyb)", property_channel_paths, 0,
			SD_BUS_VTABLE_PROPERTY_EXPLICIT),
	SD_BUS_VTABLE_END,
};

/* The lease is told in full: who asks for a device wants to know who has it. */
int bus_device_describe(sd_bus *bus, struct device *device, struct json_object **ret)
{
	_cleanup_json_ struct json_object *object = NULL;
	struct json_object *lease = NULL;
	int r;

	r = bus_describe(bus, device_properties, device, &object);
	if (r >= 0 && device->lease && device->lease->is_announced)
		r = bus_lease_describe(bus, device->lease, &lease);
	if (r < 0)
		return r;
	if (json_object_object_add(object, "lease", lease) < 0) {
		json_object_put(lease);
		return -ENOMEM;
	}
	*ret = TAKE_PTR(object);
	return 0;
}

static int method_describe(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct json_object *object;
	struct fault fault = {};
	int r;

	r = bus_dict_read_flags(message, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	r = bus_device_describe(sd_bus_message_get_bus(message), userdata, &object);
	return r < 0 ? r : bus_describe_reply(message, object);
}

static const sd_bus_vtable device_methods[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Acquire", SD_BUS_ARGS("a{sv}", options),
				SD_BUS_RESULT("o", lease, "a{sh}", fds, "a{sv}", info),
				method_acquire, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetAutostart", SD_BUS_ARGS("b", autostart, "t", flags),
				SD_BUS_NO_RESULT, method_set_autostart, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetUsers", SD_BUS_ARGS("t", flags), SD_BUS_RESULT("a(sss)", users),
				method_get_users, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Describe", SD_BUS_ARGS("t", flags), SD_BUS_RESULT("s", json),
				method_describe, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

void bus_device_emit_changes(sd_bus *bus, const struct device *device, unsigned int changes)
{
	static const struct {
		unsigned int change;
		const char *property;
	} table[] = {
		{ DEVICE_CHANGED_SUBCHANNEL, "Subchannel" },
		{ DEVICE_CHANGED_SUBCHANNEL, "SysfsPath" },
		{ DEVICE_CHANGED_TYPE, "DeviceType" },
		{ DEVICE_CHANGED_TYPE, "ControlUnit" },
		{ DEVICE_CHANGED_TYPE, "Kind" },
		{ DEVICE_CHANGED_DRIVER, "Driver" },
		{ DEVICE_CHANGED_DRIVER | DEVICE_CHANGED_LEASE, "OriginalDriver" },
		{ DEVICE_CHANGED_ONLINE, "Online" },
		{ DEVICE_CHANGED_STATE | DEVICE_CHANGED_AVAILABILITY | DEVICE_CHANGED_DRIVER,
		  "State" },
		{ DEVICE_CHANGED_STATE | DEVICE_CHANGED_AVAILABILITY, "StateReason" },
		{ DEVICE_CHANGED_DEFINITION, "Defined" },
		{ DEVICE_CHANGED_DEFINITION, "Autostart" },
		{ DEVICE_CHANGED_LEASE, "Lease" },
		{ DEVICE_CHANGED_LEASE, "VfioPath" },
	};
	char *names[ARRAY_SIZE(table) + 1];
	_cleanup_free_ char *path = NULL;
	size_t n, count = 0;

	for (n = 0; n < ARRAY_SIZE(table); n++)
		if (changes & table[n].change)
			names[count++] = (char *)table[n].property;
	names[count] = NULL;
	if (count == 0 || bus_device_path(device, &path) < 0)
		return;
	/* who misses a signal can still ask */
	(void)sd_bus_emit_properties_changed_strv(bus, path, CCWB_IFACE_DEVICE, names);
}

static int find(sd_bus *bus, const char *path, const char *interface, void *userdata,
		void **ret_found, sd_bus_error *error)
{
	_cleanup_free_ char *name = NULL;
	char canonical[CCW_ID_STRING_SIZE];
	struct device *device;
	struct ccw_id id;
	int r;

	r = sd_bus_path_decode(path, CCWB_PATH_DEVICE, &name);
	if (r <= 0)
		return r;
	/* one object has one path: no short forms here */
	if (ccw_id_parse(name, &id) < 0 || strcmp(ccw_id_format(id, canonical), name) != 0)
		return 0;
	device = registry_peek(broker_registry(userdata), id);
	if (!device)
		return 0;
	registry_refresh_status(broker_registry(userdata), device);
	*ret_found = device;
	return 1;
}

static int enumerate(sd_bus *bus, const char *prefix, void *userdata, char ***ret_nodes,
		     sd_bus_error *error)
{
	const struct registry *registry = broker_registry(userdata);
	size_t count = registry_count(registry), n;
	_cleanup_(text_list_freep) char **nodes = NULL;
	int r;

	/* the bus would cut off whoever sends it a longer message */
	if (count > LIMIT_OBJECTS)
		return sd_bus_error_setf(error, CCWB_ERROR_LIMITS_EXCEEDED,
					 "there are %zu devices, and one message has room for %d; "
					 "use ListDevices",
					 count, LIMIT_OBJECTS);
	nodes = calloc(count + 1, sizeof(*nodes));
	if (!nodes)
		return -ENOMEM;
	for (n = 0; n < count; n++) {
		r = bus_device_path(registry_at(registry, n), &nodes[n]);
		if (r < 0)
			return r;
	}
	*ret_nodes = TAKE_PTR(nodes);
	return 0;
}

int bus_device_register(sd_bus *bus, struct broker *broker)
{
	int r;

	r = sd_bus_add_fallback_vtable(bus, NULL, CCWB_PATH_DEVICE, CCWB_IFACE_DEVICE,
				       device_properties, find, broker);
	if (r < 0)
		return r;
	r = sd_bus_add_fallback_vtable(bus, NULL, CCWB_PATH_DEVICE, CCWB_IFACE_DEVICE,
				       device_methods, find, broker);
	if (r < 0)
		return r;
	return sd_bus_add_node_enumerator(bus, NULL, CCWB_PATH_DEVICE, enumerate, broker);
}
