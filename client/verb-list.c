/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl list`: which devices there are and who has them.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "describe.h"
#include "device-list.h"
#include "lease-list.h"
#include "names.h"
#include "selection.h"
#include "show.h"

/* A list of all has one answer for all; the broker gives 16384 objects in one. */
#define TOGETHER_MAX 8192

static const char *const headings[] = { "ID", "TYPE", "DRIVER", "STATE", "LEASED BY", NULL };

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

static enum exit_code print_list(const struct options *options, const struct device_list *list,
				 const struct lease_list *leases)
{
	_cleanup_(show_table_freep) struct show_table *table = NULL;
	int r;

	r = show_table_new(headings, &table);
	for (size_t i = 0; r >= 0 && i < list->n; i++)
		r = add_cells(table, &list->rows[i], lease_list_find(leases, list->rows[i].id));
	if (r < 0)
		return call_bad_reply("list devices", r);
	show_table_print(table, stdout, options->no_legend);
	return EXIT_CODE_OK;
}

/* What the broker says of each; of all there is one answer. */
static enum exit_code describe_list(sd_bus *bus, const struct device_list *list, bool is_all,
				    struct json_object **ret)
{
	_cleanup_(describe_putp) struct json_object *all = NULL, *array = NULL;
	enum exit_code code = EXIT_CODE_OK;
	struct json_object *devices;

	if (is_all && list->n <= TOGETHER_MAX) {
		code = describe_fetch(bus, "list devices", CCWB_PATH, CCWB_IFACE_MANAGER,
				      CCWB_DESCRIBE_OBJECTS, &all);
		if (!code && !json_object_object_get_ex(all, "devices", &devices))
			return call_bad_reply("list devices", -EBADMSG);
		if (!code)
			*ret = json_object_get(devices);
		return code;
	}
	array = json_object_new_array();
	if (!array)
		return call_bad_reply("list devices", -ENOMEM);
	for (size_t i = 0; !code && i < list->n; i++)
		code = describe_append(bus, "list devices", list->rows[i].path, CCWB_IFACE_DEVICE,
				       array);
	if (!code)
		*ret = TAKE_PTR(array);
	return code;
}

static enum exit_code show(sd_bus *bus, const struct options *options,
			   const struct device_list *list, bool is_all)
{
	_cleanup_(lease_list_freep) struct lease_list *leases = NULL;
	struct json_object *array = NULL;
	enum exit_code code;

	if (options->json) {
		code = describe_list(bus, list, is_all, &array);
		return code ? code : show_json(stdout, array, options->json);
	}
	if (options->quiet) {
		for (size_t i = 0; i < list->n; i++)
			puts(list->rows[i].id);
		return EXIT_CODE_OK;
	}
	code = lease_list_fetch(bus, &leases);
	return code ? code : print_list(options, list, leases);
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
	struct device_filter filter = { .types = options->type, .states = options->states };
	enum exit_code code;

	code = selection_new(&row_list, options, arguments->words, arguments->n_words,
			     SELECTION_MAX, &selection);
	if (!code)
		code = call_open(&bus);
	if (!code)
		code = fetch_selected(bus, selection, &filter, &list);
	if (!code)
		code = show(bus, options, list,
			    !selection_has_words(selection) && !options->type && !options->states);
	if (code || options->type || options->states)
		return code;
	return complain_missing(selection, list);
}
