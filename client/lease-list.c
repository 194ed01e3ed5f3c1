/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the list of leases as the broker tells it, for every verb that shows who has what.
 */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "call.h"
#include "lease-list.h"
#include "names.h"
#include "properties.h"
#include "show.h"

static const struct property terms_properties[] = {
	{ "Lifetime", PROPERTY_STRING, offsetof(struct lease_row, lifetime) },
	{ "Profile", PROPERTY_STRING, offsetof(struct lease_row, profile) },
	{ "Rule", PROPERTY_STRING, offsetof(struct lease_row, rule) },
	{},
};

struct lease_list *lease_list_free(struct lease_list *list)
{
	if (!list)
		return NULL;
	for (size_t i = 0; i < list->n; i++) {
		free(list->rows[i].id);
		free(list->rows[i].device);
		free(list->rows[i].user);
		free(list->rows[i].who);
		free(list->rows[i].state);
		free(list->rows[i].path);
		properties_free(terms_properties, &list->rows[i]);
	}
	free(list->rows);
	free(list->by_device);
	free(list);
	return NULL;
}

static int add_row(struct lease_list *list, const struct lease_row *borrowed)
{
	struct lease_row *rows = reallocarray(list->rows, list->n + 1, sizeof(*rows)), *row;
	int r;

	if (!rows)
		return -ENOMEM;
	list->rows = rows;
	row = &rows[list->n++];
	*row = (struct lease_row){
		.id = strdup(borrowed->id),
		.device = strdup(borrowed->device),
		.uid = borrowed->uid,
		.who = strdup(borrowed->who),
		.state = strdup(borrowed->state),
		.since_usec = borrowed->since_usec,
		.path = strdup(borrowed->path),
	};
	r = show_user(row->uid, &row->user);
	if (r < 0)
		return r;
	return row->id && row->device && row->who && row->state && row->path ? 0 : -ENOMEM;
}

static int compare_devices(const void *a, const void *b)
{
	return strcmp((*(struct lease_row *const *)a)->device,
		      (*(struct lease_row *const *)b)->device);
}

/* A table of many devices looks for each. */
static int sort_by_device(struct lease_list *list)
{
	list->by_device = calloc(list->n + 1, sizeof(*list->by_device));
	if (!list->by_device)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		list->by_device[i] = &list->rows[i];
	qsort(list->by_device, list->n, sizeof(*list->by_device), compare_devices);
	return 0;
}

int lease_list_read(sd_bus_message *reply, struct lease_list **ret)
{
	_cleanup_(lease_list_freep) struct lease_list *list = calloc(1, sizeof(*list));
	int r;

	if (!list)
		return -ENOMEM;
	r = sd_bus_message_enter_container(reply, 'a', "(ssussto)");
	if (r < 0)
		return r;
	for (;;) {
		struct lease_row row;

		r = sd_bus_message_read(reply, "(ssussto)", &row.id, &row.device, &row.uid,
					&row.who, &row.state, &row.since_usec, &row.path);
		if (r < 0)
			return r;
		if (r == 0)
			break;
		r = add_row(list, &row);
		if (r < 0)
			return r;
	}
	r = sd_bus_message_exit_container(reply);
	if (r >= 0)
		r = sort_by_device(list);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(list);
	return 0;
}

enum exit_code lease_list_fetch(sd_bus *bus, struct lease_list **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	enum exit_code code;
	int r;

	code = call_manager(bus, "list leases", &reply, "ListLeases", "t", (uint64_t)0);
	if (code)
		return code;
	r = lease_list_read(reply, ret);
	if (r < 0)
		return call_bad_reply("list leases", r);
	return EXIT_CODE_OK;
}

int lease_list_fetch_terms(sd_bus *bus, struct lease_row *row)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

	if (call_properties_quietly(bus, row->path, CCWB_IFACE_LEASE, &reply) < 0)
		return 0; /* it ended, or the next call of the Manager says what is wrong */
	return properties_read(reply, terms_properties, row);
}

struct lease_row *lease_list_find(const struct lease_list *list, const char *device)
{
	struct lease_row key = { .device = (char *)device }, *at = &key, **found;

	found = bsearch(&at, list->by_device, list->n, sizeof(*list->by_device), compare_devices);
	return found ? *found : NULL;
}

struct json_object *lease_list_row_to_json(const struct lease_row *row)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	json_object_object_add(object, "lease", json_object_new_string(row->id));
	json_object_object_add(object, "device", json_object_new_string(row->device));
	json_object_object_add(object, "uid", json_object_new_int64(row->uid));
	json_object_object_add(object, "user", json_object_new_string(row->user));
	json_object_object_add(object, "who", json_object_new_string(row->who));
	json_object_object_add(object, "state", json_object_new_string(row->state));
	json_object_object_add(object, "since_usec",
			       json_object_new_int64((int64_t)row->since_usec));
	if (row->lifetime)
		json_object_object_add(object, "lifetime", json_object_new_string(row->lifetime));
	if (row->profile)
		json_object_object_add(object, "profile", json_object_new_string(row->profile));
	if (row->rule)
		json_object_object_add(object, "rule",
				       *row->rule ? json_object_new_string(row->rule) : NULL);
	return object;
}
