/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl leases`: who has which device since when.
 */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "call.h"
#include "lease-list.h"
#include "show.h"

#define LIFETIME_USUAL "lease-fd"
#define PROFILE_USUAL  "full"

static const char *const headings[] = { "LEASE",   "DEVICE", "USER", "STATE", "LIFETIME",
					"PROFILE", "SINCE",  "WHO",  NULL };

/* NULL for what needs no words. */
static const char *unusual(const char *text, const char *usual)
{
	return text && strcmp(text, usual) ? text : NULL;
}

static int add_row(struct show_table *table, const struct lease_row *row)
{
	_cleanup_free_ char *since = NULL;
	int r;

	r = show_time(row->since_usec, &since);
	if (r == -ENOMEM)
		return r;
	r = show_table_add(table, row->id);
	if (r >= 0)
		r = show_table_add(table, row->device);
	if (r >= 0)
		r = show_table_add(table, row->user);
	if (r >= 0)
		r = show_table_add(table, row->state);
	if (r >= 0)
		r = show_table_add(table, unusual(row->lifetime, LIFETIME_USUAL));
	if (r >= 0)
		r = show_table_add(table, unusual(row->profile, PROFILE_USUAL));
	if (r >= 0)
		r = show_table_add(table, since);
	if (r >= 0)
		r = show_table_add(table, row->who);
	return r;
}

static int print_table(const struct options *options, const struct lease_list *list)
{
	_cleanup_(show_table_freep) struct show_table *table = NULL;
	int r;

	r = show_table_new(headings, &table);
	if (r < 0)
		return r;
	for (size_t i = 0; i < list->n; i++) {
		r = add_row(table, &list->rows[i]);
		if (r < 0)
			return r;
	}
	show_table_print(table, stdout, options->no_legend);
	return 0;
}

static struct json_object *to_json(const struct lease_list *list)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < list->n; i++)
		json_object_array_add(array, lease_list_row_to_json(&list->rows[i]));
	return array;
}

enum exit_code verb_leases(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(lease_list_freep) struct lease_list *list = NULL;
	enum exit_code code;

	code = call_open(&bus);
	if (!code)
		code = lease_list_fetch(bus, &list);
	for (size_t i = 0; !code && !options->quiet && i < list->n; i++) {
		int r = lease_list_fetch_terms(bus, &list->rows[i]);

		if (r < 0)
			code = call_bad_reply("list leases", r);
	}
	if (code)
		return code;
	if (options->json)
		return show_json(stdout, to_json(list), options->json);
	if (options->quiet) {
		for (size_t i = 0; i < list->n; i++)
			puts(list->rows[i].id);
		return EXIT_CODE_OK;
	}
	if (print_table(options, list) < 0) {
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	return EXIT_CODE_OK;
}
