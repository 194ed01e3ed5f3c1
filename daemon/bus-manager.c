/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the interface org.ccwbroker1.Manager: reads and checks arguments, looks up, passes on,
 * replies. Decides nothing.
 */
#include "bus-manager.h"

#include <errno.h>
#include <string.h>

#include "bus-acquire.h"
#include "bus-device.h"
#include "bus-dict.h"
#include "bus-error.h"
#include "bus-lease.h"
#include "bus-peer.h"
#include "device-set.h"
#include "ignored.h"
#include "log.h"
#include "names.h"

#define SHOWN_BYTES 64 /* of a caller's argument in our answer */

struct filter {
	const char *type;
	const char *state;
	int leased; /* -1: any */
};

static int read_filter(sd_bus_message *message, struct filter *filter, struct fault *fault)
{
	static const struct bus_key keys[] = {
		{ CCWB_FILTER_TYPE, 's', offsetof(struct filter, type) },
		{ CCWB_FILTER_STATE, 's', offsetof(struct filter, state) },
		{ CCWB_FILTER_LEASED, 'b', offsetof(struct filter, leased) },
	};
	int r;

	r = bus_dict_read(message, "filter key", keys, ARRAY_SIZE(keys), filter, fault);
	if (r < 0)
		return r;
	if (filter->type && !device_set_type_is_valid(filter->type))
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "filter key \"" CCWB_FILTER_TYPE
				 "\" must be like 3490, 3490/50 or 3490/*, not %.*s",
				 SHOWN_BYTES, filter->type);
	if (filter->state && !device_condition_is_valid(filter->state))
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "filter key \"" CCWB_FILTER_STATE "\": there is no state %.*s",
				 SHOWN_BYTES, filter->state);
	return bus_dict_read_flags(message, fault);
}

static bool filter_matches(const struct filter *filter, const struct device *device)
{
	bool is_leased = device->lease && device->lease->is_announced;

	if (filter->type && !device_set_type_matches(filter->type, device->facts.device_type) &&
	    !device_set_type_matches(filter->type, device->facts.control_unit))
		return false;
	if (filter->state && strcmp(filter->state, device_condition(device)) != 0)
		return false;
	return filter->leased < 0 || (filter->leased != 0) == is_leased;
}

static int append_device(sd_bus_message *reply, const struct device *device)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = bus_device_path(device, &path);
	if (r < 0)
		return r;
	return sd_bus_message_append(reply, "(sssso)", device->name, device_type(device),
				     device_condition(device), device->facts.driver, path);
}

/* What the kernel tells nobody of is looked up, unless that takes long. */
static void refresh_few(struct registry *registry)
{
	size_t n;

	if (registry_count(registry) > LIMIT_LIST_FRESH)
		return;
	for (n = 0; n < registry_count(registry); n++)
		registry_refresh_status(registry, registry_at(registry, n));
}

static int method_list_devices(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct registry *registry = broker_registry(userdata);
	struct filter filter = { .leased = -1 };
	struct fault fault = {};
	size_t n;
	int r;

	r = read_filter(message, &filter, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	refresh_few(registry);
	r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(sssso)");
	for (n = 0; r >= 0 && n < registry_count(registry); n++)
		if (filter_matches(&filter, registry_at(registry, n)))
			r = append_device(reply, registry_at(registry, n));
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}

static int read_id(sd_bus_message *message, struct ccw_id *ret, struct fault *fault)
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

static int method_get_device(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_free_ char *path = NULL;
	struct fault fault = {};
	struct device *device;
	struct ccw_id id;
	int r;

	r = read_id(message, &id, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	device = broker_find_device(userdata, id, &fault);
	if (!device)
		return bus_error_set(error, -ENOENT, &fault);
	r = bus_device_path(device, &path);
	if (r < 0)
		return r;
	return sd_bus_reply_method_return(message, "o", path);
}

static int method_acquire_device(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct fault fault = {};
	struct ccw_id id;
	int r;

	r = read_id(message, &id, &fault);
	if (r >= 0)
		r = bus_acquire(userdata, id, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

static int method_release_lease(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct fault fault = {};
	const char *id;
	int r;

	r = sd_bus_message_read(message, "s", &id);
	if (r >= 0 && !lease_id_is_valid(id))
		r = fault_set(&fault, FAULT_INVALID_ARGS,
			      "\"%.*s\" is no lease id; see ccwctl leases", SHOWN_BYTES, id);
	if (r >= 0)
		r = bus_lease_release(userdata, id, message, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

static int append_lease(sd_bus_message *reply, const struct lease *lease)
{
	char device[CCW_ID_STRING_SIZE];
	_cleanup_free_ char *path = NULL;
	int r;

	r = bus_lease_path(lease, &path);
	if (r < 0)
		return r;
	return sd_bus_message_append(reply, "(ssussto)", lease->id,
				     ccw_id_format(lease->device, device), (uint32_t)lease->uid,
				     lease->who, lease_state_to_string(lease->state), lease->since,
				     path);
}

static int method_list_leases(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct lease *lease = NULL;
	struct fault fault = {};
	int r;

	r = bus_dict_read_flags(message, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	r = sd_bus_message_new_method_return(message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(ssussto)");
	while (r >= 0 && (lease = broker_next_lease(userdata, lease)))
		r = append_lease(reply, lease);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	return r < 0 ? r : sd_bus_message_send(reply);
}

static int method_reload(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct fault fault = {};
	uid_t uid;
	int r;

	r = bus_peer_uid(message, &uid);
	if (r < 0)
		return r;
	if (uid != 0)
		r = fault_set(&fault, FAULT_ACCESS_DENIED, "only root may reload the policy");
	else
		r = broker_reload(userdata, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	return sd_bus_reply_method_return(message, NULL);
}

static int property_version(sd_bus *bus, const char *path, const char *interface,
			    const char *property, sd_bus_message *reply, void *userdata,
			    sd_bus_error *error)
{
	return sd_bus_message_append(reply, "s", PACKAGE_VERSION);
}

static int property_features(sd_bus *bus, const char *path, const char *interface,
			     const char *property, sd_bus_message *reply, void *userdata,
			     sd_bus_error *error)
{
	return sd_bus_message_append(reply, "as", 3, CCWB_FEATURE_GROUP, CCWB_FEATURE_IOMMUFD,
				     CCWB_FEATURE_PATH);
}

static int property_ignored(sd_bus *bus, const char *path, const char *interface,
			    const char *property, sd_bus_message *reply, void *userdata,
			    sd_bus_error *error)
{
	_cleanup_free_ char *ignored = NULL;
	char line[2 * CCW_ID_STRING_SIZE];
	const char *at;
	int r, n;

	r = broker_read_ignored(userdata, &ignored);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "s");
	at = ignored;
	for (n = 0; r >= 0 && n < LIMIT_IGNORED && ignored_next(&at, line); n++)
		r = sd_bus_message_append(reply, "s", line);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int property_n_leases(sd_bus *bus, const char *path, const char *interface,
			     const char *property, sd_bus_message *reply, void *userdata,
			     sd_bus_error *error)
{
	return sd_bus_message_append(reply, "u", broker_count_leases(userdata));
}

#define ANYBODY SD_BUS_VTABLE_UNPRIVILEGED /* the handler, or what it calls, asks who it is */

static const sd_bus_vtable manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("ListDevices", SD_BUS_ARGS("a{sv}", filter, "t", flags),
				SD_BUS_RESULT("a(sssso)", devices), method_list_devices, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("GetDevice", SD_BUS_ARGS("s", id), SD_BUS_RESULT("o", device),
				method_get_device, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("AcquireDevice", SD_BUS_ARGS("s", id, "a{sv}", options),
				SD_BUS_RESULT("o", lease, "a{sh}", fds, "a{sv}", info),
				method_acquire_device, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("ReleaseLease", SD_BUS_ARGS("s", lease, "t", flags),
				SD_BUS_NO_RESULT, method_release_lease, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("ListLeases", SD_BUS_ARGS("t", flags),
				SD_BUS_RESULT("a(ssussto)", leases), method_list_leases, ANYBODY),
	SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_reload, ANYBODY),
	SD_BUS_PROPERTY("Version", "s", property_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Features", "as", property_features, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Ignored", "as", property_ignored, 0, 0),
	SD_BUS_PROPERTY("NLeases", "u", property_n_leases, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_SIGNAL_WITH_ARGS("DeviceNew", SD_BUS_ARGS("s", id, "o", device), 0),
	SD_BUS_SIGNAL_WITH_ARGS("DeviceRemoved", SD_BUS_ARGS("s", id, "o", device), 0),
	SD_BUS_SIGNAL_WITH_ARGS("LeaseNew", SD_BUS_ARGS("s", lease, "s", device_id, "o", path), 0),
	SD_BUS_SIGNAL_WITH_ARGS("LeaseRemoved",
				SD_BUS_ARGS("s", lease, "s", device_id, "o", path, "s", reason), 0),
	SD_BUS_VTABLE_END,
};

int bus_manager_register(sd_bus *bus, struct broker *broker)
{
	return sd_bus_add_object_vtable(bus, NULL, CCWB_PATH, CCWB_IFACE_MANAGER, manager_vtable,
					broker);
}
