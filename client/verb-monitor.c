/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl monitor`: what happens to devices, leases and jobs, one line each, until it is interrupted.
 */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "call.h"
#include "event-line.h"
#include "interrupt.h"
#include "names.h"
#include "sender.h"
#include "show.h"

#define WHAT	 "monitor"
#define KEY_SIZE 64

struct monitor {
	sd_bus *bus;
	sd_event *event;
	struct sender sender;
	const struct options *options;
	bool is_over;
	int error; /* of what an event could not be told for */
};

/* The arguments of a signal of the Manager, in their order; NULL: not shown. */
struct signal_row {
	const char *member;
	const char *event;
	const char *types;
	const char *keys[4];
};

static const struct signal_row rows[] = {
	{ "DeviceNew", "device-new", "so", { "device" } },
	{ "DeviceRemoved", "device-removed", "so", { "device" } },
	{ "LeaseNew", "lease-new", "sso", { "lease", "device" } },
	{ "LeaseRemoved", "lease-removed", "ssos", { "lease", "device", NULL, "reason" } },
	{ "JobNew", "job-new", "uo", { "job" } },
	{ "JobRemoved", "job-removed", "uos(ss)", { "job", NULL, "result", "reason" } },
	{ "Reloading", "reloading", "b", { "active" } },
};

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int add(struct json_object *object, const char *key, struct json_object *value_take)
{
	return value_take ? show_json_add(object, key, value_take) : -ENOMEM;
}

static struct json_object *new_event(const char *name)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	if (add(object, "time_usec", json_object_new_uint64(now_usec())) >= 0 &&
	    add(object, "event", json_object_new_string(name)) >= 0)
		return object;
	json_object_put(object);
	return NULL;
}

/* What cannot be told would be missed: it ends us. */
static bool is_of_broker(struct monitor *monitor, sd_bus_message *message)
{
	int r = sender_is_broker(&monitor->sender, message);

	if (r < 0)
		monitor->error = r;
	return r > 0;
}

/* Whoever reads our output sees each event when it happens; a reader that has gone ends us. No event: no memory. */
static void tell(struct monitor *monitor, struct json_object *event_take)
{
	if (!event_take) {
		monitor->error = -ENOMEM;
	} else if (monitor->options->json) {
		if (show_json(stdout, event_take, monitor->options->json))
			monitor->is_over = true;
	} else {
		event_line_print(stdout, event_take);
		json_object_put(event_take);
	}
	if (fflush(stdout) < 0)
		monitor->is_over = true;
}

static int read_made(struct json_object *value, struct json_object **ret)
{
	*ret = value;
	return value ? 1 : -ENOMEM;
}

/* An object by its id; nothing for an empty text, and for the path of none. */
static int read_text(const char *text, struct json_object **ret)
{
	_cleanup_free_ char *id = NULL;
	int r = 0;

	if (sd_bus_object_path_is_valid(text) > 0)
		r = sd_bus_path_decode(text, CCWB_PATH_LEASE, &id);
	if (r == 0 && sd_bus_object_path_is_valid(text) > 0)
		r = sd_bus_path_decode(text, CCWB_PATH_DEVICE, &id);
	if (r < 0)
		return r;
	if (id)
		text = id;
	return *text && strcmp(text, CCWB_PATH_NONE) != 0
		       ? read_made(json_object_new_string(text), ret)
		       : 1;
}

/* A value of a simple type; of a pair of texts the second, which is a sentence. NULL for others and for nothing. */
static int read_value(sd_bus_message *message, const char *type, struct json_object **ret)
{
	const char *text, *other;
	uint64_t wide;
	uint32_t number;
	int flag, r;

	*ret = NULL;
	switch (*type) {
	case 's':
	case 'o':
		r = sd_bus_message_read_basic(message, *type, &text);
		return r > 0 ? read_text(text, ret) : r;
	case 'u':
		r = sd_bus_message_read(message, "u", &number);
		return r > 0 ? read_made(json_object_new_int64(number), ret) : r;
	case 't':
		r = sd_bus_message_read(message, "t", &wide);
		return r > 0 ? read_made(json_object_new_uint64(wide), ret) : r;
	case 'b':
		r = sd_bus_message_read(message, "b", &flag);
		return r > 0 ? read_made(json_object_new_boolean(flag), ret) : r;
	default:
		if (strcmp(type, "(ss)") != 0)
			return sd_bus_message_skip(message, type);
		r = sd_bus_message_read(message, "(ss)", &other, &text);
		return r > 0 ? read_text(text, ret) : r;
	}
}

static int read_arguments(sd_bus_message *message, const struct signal_row *row,
			  struct json_object *event)
{
	const char *types = row->types;
	struct json_object *value;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(row->keys) && *types; i++) {
		r = read_value(message, types, &value);
		if (r < 0)
			return r;
		types += *types == '(' ? strlen("(ss)") : 1;
		if (row->keys[i])
			r = show_json_add(event, row->keys[i], value);
		else
			json_object_put(value);
		if (r < 0)
			return r;
	}
	return 0;
}

static int on_manager_signal(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const char *member = sd_bus_message_get_member(message);
	struct monitor *monitor = userdata;
	const struct signal_row *row = rows;
	struct json_object *event;

	while (row < rows + ARRAY_SIZE(rows) && strcmp(row->member, member))
		row++;
	if (row == rows + ARRAY_SIZE(rows) || !is_of_broker(monitor, message))
		return 0;
	event = new_event(row->event);
	if (event && read_arguments(message, row, event) < 0) {
		json_object_put(event);
		event = NULL;
	}
	tell(monitor, event);
	return 0;
}

/* "device" and its id, "lease" and its id; 0 for another object. */
static int add_object(struct json_object *event, const char *path)
{
	_cleanup_free_ char *device = NULL, *lease = NULL;
	int r;

	r = sd_bus_path_decode(path, CCWB_PATH_DEVICE, &device);
	if (r > 0)
		r = add(event, "device", json_object_new_string(device));
	else if (r == 0 && (r = sd_bus_path_decode(path, CCWB_PATH_LEASE, &lease)) > 0)
		r = add(event, "lease", json_object_new_string(lease));
	return r < 0 ? r : device || lease;
}

static int read_changes(sd_bus_message *message, struct json_object *changes)
{
	struct json_object *value;
	const char *name, *type;
	char key[KEY_SIZE];
	int r;

	r = sd_bus_message_enter_container(message, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
		r = sd_bus_message_read(message, "s", &name);
		if (r >= 0)
			r = sd_bus_message_peek_type(message, NULL, &type);
		if (r >= 0)
			r = sd_bus_message_enter_container(message, 'v', type);
		if (r >= 0)
			r = read_value(message, type, &value);
		if (r < 0)
			return r;
		event_line_key(name, key, sizeof(key));
		r = show_json_add(changes, key, value);
		if (r >= 0)
			r = sd_bus_message_exit_container(message);
		if (r >= 0)
			r = sd_bus_message_exit_container(message);
	}
	return r;
}

/* 0: of an object of a later version. */
static int describe_change(sd_bus_message *message, struct json_object *event)
{
	struct json_object *changes;
	int r;

	r = add_object(event, sd_bus_message_get_path(message));
	if (r <= 0)
		return r;
	changes = json_object_new_object();
	r = add(event, "changes", changes);
	if (r >= 0)
		r = sd_bus_message_skip(message, "s");
	if (r >= 0)
		r = read_changes(message, changes);
	return r < 0 ? r : 1;
}

static int on_properties(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct monitor *monitor = userdata;
	struct json_object *event;
	int r;

	if (!is_of_broker(monitor, message))
		return 0;
	event = new_event("changed");
	r = event ? describe_change(message, event) : -ENOMEM;
	if (r > 0) {
		tell(monitor, event);
		return 0;
	}
	json_object_put(event);
	if (r < 0)
		monitor->error = r;
	return 0;
}

static int on_owner(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const char *name, *before, *now;

	if (!sender_is_bus(message) ||
	    sd_bus_message_read(message, "sss", &name, &before, &now) < 0)
		return 0;
	tell(userdata, new_event(*now ? "daemon-started" : "daemon-ended"));
	return 0;
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct monitor *monitor = userdata;

	monitor->is_over = true;
	return 0;
}

/* Of a pipe whose reader has gone. */
static int on_output(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct monitor *monitor = userdata;

	monitor->is_over = true;
	return 0;
}

static int watch_output(struct monitor *monitor)
{
	int r;

	r = sd_event_add_io(monitor->event, NULL, STDOUT_FILENO, 0, on_output, monitor);
	return r == -EPERM ? 0 : r; /* a file, which has no reader */
}

static int listen_to(struct monitor *monitor)
{
	int r;

	r = sender_follow(&monitor->sender, monitor->bus);
	if (r < 0)
		return r;
	r = sd_bus_match_signal(monitor->bus, NULL, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
				NULL, on_manager_signal, monitor);
	if (r >= 0)
		r = sd_bus_match_signal(monitor->bus, NULL, CCWB_BUS_NAME, NULL,
					"org.freedesktop.DBus.Properties", "PropertiesChanged",
					on_properties, monitor);
	if (r >= 0)
		r = sd_bus_add_match(monitor->bus, NULL,
				     "type='signal',sender='org.freedesktop.DBus',"
				     "member='NameOwnerChanged',arg0='" CCWB_BUS_NAME "'",
				     on_owner, monitor);
	return r;
}

/* The first line: from here on nothing is missed. */
static enum exit_code begin(struct monitor *monitor)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	enum exit_code code;

	code = call_manager(monitor->bus, WHAT, &reply, "ListLeases", "t", (uint64_t)0);
	if (code)
		return code;
	tell(monitor, new_event("listening"));
	return EXIT_CODE_OK;
}

static enum exit_code run(struct monitor *monitor)
{
	enum exit_code code;
	int r;

	r = listen_to(monitor);
	if (r >= 0)
		r = interrupt_catch(monitor->event, false, on_signal, monitor);
	if (r >= 0)
		r = watch_output(monitor);
	if (r >= 0)
		r = sd_bus_attach_event(monitor->bus, monitor->event, SD_EVENT_PRIORITY_NORMAL);
	if (r < 0) {
		call_complain("cannot " WHAT ": %s", strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	code = begin(monitor);
	if (code)
		return code;
	while (r >= 0 && !monitor->is_over && sd_bus_is_open(monitor->bus) > 0) {
		r = call_wait(monitor->bus, monitor->event);
		if (monitor->error < 0)
			r = monitor->error;
	}
	if (monitor->is_over)
		return EXIT_CODE_OK; /* main() looks at the output */
	call_complain("cannot " WHAT " any longer: %s", r < 0 ? strerror(-r) : "the bus is gone");
	return r < 0 ? EXIT_CODE_FAILURE : EXIT_CODE_UNREACHABLE;
}

enum exit_code verb_monitor(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	struct monitor monitor = { .options = options };
	enum exit_code code;
	int r;

	code = call_open(&bus);
	if (code)
		return code;
	r = sd_event_new(&event);
	if (r < 0) {
		call_complain("cannot " WHAT ": %s", strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	monitor.bus = bus;
	monitor.event = event;
	code = run(&monitor);
	sender_unfollow(&monitor.sender);
	(void)sd_bus_detach_event(bus); /* it was attached or it was not */
	return code;
}
