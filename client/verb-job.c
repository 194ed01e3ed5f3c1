/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl bind`, `restore` and `reset`: what is done to a device that nobody has, waited for, and
 * how the device is afterwards.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "errand.h"
#include "names.h"
#include "properties.h"
#include "selection.h"
#include "show.h"

/* The kernel does not come back from a step */
#define STATE_STUCK "stuck"

struct device_after {
	char *driver;
	char *state;
	char *reason[2]; /* code and sentence, empty when all is well */
};

static const struct property after_properties[] = {
	{ "Driver", PROPERTY_STRING, offsetof(struct device_after, driver) },
	{ "State", PROPERTY_STRING, offsetof(struct device_after, state) },
	{ "StateReason", PROPERTY_PAIR, offsetof(struct device_after, reason) },
	{},
};

static enum exit_code fetch_after(sd_bus *bus, const char *id, const char *what,
				  struct device_after *after)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *device = NULL, *reply = NULL;
	enum exit_code code;
	const char *path;
	int r;

	code = call_manager(bus, what, &device, "GetDevice", "s", id);
	if (code)
		return code;
	r = sd_bus_message_read(device, "o", &path);
	if (r < 0)
		return call_bad_reply(what, r);
	code = call_properties(bus, what, path, CCWB_IFACE_DEVICE, &reply);
	if (code)
		return code;
	r = properties_read(reply, after_properties, after);
	if (r < 0 || !after->driver || !after->state || !after->reason[1])
		return call_bad_reply(what, r < 0 ? r : -EBADMSG);
	return EXIT_CODE_OK;
}

static enum exit_code tell(const char *id, const char *what, const struct errand_end *end,
			   const struct device_after *after)
{
	const char *driver = *after->driver ? after->driver : "none";

	if (end->outcome == ERRAND_DONE) {
		show_line(stdout, "%s: driver %s, state %s", id, driver, after->state);
		return EXIT_CODE_OK;
	}
	call_complain("cannot %s: %s", what,
		      end->outcome == ERRAND_CANCELED ? "it was canceled" : end->reason);
	call_complain("now: driver %s, state %s%s%s", driver, after->state,
		      *after->reason[1] ? ": " : "", after->reason[1]);
	if (end->outcome == ERRAND_CANCELED)
		return EXIT_CODE_ABORTED;
	return !strcmp(after->state, STATE_STUCK) ? EXIT_CODE_TIMEOUT : EXIT_CODE_FAILURE;
}

/* What is to be done to each device */
struct work {
	const char *verb;
	const char *method;
	const char *driver; /* NULL: the method takes none */
};

static int new_call(sd_bus *bus, const struct work *work, const char *id, sd_bus_message **ret)
{
	int r;

	r = call_new(bus, ret, work->method);
	if (r >= 0)
		r = sd_bus_message_append(*ret, "s", id);
	if (r >= 0 && work->driver)
		r = sd_bus_message_append(*ret, "s", work->driver);
	return r < 0 ? r : sd_bus_message_append(*ret, "t", (uint64_t)0);
}

/* On a connection of its own, which ends with all that listens to this job. */
static enum exit_code run(const char *id, void *userdata)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	const struct work *work = userdata;
	struct device_after after = {};
	struct errand_end end = {};
	enum exit_code code;
	char what[64];
	int r;

	snprintf(what, sizeof(what), "%s %s", work->verb, id);
	code = call_open(&bus);
	if (code)
		return code;
	r = new_call(bus, work, id, &message);
	if (r < 0) {
		call_complain("cannot %s: %s", what, strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	code = errand_run(bus, what, message, &end);
	if (!code)
		code = fetch_after(bus, id, what, &after);
	if (!code)
		code = tell(id, what, &end, &after);
	(void)fflush(stdout); /* main() looks for write errors; the next device may take long */
	free(end.reason);
	properties_free(after_properties, &after);
	return code;
}

static enum exit_code run_all(const struct verb *verb, const struct options *options,
			      const struct arguments *arguments, unsigned int n_words,
			      struct work *work)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(selection_freep) struct selection *selection = NULL;
	enum exit_code code;

	work->verb = verb->name;
	code = selection_open(verb, options, arguments->words, n_words, SELECTION_MAX, &bus,
			      &selection);
	return code ? code : selection_each(selection, run, work);
}

enum exit_code verb_bind(const struct options *options, const struct arguments *arguments)
{
	struct work work = {
		.method = "BindDevice",
		.driver = arguments->n_words > 1 ? arguments->words[1] : CCWB_DRIVER,
	};

	return run_all(&row_bind, options, arguments, 1, &work);
}

enum exit_code verb_restore(const struct options *options, const struct arguments *arguments)
{
	struct work work = { .method = "RestoreDevice" };

	return run_all(&row_restore, options, arguments, arguments->n_words, &work);
}

enum exit_code verb_reset(const struct options *options, const struct arguments *arguments)
{
	struct work work = { .method = "ResetDevice" };

	return run_all(&row_reset, options, arguments, arguments->n_words, &work);
}
