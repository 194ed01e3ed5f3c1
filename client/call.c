/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the conversation with the daemon and with the user about what went wrong in it: one place
 * for method calls, for error names and their exit status, and for hints. Knows no verb.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "call.h"
#include "names.h"
#include "progress.h"
#include "text.h"

/* How often and how long apart a device is asked for that is just on its way back: 5 s in all */
#define CALL_ATTEMPTS	26
#define CALL_PAUSE_NSEC (200 * 1000 * 1000)

static const struct {
	const char *name; /* one that ends in '.' stands for all that begin so */
	enum exit_code code;
} exit_codes[] = {
	{ CCWB_ERROR_INVALID_ARGS, EXIT_CODE_USAGE },
	{ CCWB_ERROR_ACCESS_DENIED, EXIT_CODE_NOT_PERMITTED },
	{ CCWB_ERROR_INTERACTION_REQUIRED, EXIT_CODE_NOT_PERMITTED },
	{ CCWB_ERROR_NOT_LEASE_HOLDER, EXIT_CODE_NOT_PERMITTED },
	{ CCWB_ERROR_NO_SUCH_DEVICE, EXIT_CODE_NOT_FOUND },
	{ CCWB_ERROR_NO_SUCH_LEASE, EXIT_CODE_NOT_FOUND },
	{ CCWB_ERROR_NOT_DEFINED, EXIT_CODE_NOT_FOUND },
	{ CCWB_ERROR_DEVICE_GONE, EXIT_CODE_NOT_FOUND },
	{ CCWB_ERROR_DEVICE_NOT_OPERATIONAL, EXIT_CODE_NOT_FOUND },
	{ CCWB_ERROR_DEVICE_IN_USE, EXIT_CODE_IN_USE },
	{ CCWB_ERROR_DEVICE_BOXED, EXIT_CODE_IN_USE },
	{ CCWB_ERROR_DEVICE_LEASED, EXIT_CODE_LEASED },
	{ CCWB_ERROR_OPERATION_IN_PROGRESS, EXIT_CODE_LEASED },
	{ CCWB_ERROR_POLICY_INVALID, EXIT_CODE_INVALID },
	{ CCWB_ERROR_DEFINITION_INVALID, EXIT_CODE_INVALID },
	{ CCWB_ERROR_STUCK, EXIT_CODE_TIMEOUT },
	{ SD_BUS_ERROR_SERVICE_UNKNOWN, EXIT_CODE_UNREACHABLE },
	{ SD_BUS_ERROR_NAME_HAS_NO_OWNER, EXIT_CODE_UNREACHABLE },
	{ SD_BUS_ERROR_NO_REPLY, EXIT_CODE_UNREACHABLE },
	{ SD_BUS_ERROR_NO_SERVER, EXIT_CODE_UNREACHABLE },
	{ SD_BUS_ERROR_DISCONNECTED, EXIT_CODE_UNREACHABLE },
	{ "org.freedesktop.DBus.Error.Spawn.", EXIT_CODE_UNREACHABLE },
	{ "org.freedesktop.systemd1.", EXIT_CODE_UNREACHABLE },
};

void call_print_line(FILE *out, const char *before, const char *format, va_list args)
{
	_cleanup_free_ char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	/* names and commands of others are in it, and it goes to a terminal */
	if (text)
		text_sanitize(text);
	fprintf(out, "%s%s\n", before, text ? text : "out of memory");
}

void call_complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	call_print_line(stderr, "ccwctl: ", format, args);
	va_end(args);
}

enum exit_code call_usage(const char *usage)
{
	fprintf(stderr, "usage: ccwctl %s\n", usage);
	return EXIT_CODE_USAGE;
}

enum exit_code call_exit_code(const char *error_name)
{
	for (size_t i = 0; i < ARRAY_SIZE(exit_codes); i++) {
		const char *name = exit_codes[i].name;
		size_t length = strlen(name);

		if (!strncmp(error_name, name, length) &&
		    (name[length - 1] == '.' || !error_name[length]))
			return exit_codes[i].code;
	}
	return EXIT_CODE_FAILURE;
}

enum exit_code call_refusal_code(const char *last_part)
{
	static const char *const prefixes[] = { "org.ccwbroker1.Error.",
						"org.freedesktop.DBus.Error." };
	enum exit_code code = EXIT_CODE_FAILURE;
	char full[128];

	for (size_t i = 0; code == EXIT_CODE_FAILURE && i < ARRAY_SIZE(prefixes); i++) {
		snprintf(full, sizeof(full), "%s%s", prefixes[i], last_part);
		code = call_exit_code(full);
	}
	return code;
}

static enum exit_code complain_unreachable(const char *why)
{
	call_complain("cannot reach the broker: %s", why);
	call_complain("is ccwbrokerd running? systemctl start ccwbrokerd");
	return EXIT_CODE_UNREACHABLE;
}

enum exit_code call_open(sd_bus **ret)
{
	int r;

	r = sd_bus_open_system(ret);
	if (r < 0)
		return complain_unreachable(strerror(-r));
	/* polkit may ask for a password where the policy wants that */
	(void)sd_bus_set_allow_interactive_authorization(*ret, true); /* else it says no */
	return EXIT_CODE_OK;
}

enum exit_code call_refused(const char *what, const sd_bus_error *error)
{
	const char *text = error->message && *error->message ? error->message : error->name;
	enum exit_code code = call_exit_code(error->name);

	if (code == EXIT_CODE_UNREACHABLE)
		return complain_unreachable(text);
	call_complain("cannot %s: %s", what, text);
	return code;
}

static int on_reply(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	*(sd_bus_message **)userdata = sd_bus_message_ref(message);
	return 0;
}

/* As sd_bus_call, with a line on the terminal while it takes its time. */
static int call_and_show(sd_bus *bus, sd_bus_message *message, struct progress *progress,
			 sd_bus_error *error, sd_bus_message **ret)
{
	_cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_call_async(bus, &slot, message, on_reply, &reply, CALL_TIMEOUT_USEC);
	while (r >= 0 && !reply) {
		progress_show(progress, "waiting", -1);
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, progress_wait_usec(progress));
		if (r == -EINTR)
			r = 0;
	}
	if (r < 0)
		return r;
	if (sd_bus_message_is_method_error(reply, NULL))
		return sd_bus_error_copy(error, sd_bus_message_get_error(reply));
	*ret = TAKE_PTR(reply);
	return 0;
}

/* With progress: OperationInProgress is told as *ret_is_busy. */
static enum exit_code call_send(sd_bus *bus, const char *what, sd_bus_message *message,
				sd_bus_message **ret, struct progress *progress, bool *ret_is_busy)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	r = progress ? call_and_show(bus, message, progress, &error, ret)
		     : sd_bus_call(bus, message, CALL_TIMEOUT_USEC, &error, ret);
	if (r >= 0)
		return EXIT_CODE_OK;
	if (!sd_bus_error_is_set(&error))
		sd_bus_error_set_errno(&error, r);
	if (ret_is_busy && sd_bus_error_has_name(&error, CCWB_ERROR_OPERATION_IN_PROGRESS)) {
		*ret_is_busy = true;
		return EXIT_CODE_LEASED;
	}
	if (progress)
		progress_clear(progress);
	return call_refused(what, &error);
}

enum exit_code call_bad_reply(const char *what, int error)
{
	call_complain("cannot %s: the broker's answer cannot be read: %s", what, strerror(-error));
	call_complain("are ccwctl and ccwbrokerd of one version?");
	return EXIT_CODE_FAILURE;
}

int call_new(sd_bus *bus, sd_bus_message **ret, const char *member)
{
	return sd_bus_message_new_method_call(bus, ret, CCWB_BUS_NAME, CCWB_PATH,
					      CCWB_IFACE_MANAGER, member);
}

enum exit_code call_message(sd_bus *bus, const char *what, sd_bus_message *message,
			    sd_bus_message **ret)
{
	return call_send(bus, what, message, ret, NULL, NULL);
}

static enum exit_code call_once(sd_bus *bus, const char *what, sd_bus_message **ret,
				const char *member, struct progress *progress, bool *ret_is_busy,
				const char *types, va_list args)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	int r;

	r = call_new(bus, &message, member);
	if (r >= 0)
		r = sd_bus_message_appendv(message, types, args);
	if (r < 0) {
		call_complain("cannot %s: %s", what, strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	return call_send(bus, what, message, ret, progress, ret_is_busy);
}

enum exit_code call_manager(sd_bus *bus, const char *what, sd_bus_message **ret, const char *member,
			    const char *types, ...)
{
	enum exit_code code;
	va_list args;

	va_start(args, types);
	code = call_once(bus, what, ret, member, NULL, NULL, types, args);
	va_end(args);
	return code;
}

enum exit_code call_manager_patiently(sd_bus *bus, const char *what, sd_bus_message **ret,
				      const char *member, const char *types, ...)
{
	const struct timespec pause = { .tv_nsec = CALL_PAUSE_NSEC };
	struct progress progress = progress_start(what);
	enum exit_code code;
	bool is_busy;
	va_list args;

	for (unsigned int attempt = 1;; attempt++) {
		is_busy = false;
		va_start(args, types);
		code = call_once(bus, what, ret, member, &progress,
				 attempt < CALL_ATTEMPTS ? &is_busy : NULL, types, args);
		va_end(args);
		if (!is_busy) {
			progress_clear(&progress);
			return code;
		}
		progress_show(&progress, "waiting", -1);
		(void)nanosleep(&pause, NULL); /* a signal that does not end us only shortens it */
	}
}

enum exit_code call_properties(sd_bus *bus, const char *what, const char *path,
			       const char *interface, sd_bus_message **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	int r;

	r = sd_bus_message_new_method_call(bus, &message, CCWB_BUS_NAME, path,
					   "org.freedesktop.DBus.Properties", "GetAll");
	if (r >= 0)
		r = sd_bus_message_append(message, "s", interface);
	if (r < 0) {
		call_complain("cannot %s: %s", what, strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	return call_send(bus, what, message, ret, NULL, NULL);
}

enum exit_code call_object(sd_bus *bus, const char *what, const char *path, const char *interface,
			   const char *member, uint64_t flags, sd_bus_message **ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	int r;

	r = sd_bus_message_new_method_call(bus, &message, CCWB_BUS_NAME, path, interface, member);
	if (r >= 0)
		r = sd_bus_message_append(message, "t", flags);
	if (r < 0) {
		call_complain("cannot %s: %s", what, strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	return call_send(bus, what, message, ret, NULL, NULL);
}

int call_properties_quietly(sd_bus *bus, const char *path, const char *interface,
			    sd_bus_message **ret)
{
	return sd_bus_call_method(bus, CCWB_BUS_NAME, path, "org.freedesktop.DBus.Properties",
				  "GetAll", NULL, ret, "s", interface);
}

int call_wait(sd_bus *bus, sd_event *event)
{
	int r = sd_event_prepare(event);

	/* sd-bus, when it cannot prepare, closes the bus, and leaves nothing to wake us */
	if (r == 0)
		r = sd_event_wait(event, sd_bus_is_open(bus) > 0 ? UINT64_MAX : 0);
	return r > 0 ? sd_event_dispatch(event) : r;
}
