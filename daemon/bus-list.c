/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the listings of devices and leases, and what a listing can be restricted to.
 */
#include "bus-list.h"

#include <errno.h>
#include <string.h>

#include "broker.h"
#include "bus-device.h"
#include "bus-dict.h"
#include "bus-error.h"
#include "bus-lease.h"
#include "device-set.h"
#include "limits.h"
#include "names.h"
#include "text.h"

#define SHOWN_BYTES 64 /* of a caller's argument in our answer */

struct filter {
	const char *type;
	const char *state;
	int leased; /* -1: any */
	char **ids; /* NULL or empty: all */
	struct id_range {
		struct ccw_id first, last;
	} ranges[LIMIT_FILTER_IDS];
	size_t n_ranges;
};

static int read_ids(struct filter *filter, struct fault *fault)
{
	struct id_range *range;
	char **id;

	for (id = filter->ids; id && *id; id++) {
		if (filter->n_ranges == LIMIT_FILTER_IDS)
			return fault_set(fault, FAULT_LIMITS_EXCEEDED,
					 "filter key \"" CCWB_FILTER_IDS
					 "\" has room for %d ids and ranges",
					 LIMIT_FILTER_IDS);
		range = &filter->ranges[filter->n_ranges++];
		if (ccw_id_parse_range(*id, &range->first, &range->last) < 0)
			return fault_set(fault, FAULT_INVALID_ARGS,
					 "filter key \"" CCWB_FILTER_IDS
					 "\": \"%.*s\" is no id like 0.0.0580, nor a range",
					 SHOWN_BYTES, *id);
	}
	return 0;
}

static bool filter_has_id(const struct filter *filter, struct ccw_id id)
{
	size_t n;

	for (n = 0; n < filter->n_ranges; n++)
		if (ccw_id_is_in_range(id, filter->ranges[n].first, filter->ranges[n].last))
			return true;
	return filter->n_ranges == 0;
}

static int read_filter(sd_bus_message *message, struct filter *filter, struct fault *fault)
{
	static const struct bus_key keys[] = {
		{ CCWB_FILTER_TYPE, 's', offsetof(struct filter, type) },
		{ CCWB_FILTER_STATE, 's', offsetof(struct filter, state) },
		{ CCWB_FILTER_LEASED, 'b', offsetof(struct filter, leased) },
		{ CCWB_FILTER_IDS, 'a', offsetof(struct filter, ids) },
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
	r = read_ids(filter, fault);
	return r < 0 ? r : bus_dict_read_flags(message, fault);
}

static bool filter_matches(const struct filter *filter, const struct device *device)
{
	bool is_leased = device->lease && device->lease->is_announced;

	if (filter->type && !device_set_type_matches(filter->type, device->facts.device_type) &&
	    !device_set_type_matches(filter->type, device->facts.control_unit))
		return false;
	if (filter->state && strcmp(filter->state, device_condition(device)) != 0)
		return false;
	if (!filter_has_id(filter, device->id))
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

int bus_list_devices(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct registry *registry = broker_registry(userdata);
	struct filter filter = { .leased = -1 };
	struct fault fault = {};
	size_t n;
	int r;

	r = read_filter(message, &filter, &fault);
	text_list_free(filter.ids);
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

int bus_list_leases(sd_bus_message *message, void *userdata, sd_bus_error *error)
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
