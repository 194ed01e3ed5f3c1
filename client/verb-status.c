/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl status`: what the daemon is, what stands behind it on this machine, and what has happened
 * since it started.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>

#include "call.h"
#include "io.h"
#include "names.h"
#include "policy-state.h"
#include "properties.h"
#include "show.h"

#define WHAT "ask for the status"

/* Where the kernel tells of modules, and of the drivers by which devices can be had */
#define MODULE_VERSION	"/sys/module/" CCWB_MODULE "/version"
#define DRIVER_OURS	"/sys/bus/ccw/drivers/" CCWB_DRIVER
#define DRIVER_VFIO_CCW "/sys/bus/css/drivers/vfio_ccw"

#define VERSION_BYTES 64

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* The module's version, "" for one that does not say, NULL while it is not loaded; to be freed. */
static char *find_module(void)
{
	char *text = NULL;

	if (!is_there(DRIVER_OURS))
		return NULL;
	if (io_read_at(AT_FDCWD, MODULE_VERSION, VERSION_BYTES, &text, NULL) < 0)
		return strdup("");
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* The numbers of a dictionary */
static int read_counts(sd_bus_message *reply, struct json_object *counts)
{
	const char *key;
	uint64_t number;
	int r;

	r = sd_bus_message_enter_container(reply, 'v', "a{st}");
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "{st}");
	while (r >= 0 && (r = sd_bus_message_read(reply, "{st}", &key, &number)) > 0) {
		struct json_object *value = json_object_new_uint64(number);

		r = value ? show_json_add(counts, key, value) : -ENOMEM;
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(reply);
	return r < 0 ? r : sd_bus_message_exit_container(reply);
}

static int read_value(sd_bus_message *reply, struct json_object **ret)
{
	const char *contents;
	uint32_t small;
	uint64_t number;
	int r;

	r = sd_bus_message_peek_type(reply, NULL, &contents);
	if (r <= 0)
		return r < 0 ? r : -EBADMSG;
	*ret = NULL;
	if (!strcmp(contents, "u")) {
		r = sd_bus_message_read(reply, "v", "u", &small);
		*ret = r < 0 ? NULL : json_object_new_int64(small);
		return r < 0 || *ret ? r : -ENOMEM;
	}
	if (!strcmp(contents, "t")) {
		r = sd_bus_message_read(reply, "v", "t", &number);
		*ret = r < 0 ? NULL : json_object_new_uint64(number);
		return r < 0 || *ret ? r : -ENOMEM;
	}
	if (strcmp(contents, "a{st}") != 0) /* of a later version */
		return sd_bus_message_skip(reply, "v");
	*ret = json_object_new_object();
	return *ret ? read_counts(reply, *ret) : -ENOMEM;
}

/* a{sv} of GetStatistics, with underscores in keys as everywhere else */
static int read_statistics(sd_bus_message *reply, struct json_object *object)
{
	struct json_object *value = NULL;
	const char *key;
	char name[64];
	int r;

	r = sd_bus_message_enter_container(reply, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
		r = sd_bus_message_read(reply, "s", &key);
		if (r < 0)
			return r;
		snprintf(name, sizeof(name), "%s", key);
		for (char *at = name; *at; at++)
			*at = *at == '-' ? '_' : *at;
		r = read_value(reply, &value);
		if (r >= 0)
			r = show_json_add(object, name, TAKE_PTR(value));
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
		if (r < 0)
			break;
	}
	json_object_put(value);
	return r;
}

static struct json_object *get(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static const char *get_text(struct json_object *object, const char *key)
{
	struct json_object *value = get(object, key);

	return value ? json_object_get_string(value) : NULL;
}

/* "3 NotSupported, 1 AccessDenied" */
static void print_counts(const char *name, struct json_object *counts)
{
	_cleanup_free_ char *text = NULL;
	const char *separator = "";
	FILE *out;
	size_t size;

	if (!counts || !json_object_object_length(counts))
		return;
	out = open_memstream(&text, &size);
	if (!out)
		return;
	json_object_object_foreach(counts, key, value) {
		fprintf(out, "%s%s %s", separator, json_object_get_string(value), key);
		separator = ", ";
	}
	if (fclose(out) == 0)
		show_field(stdout, name, text);
}

static void print_policy(struct json_object *status)
{
	uint64_t generation = json_object_get_uint64(get(status, "policy_generation"));
	const char *file_state = get_text(status, "policy_files");

	if (!generation)
		show_field(stdout, "Policy",
			   "none is in force, only root may have devices; ccwctl policy check");
	else
		show_line(stdout, "%16s: in force, read %llu time%s", "Policy",
			  (unsigned long long)generation, generation == 1 ? "" : "s");
	show_field(stdout, "Policy files", file_state);
}

static void print_text(struct json_object *status)
{
	const char *module = get_text(status, "module");
	_cleanup_free_ char *since = NULL;

	if (show_time(json_object_get_uint64(get(status, "since")), &since) < 0)
		since = NULL;
	show_line(stdout, "%16s: ccwbrokerd %s%s", "Daemon", get_text(status, "version"),
		  json_object_get_boolean(get(status, "draining")) ? ", about to stop" : "");
	show_field(stdout, "Since", since);
	if (!module)
		show_field(stdout, "Kernel module", "not loaded; modprobe ccwbroker");
	else
		show_line(stdout, "%16s: ccwbroker%s%s", "Kernel module", *module ? " " : "",
			  module);
	show_field(stdout, "Backends", get_text(status, "backends"));
	show_field(stdout, "Devices", get_text(status, "devices"));
	show_line(stdout, "%16s: %s of at most %s", "Leases", get_text(status, "n_leases"),
		  get_text(status, "leases_max"));
	show_field(stdout, "Granted", get_text(status, "granted"));
	print_counts("Refused", get(status, "refused"));
	print_counts("Ended", get(status, "ended"));
	print_policy(status);
}

static int add_text(struct json_object *object, const char *key, const char *text)
{
	struct json_object *value = text ? json_object_new_string(text) : NULL;

	return text && !value ? -ENOMEM : show_json_add(object, key, value);
}

static int add_machine(struct json_object *status)
{
	_cleanup_free_ char *module = find_module(), *files = policy_state_describe();
	bool has_vfio_ccw = is_there(DRIVER_VFIO_CCW);
	int r;

	r = add_text(status, "module", module);
	if (r >= 0)
		r = add_text(status, "backends",
			     module && has_vfio_ccw ? "ccwbroker, vfio_ccw"
			     : module		    ? "ccwbroker"
			     : has_vfio_ccw	    ? "vfio_ccw"
						    : "none: no device can be had");
	return r < 0 ? r : add_text(status, "policy_files", files);
}

static enum exit_code collect(sd_bus *bus, struct json_object **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *about = NULL, *numbers = NULL;
	struct json_object *status = NULL;
	enum exit_code code;
	const char *text;
	int r;

	code = call_manager(bus, WHAT, &about, "Describe", "t", (uint64_t)0);
	if (!code)
		code = call_manager(bus, WHAT, &numbers, "GetStatistics", "");
	if (code)
		return code;
	r = sd_bus_message_read(about, "s", &text);
	if (r < 0)
		return call_bad_reply(WHAT, r);
	status = json_tokener_parse(text);
	r = json_object_is_type(status, json_type_object) ? read_statistics(numbers, status)
							  : -EBADMSG;
	if (r >= 0)
		r = add_machine(status);
	if (r < 0) {
		json_object_put(status);
		return call_bad_reply(WHAT, r);
	}
	*ret = status;
	return EXIT_CODE_OK;
}

enum exit_code verb_status(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	struct json_object *status = NULL;
	enum exit_code code;

	code = call_open(&bus);
	if (!code)
		code = collect(bus, &status);
	if (code)
		return code;
	if (options->json)
		return show_json(stdout, status, options->json);
	print_text(status);
	json_object_put(status);
	return EXIT_CODE_OK;
}
