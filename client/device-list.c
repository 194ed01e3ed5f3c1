/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the list of devices as the broker tells it, and what it can be restricted to, for every verb that
 * shows or chooses some.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "device-list.h"
#include "names.h"
#include "option.h"

#define WHAT "list devices"

struct device_list *device_list_free(struct device_list *list)
{
	if (!list)
		return NULL;
	for (size_t i = 0; i < list->n_replies; i++)
		sd_bus_message_unref(list->replies[i]);
	free(list->replies);
	free(list->rows);
	free(list);
	return NULL;
}

static int keep(struct device_list *list, sd_bus_message *reply)
{
	sd_bus_message **replies;

	replies = reallocarray(list->replies, list->n_replies + 1, sizeof(*replies));
	if (!replies)
		return -ENOMEM;
	list->replies = replies;
	replies[list->n_replies++] = sd_bus_message_ref(reply);
	return 0;
}

static int add_row(struct device_list *list, size_t *room, const struct device_row *row)
{
	if (list->n >= *room) {
		size_t more = *room ? *room * 2 : 64;
		struct device_row *rows = reallocarray(list->rows, more, sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		list->rows = rows;
		*room = more;
	}
	list->rows[list->n++] = *row;
	return 0;
}

int device_list_read(struct device_list *list, sd_bus_message *reply)
{
	size_t room = list->n;
	int r;

	r = keep(list, reply);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "(sssso)");
	if (r < 0)
		return r;
	for (;;) {
		struct device_row row;

		r = sd_bus_message_read(reply, "(sssso)", &row.id, &row.type, &row.state,
					&row.driver, &row.path);
		if (r <= 0)
			return r;
		if (ccw_id_parse(row.id, &row.number) < 0)
			return -EBADMSG;
		r = add_row(list, &room, &row);
		if (r < 0)
			return r;
	}
}

/* The number of the value of --state; what it does not know is none. */
static int find_state(const char *state)
{
	const char *list = option_find(NULL, "state")->values, *word;
	size_t length;

	for (int i = 0; (length = option_next_word(&list, &word)) > 0; i++)
		if (length == strlen(state) && !memcmp(word, state, length))
			return i;
	return -1;
}

/* Whether it is one that nobody has, and that restore gives back to its own driver. */
static bool is_bound(const struct device_row *row, int state)
{
	return !strcmp(row->driver, CCWB_DRIVER) &&
	       (state == DEVICE_LIST_HOST || state == DEVICE_LIST_BOXED ||
		state == DEVICE_LIST_NOT_OPERATIONAL);
}

static bool is_in(const struct device_row *row, unsigned int states)
{
	int state = find_state(row->state);

	if (!states || (state >= 0 && states & 1U << state))
		return true;
	return states & 1U << DEVICE_LIST_BOUND && is_bound(row, state);
}

static int compare_rows(const void *a, const void *b)
{
	return ccw_id_compare(((const struct device_row *)a)->number,
			      ((const struct device_row *)b)->number);
}

void device_list_finish(struct device_list *list, unsigned int states)
{
	size_t n = 0;

	if (list->n)
		qsort(list->rows, list->n, sizeof(*list->rows), compare_rows);
	for (size_t i = 0; i < list->n; i++) {
		if (n && !ccw_id_compare(list->rows[n - 1].number, list->rows[i].number))
			continue;
		if (is_in(&list->rows[i], states))
			list->rows[n++] = list->rows[i];
	}
	list->n = n;
}

static int append_filter(sd_bus_message *message, char **ids, const char *type)
{
	int r;

	r = sd_bus_message_open_container(message, 'a', "{sv}");
	if (r >= 0 && type)
		r = sd_bus_message_append(message, "{sv}", CCWB_FILTER_TYPE, "s", type);
	if (r >= 0 && ids) {
		r = sd_bus_message_open_container(message, 'e', "sv");
		if (r >= 0)
			r = sd_bus_message_append(message, "s", CCWB_FILTER_IDS);
		if (r >= 0)
			r = sd_bus_message_open_container(message, 'v', "as");
		if (r >= 0)
			r = sd_bus_message_append_strv(message, ids);
		if (r >= 0)
			r = sd_bus_message_close_container(message);
		if (r >= 0)
			r = sd_bus_message_close_container(message);
	}
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	return r < 0 ? r : sd_bus_message_append(message, "t", (uint64_t)0);
}

static enum exit_code fetch(sd_bus *bus, char **ids, const char *type, struct device_list *list)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	enum exit_code code;
	int r;

	r = call_new(bus, &message, "ListDevices");
	if (r >= 0)
		r = append_filter(message, ids, type);
	if (r < 0) {
		call_complain("cannot " WHAT ": %s", strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	code = call_message(bus, WHAT, message, &reply);
	if (code)
		return code;
	r = device_list_read(list, reply);
	return r < 0 ? call_bad_reply(WHAT, r) : EXIT_CODE_OK;
}

/* One question for each type: the broker knows the control unit's, which its answer does not tell. */
enum exit_code device_list_fetch(sd_bus *bus, const struct device_filter *filter,
				 struct device_list **ret)
{
	_cleanup_(device_list_freep) struct device_list *list = calloc(1, sizeof(*list));
	_cleanup_free_ char *types = filter->types ? strdup(filter->types) : NULL;
	char *at = types, *type;
	enum exit_code code = EXIT_CODE_OK;

	if (!list || (filter->types && !types)) {
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	if (!types)
		code = fetch(bus, filter->ids, NULL, list);
	while (!code && (type = strsep(&at, ",")))
		code = fetch(bus, filter->ids, type, list);
	if (code)
		return code;
	device_list_finish(list, filter->states);
	*ret = TAKE_PTR(list);
	return EXIT_CODE_OK;
}
