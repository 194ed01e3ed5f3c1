/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl who`: who and what uses devices at the moment, as the broker sees it, and the program behind
 * a lease.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "call.h"
#include "describe.h"
#include "io.h"
#include "names.h"
#include "selection.h"
#include "show.h"

struct who {
	sd_bus *bus;
	const struct options *options;
	struct show_table *table;
	struct json_object *array; /* with options->json */
};

struct use {
	const char *device;
	const char *kind;
	const char *object;
	const char *text;
	struct json_object *lease; /* NULL: it is no lease, or one that has just ended */
	int64_t pid;		   /* 0: none */
	char *command;		   /* NULL: not known */
};

static const char *const headings[] = { "DEVICE",  "USE",  "OBJECT", "USER", "PID",
					"COMMAND", "UNIT", "WHAT",   NULL };

/* The program's name as the kernel has it; NULL when it has ended. */
static char *find_command(int64_t pid)
{
	char path[64], *text;

	snprintf(path, sizeof(path), "/proc/%lld/comm", (long long)pid);
	if (pid <= 0 || io_read_line_at(AT_FDCWD, path, &text) < 0)
		return NULL;
	return text;
}

static int add_json(struct json_object *array, const struct use *use)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return -ENOMEM;
	json_object_object_add(object, "device", json_object_new_string(use->device));
	json_object_object_add(object, "use", json_object_new_string(use->kind));
	json_object_object_add(object, "object", json_object_new_string(use->object));
	json_object_object_add(object, "text", json_object_new_string(use->text));
	json_object_object_add(object, "command",
			       use->command ? json_object_new_string(use->command) : NULL);
	json_object_object_add(object, "lease", json_object_get(use->lease));
	return json_object_array_add(array, object);
}

static int add_cells(struct show_table *table, const struct use *use)
{
	const char *who = describe_text(use->lease, "who");
	char pid[32];
	const char *const cells[] = {
		use->device,
		use->kind,
		use->object,
		describe_text(use->lease, "owner_user"),
		use->pid > 0 ? pid : NULL,
		use->command,
		describe_text(use->lease, "owner_unit"),
		who ? who : use->text,
	};
	int r = 0;

	snprintf(pid, sizeof(pid), "%lld", (long long)use->pid);
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(cells); i++)
		r = show_table_add(table, cells[i]);
	return r;
}

static enum exit_code add(struct who *who, const char *what, struct use *use)
{
	struct json_object *pid = NULL;
	enum exit_code code = EXIT_CODE_OK;
	int r;

	if (!strcmp(use->kind, CCWB_USE_LEASE))
		code = describe_lease(who->bus, what, use->object, &use->lease);
	if (code)
		return code;
	if (use->lease && json_object_object_get_ex(use->lease, "owner_pid", &pid))
		use->pid = json_object_get_int64(pid);
	use->command = find_command(use->pid);
	r = who->array ? add_json(who->array, use) : add_cells(who->table, use);
	json_object_put(use->lease);
	free(use->command);
	if (r >= 0)
		return EXIT_CODE_OK;
	call_complain("out of memory");
	return EXIT_CODE_FAILURE;
}

static enum exit_code read_uses(struct who *who, const char *id, const char *what,
				sd_bus_message *reply)
{
	enum exit_code code = EXIT_CODE_OK;
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "(sss)");
	while (r >= 0 && !code) {
		struct use use = { .device = id };

		r = sd_bus_message_read(reply, "(sss)", &use.kind, &use.object, &use.text);
		if (r == 0)
			break;
		if (r > 0)
			code = add(who, what, &use);
	}
	return r < 0 ? call_bad_reply(what, r) : code;
}

static enum exit_code ask_for_device(const char *id, void *userdata)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *device = NULL, *reply = NULL;
	struct who *who = userdata;
	enum exit_code code;
	const char *path;
	char what[64];
	int r;

	snprintf(what, sizeof(what), "look who uses %s", id);
	code = call_manager(who->bus, what, &device, "GetDevice", "s", id);
	if (code)
		return code;
	r = sd_bus_message_read(device, "o", &path);
	if (r < 0)
		return call_bad_reply(what, r);
	code = call_object(who->bus, what, path, CCWB_IFACE_DEVICE, "GetUsers", 0, &reply);
	return code ? code : read_uses(who, id, what, reply);
}

static enum exit_code print(struct who *who)
{
	if (who->array)
		return show_json(stdout, json_object_get(who->array), who->options->json);
	show_table_print(who->table, stdout, who->options->no_legend);
	return EXIT_CODE_OK;
}

enum exit_code verb_who(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(selection_freep) struct selection *selection = NULL;
	_cleanup_(show_table_freep) struct show_table *table = NULL;
	_cleanup_(describe_putp) struct json_object *array = NULL;
	struct who who = { .options = options };
	enum exit_code code, printed;

	code = selection_open(&row_who, options, arguments->words, arguments->n_words,
			      SELECTION_MAX, &bus, &selection);
	if (code)
		return code;
	if (options->json)
		array = json_object_new_array();
	if ((options->json && !array) || show_table_new(headings, &table) < 0) {
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	who.bus = bus;
	who.array = array;
	who.table = table;
	code = selection_each(selection, ask_for_device, &who);
	printed = print(&who);
	return code ? code : printed;
}
