/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl list`: which devices there are and who has them.
 */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "call.h"
#include "device-list.h"
#include "lease-list.h"
#include "selection.h"
#include "show.h"

struct listing {
	const struct options *options;
	const struct lease_list *leases;
	struct show_table *table;  /* with neither of the next two */
	struct json_object *array; /* with options->json */
};

static const char *const headings[] = { "ID", "TYPE", "DRIVER", "STATE", "LEASED BY", NULL };

static int add_json(struct json_object *array, const struct device_row *row,
		    const struct lease_row *lease)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return -ENOMEM;
	json_object_object_add(object, "id", json_object_new_string(row->id));
	json_object_object_add(object, "type", json_object_new_string(row->type));
	json_object_object_add(object, "driver",
			       *row->driver ? json_object_new_string(row->driver) : NULL);
	json_object_object_add(object, "state", json_object_new_string(row->state));
	json_object_object_add(object, "lease", lease ? lease_list_row_to_json(lease) : NULL);
	return json_object_array_add(array, object) < 0 ? -ENOMEM : 0;
}

static int add_cells(struct show_table *table, const struct device_row *row,
		     const struct lease_row *lease)
{
	_cleanup_free_ char *holder = NULL;
	int r = 0;

	if (lease && asprintf(&holder, "%s (%s)", lease->user, lease->who) < 0) {
		holder = NULL;
		return -ENOMEM;
	}
	r = show_table_add(table, row->id);
	if (r >= 0)
		r = show_table_add(table, row->type);
	if (r >= 0)
		r = show_table_add(table, row->driver);
	if (r >= 0)
		r = show_table_add(table, row->state);
	if (r >= 0)
		r = show_table_add(table, holder);
	return r;
}

static int add_row(struct listing *listing, const struct device_row *row)
{
	const struct lease_row *lease;

	if (!listing->array && !listing->table) {
		puts(row->id);
		return 0;
	}
	lease = lease_list_find(listing->leases, row->id);
	return listing->array ? add_json(listing->array, row, lease)
			      : add_cells(listing->table, row, lease);
}

static enum exit_code print_list(const struct options *options, const struct device_list *list,
				 const struct lease_list *leases)
{
	_cleanup_(show_table_freep) struct show_table *table = NULL;
	struct listing listing = { .options = options, .leases = leases };
	int r = 0;

	if (options->json)
		listing.array = json_object_new_array();
	else if (!options->quiet)
		r = show_table_new(headings, &table);
	listing.table = table;
	if (options->json && !listing.array)
		r = -ENOMEM;
	for (size_t i = 0; r >= 0 && i < list->n; i++)
		r = add_row(&listing, &list->rows[i]);
	if (r < 0) {
		json_object_put(listing.array);
		return call_bad_reply("list devices", r);
	}
	if (listing.array)
		return show_json(stdout, listing.array, options->json);
	if (table)
		show_table_print(table, stdout, options->no_legend);
	return EXIT_CODE_OK;
}

/* Those that are named by their id and are not there; a type or state that is asked for may be why. */
static enum exit_code complain_missing(const struct selection *selection,
				       const struct device_list *list)
{
	unsigned int n_missing = 0;

	for (unsigned int i = 0; i < selection_count(selection); i++) {
		const char *id = selection_get(selection, i);
		size_t n = 0;

		while (n < list->n && strcmp(list->rows[n].id, id) != 0)
			n++;
		if (n < list->n)
			continue;
		call_complain("there is no device %s on this system; see ccwctl list", id);
		n_missing++;
	}
	if (n_missing && list->n)
		return EXIT_CODE_PARTIAL;
	return n_missing ? EXIT_CODE_NOT_FOUND : EXIT_CODE_OK;
}

static enum exit_code fetch_selected(sd_bus *bus, struct selection *selection,
				     struct device_filter *filter, struct device_list **ret)
{
	char *ids[SELECTION_MAX + 1] = {};
	enum exit_code code;

	if (!selection_has_words(selection))
		return device_list_fetch(bus, filter, ret);
	code = selection_resolve(selection, bus);
	if (code)
		return code;
	for (unsigned int i = 0; i < selection_count(selection); i++)
		ids[i] = (char *)selection_get(selection, i);
	filter->ids = ids;
	return device_list_fetch(bus, filter, ret);
}

enum exit_code verb_list(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(selection_freep) struct selection *selection = NULL;
	_cleanup_(device_list_freep) struct device_list *list = NULL;
	_cleanup_(lease_list_freep) struct lease_list *leases = NULL;
	struct device_filter filter = { .types = options->type, .states = options->states };
	enum exit_code code;

	code = selection_new(&row_list, options, arguments->words, arguments->n_words,
			     SELECTION_MAX, &selection);
	if (!code)
		code = call_open(&bus);
	if (!code)
		code = fetch_selected(bus, selection, &filter, &list);
	if (!code)
		code = lease_list_fetch(bus, &leases);
	if (!code)
		code = print_list(options, list, leases);
	if (code || options->type || options->states)
		return code;
	return complain_missing(selection, list);
}
