/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl leases`: who has which device since when.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "describe.h"
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

/* One that has just ended is left out. */
static enum exit_code print_json(sd_bus *bus, const struct options *options,
				 const struct lease_list *list)
{
	_cleanup_(describe_putp) struct json_object *array = json_object_new_array();
	enum exit_code code = EXIT_CODE_OK;
	struct json_object *lease;

	for (size_t i = 0; array && !code && i < list->n; i++) {
		code = describe_lease(bus, "list leases", list->rows[i].id, &lease);
		if (!code && lease && json_object_array_add(array, lease) < 0)
			code = call_bad_reply("list leases", -ENOMEM);
	}
	return code ? code : show_json(stdout, TAKE_PTR(array), options->json);
}

enum exit_code verb_leases(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(lease_list_freep) struct lease_list *list = NULL;
	enum exit_code code;

	code = call_open(&bus);
	if (!code)
		code = lease_list_fetch(bus, &list);
	if (!code && options->json)
		return print_json(bus, options, list);
	for (size_t i = 0; !code && !options->quiet && i < list->n; i++) {
		int r = lease_list_fetch_terms(bus, &list->rows[i]);

		if (r < 0)
			code = call_bad_reply("list leases", r);
	}
	if (code)
		return code;
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
