/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl define`, `undefine`, `autostart` and `definitions`: what is to happen to devices for
 * good, whether they are there or not.
 */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "call.h"
#include "consent.h"
#include "help.h"
#include "names.h"
#include "selection.h"
#include "show.h"

static const char *const headings[] = { "DEVICE", "AUTOSTART", NULL };

struct change {
	sd_bus *bus;
	bool is_autostart;
	bool is_dry_run;
};

static uint64_t flags_of(const struct change *change)
{
	return change->is_dry_run ? CCWB_FLAG_DRY_RUN : 0;
}

static enum exit_code define(const struct change *change, const char *id, const char *what)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	enum exit_code code;

	code = call_manager(change->bus, what, &reply, "DefineDevice", "sa{sv}t", id, 1,
			    CCWB_DEFINITION_AUTOSTART, "b", (int)change->is_autostart,
			    flags_of(change));
	if (!code && change->is_dry_run)
		show_line(stdout, "%s: would be defined, %s", id,
			  change->is_autostart ? "and bound as soon as it is free"
					       : "and not be bound by itself");
	return code;
}

static enum exit_code define_device(const char *id, void *userdata)
{
	char what[64];

	snprintf(what, sizeof(what), "define %s", id);
	return define(userdata, id, what);
}

static enum exit_code undefine_device(const char *id, void *userdata)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const struct change *change = userdata;
	enum exit_code code;
	char what[64];

	snprintf(what, sizeof(what), "undefine %s", id);
	code = call_manager_patiently(change->bus, what, &reply, "UndefineDevice", "st", id,
				      flags_of(change));
	if (!code && change->is_dry_run)
		show_line(stdout,
			  "%s: would be defined no more; when it is bound, it would go back to "
			  "its driver",
			  id);
	return code;
}

/* Does it to each of the first n_words, when question, which may be NULL, is answered with yes. */
static enum exit_code change_all(const struct verb *verb, const struct options *options,
				 const struct arguments *arguments, unsigned int n_words,
				 enum exit_code (*visit)(const char *id, void *userdata),
				 bool is_autostart, const char *question)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(selection_freep) struct selection *selection = NULL;
	struct change change = { .is_autostart = is_autostart, .is_dry_run = options->dry_run };
	enum exit_code code;

	code = selection_open(verb, options, arguments->words, n_words, SELECTION_MAX, &bus,
			      &selection);
	change.bus = bus;
	if (!code && question)
		code = consent_ask(options, "%s%s %s", selection_get(selection, 0),
				   selection_count(selection) > 1 ? " and others" : "", question);
	return code ? code : selection_each(selection, visit, &change);
}

enum exit_code verb_define(const struct options *options, const struct arguments *arguments)
{
	return change_all(&row_define, options, arguments, arguments->n_words, define_device,
			  options->autostart, NULL);
}

enum exit_code verb_undefine(const struct options *options, const struct arguments *arguments)
{
	return change_all(&row_undefine, options, arguments, arguments->n_words, undefine_device,
			  false, "will be defined no more, and go back when bound");
}

/* ---- what there is ---- */

/* The next one; 0: there is none. A key that this version does not know is passed over. */
static int read_next(sd_bus_message *reply, const char **ret_id, bool *ret_is_autostart)
{
	const char *key;
	int r, value;

	*ret_is_autostart = false;
	r = sd_bus_message_enter_container(reply, 'r', "sa{sv}");
	if (r <= 0)
		return r;
	r = sd_bus_message_read(reply, "s", ret_id);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		r = sd_bus_message_read(reply, "s", &key);
		if (r >= 0 && strcmp(key, CCWB_DEFINITION_AUTOSTART)) {
			r = sd_bus_message_skip(reply, "v");
		} else if (r >= 0) {
			r = sd_bus_message_read(reply, "v", "b", &value);
			*ret_is_autostart = r >= 0 && value;
		}
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(reply);
	if (r >= 0)
		r = sd_bus_message_exit_container(reply);
	return r < 0 ? r : 1;
}

static enum exit_code fetch(sd_bus *bus, const char *what, sd_bus_message **ret)
{
	enum exit_code code;
	int r;

	code = call_manager(bus, what, ret, "ListDefinitions", "");
	if (code)
		return code;
	r = sd_bus_message_enter_container(*ret, 'a', "(sa{sv})");
	return r < 0 ? call_bad_reply(what, r) : EXIT_CODE_OK;
}

static enum exit_code check_defined(sd_bus *bus, const char *id, const char *what)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	enum exit_code code;
	bool is_autostart;
	const char *known;
	int r;

	code = fetch(bus, what, &reply);
	if (code)
		return code;
	while ((r = read_next(reply, &known, &is_autostart)) > 0)
		if (!strcmp(known, id))
			return EXIT_CODE_OK;
	if (r < 0)
		return call_bad_reply(what, r);
	call_complain("cannot %s: it is not defined; ccwctl define %s", what, id);
	return EXIT_CODE_NOT_FOUND;
}

/* Not by the device's own object, which is there only while the device is. */
static enum exit_code change_autostart(const char *id, void *userdata)
{
	const struct change *change = userdata;
	enum exit_code code;
	char what[64];

	snprintf(what, sizeof(what), "change autostart of %s", id);
	code = check_defined(change->bus, id, what);
	return code ? code : define(change, id, what);
}

enum exit_code verb_autostart(const struct options *options, const struct arguments *arguments)
{
	unsigned int n_devices = arguments->n_words - 1;
	const char *word = arguments->words[n_devices];
	bool is_on = !strcmp(word, "on");

	if (!is_on && strcmp(word, "off")) {
		call_complain("\"%s\" is neither on nor off", word);
		return help_usage(&row_autostart);
	}
	return change_all(&row_autostart, options, arguments, n_devices, change_autostart, is_on,
			  NULL);
}

static struct json_object *to_json(const char *id, bool is_autostart)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	json_object_object_add(object, "id", json_object_new_string(id));
	json_object_object_add(object, "autostart", json_object_new_boolean(is_autostart));
	return object;
}

static int add(const struct options *options, struct show_table *table, struct json_object *array,
	       const char *id, bool is_autostart)
{
	int r;

	if (options->json)
		return json_object_array_add(array, to_json(id, is_autostart));
	if (options->quiet) {
		puts(id);
		return 0;
	}
	r = show_table_add(table, id);
	return r < 0 ? r : show_table_add(table, is_autostart ? "on" : "off");
}

static enum exit_code print(sd_bus_message *reply, const struct options *options,
			    struct show_table *table, struct json_object *array)
{
	bool is_autostart;
	const char *id;
	int r;

	while ((r = read_next(reply, &id, &is_autostart)) > 0) {
		if (add(options, table, array, id, is_autostart) >= 0)
			continue;
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	if (r < 0)
		return call_bad_reply("list definitions", r);
	if (options->json)
		return show_json(stdout, json_object_get(array), options->json);
	if (!options->quiet)
		show_table_print(table, stdout, options->no_legend);
	return EXIT_CODE_OK;
}

enum exit_code verb_definitions(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(show_table_freep) struct show_table *table = NULL;
	struct json_object *array = json_object_new_array();
	enum exit_code code;

	code = call_open(&bus);
	if (!code)
		code = fetch(bus, "list definitions", &reply);
	if (!code && (!array || show_table_new(headings, &table) < 0)) {
		call_complain("out of memory");
		code = EXIT_CODE_FAILURE;
	}
	if (!code)
		code = print(reply, options, table, array);
	json_object_put(array);
	return code;
}
