/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the whole state as one JSON text: in a message, or in a sealed file for root when there is
 * too much for one.
 */
#include "bus-state.h"

#include <errno.h>

#include "broker.h"
#include "bus-about.h"
#include "bus-describe.h"
#include "bus-device.h"
#include "bus-dict.h"
#include "bus-error.h"
#include "bus-hold.h"
#include "bus-lease.h"
#include "limits.h"
#include "names.h"

/* Gives object away in any case. */
static int append(struct json_object *list, struct json_object *object_take)
{
	if (json_object_array_add(list, object_take) >= 0)
		return 0;
	json_object_put(object_take);
	return -ENOMEM;
}

/* Likewise with list. */
static int add_list(struct json_object *all, const char *key, struct json_object *list_take)
{
	if (json_object_object_add(all, key, list_take) >= 0)
		return 0;
	json_object_put(list_take);
	return -ENOMEM;
}

static int add_devices(sd_bus *bus, struct broker *broker, struct json_object *all)
{
	_cleanup_json_ struct json_object *list = json_object_new_array();
	struct registry *registry = broker_registry(broker);
	struct json_object *object;
	size_t n;
	int r = list ? 0 : -ENOMEM;

	for (n = 0; r >= 0 && n < registry_count(registry); n++) {
		r = bus_device_describe(bus, registry_at(registry, n), &object);
		if (r >= 0)
			r = append(list, object);
	}
	return r < 0 ? r : add_list(all, "devices", TAKE_PTR(list));
}

static int add_leases(sd_bus *bus, struct broker *broker, struct json_object *all)
{
	_cleanup_json_ struct json_object *list = json_object_new_array();
	struct json_object *object;
	struct lease *lease = NULL;
	int r = list ? 0 : -ENOMEM;

	while (r >= 0 && (lease = broker_next_lease(broker, lease))) {
		r = bus_lease_describe(bus, lease, &object);
		if (r >= 0)
			r = append(list, object);
	}
	return r < 0 ? r : add_list(all, "leases", TAKE_PTR(list));
}

static int add_objects(sd_bus *bus, struct broker *broker, struct json_object *all)
{
	int r;

	r = add_devices(bus, broker, all);
	return r < 0 ? r : add_leases(bus, broker, all);
}

static int describe(sd_bus *bus, struct broker *broker, bool has_objects, struct json_object **ret)
{
	_cleanup_json_ struct json_object *all = NULL;
	int r;

	r = bus_about_describe(bus, broker, &all);
	if (r >= 0 && has_objects)
		r = add_objects(bus, broker, all);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(all);
	return 0;
}

int bus_state_describe(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	size_t count = registry_count(broker_registry(userdata));
	struct json_object *object;
	struct fault fault = {};
	uint64_t flags;
	int r;

	r = bus_dict_read_flags_of(message, CCWB_DESCRIBE_OBJECTS, &flags, &fault);
	if (r >= 0 && (flags & CCWB_DESCRIBE_OBJECTS) && count > LIMIT_OBJECTS)
		r = fault_set(&fault, FAULT_LIMITS_EXCEEDED,
			      "there are %zu devices, and one message has room for %d; root can "
			      "use DumpState",
			      count, LIMIT_OBJECTS);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	r = describe(sd_bus_message_get_bus(message), userdata, flags & CCWB_DESCRIBE_OBJECTS,
		     &object);
	return r < 0 ? r : bus_describe_reply(message, object);
}

int bus_state_dump(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct json_object *object;
	struct fault fault = {};
	uid_t uid;
	int r;

	r = bus_hold_uid(broker_hold(userdata), message, &uid, &fault);
	if (r <= 0)
		return r < 0 ? bus_error_set(error, r, &fault) : 1;
	if (uid != 0) {
		r = fault_set(&fault, FAULT_ACCESS_DENIED,
			      "only root may have the whole state; everybody may call Describe");
		return bus_error_set(error, r, &fault);
	}
	r = describe(sd_bus_message_get_bus(message), userdata, true, &object);
	return r < 0 ? r : bus_describe_reply_fd(message, object);
}
