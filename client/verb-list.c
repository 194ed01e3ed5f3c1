/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl list`: which devices there are and who has them.
 */
#include <errno.h>
#include <json-c/json.h>

#include "call.h"
#include "lease-list.h"
#include "show.h"

struct device_row {
	const char *id;
	const char *type;
	const char *state;
	const char *driver;
	const struct lease_row *lease; /* NULL: nobody's */
};

struct listing {
	const struct options *options;
	const struct lease_list *leases;
	struct show_table *table;  /* with neither of the next two */
	struct json_object *array; /* with options->json */
};

static const char *const headings[] = { "ID", "TYPE", "DRIVER", "STATE", "LEASED BY", NULL };

static int add_json(struct json_object *array, const struct device_row *row)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return -ENOMEM;
	json_object_object_add(object, "id", json_object_new_string(row->id));
	json_object_object_add(object, "type", json_object_new_string(row->type));
	json_object_object_add(object, "driver",
			       *row->driver ? json_object_new_string(row->driver) : NULL);
	json_object_object_add(object, "state", json_object_new_string(row->state));
	json_object_object_add(object, "lease",
			       row->lease ? lease_list_row_to_json(row->lease) : NULL);
	return json_object_array_add(array, object) < 0 ? -ENOMEM : 0;
}

static int add_cells(struct show_table *table, const struct device_row *row)
{
	_cleanup_free_ char *holder = NULL;
	int r = 0;

	if (row->lease && asprintf(&holder, "%s (%s)", row->lease->user, row->lease->who) < 0) {
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
	if (listing->array)
		return add_json(listing->array, row);
	if (listing->table)
		return add_cells(listing->table, row);
	puts(row->id);
	return 0;
}

static int read_rows(sd_bus_message *reply, struct listing *listing)
{
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "(sssso)");
	if (r < 0)
		return r;
	for (;;) {
		struct device_row row;

		r = sd_bus_message_read(reply, "(sssso)", &row.id, &row.type, &row.state,
					&row.driver, NULL);
		if (r <= 0)
			return r;
		row.lease = lease_list_find(listing->leases, row.id);
		r = add_row(listing, &row);
		if (r < 0)
			return r;
	}
}

static enum exit_code print_reply(const struct options *options, sd_bus_message *reply,
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
	if (r < 0 || (options->json && !listing.array))
		return call_bad_reply("list devices", -ENOMEM);
	r = read_rows(reply, &listing);
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

enum exit_code verb_list(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(lease_list_freep) struct lease_list *leases = NULL;
	enum exit_code code;

	code = call_open(&bus);
	if (!code)
		code = call_manager(bus, "list devices", &reply, "ListDevices", "a{sv}t", 0,
				    (uint64_t)0);
	if (!code)
		code = lease_list_fetch(bus, &leases);
	if (code)
		return code;
	return print_reply(options, reply, leases);
}
