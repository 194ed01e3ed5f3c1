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
	char *original_driver; /* "": none is known */
	char *state;
	char *reason[2]; /* code and sentence, empty when all is well */
	bool is_online;
};

static const struct property after_properties[] = {
	{ "Driver", PROPERTY_STRING, offsetof(struct device_after, driver) },
	{ "OriginalDriver", PROPERTY_STRING, offsetof(struct device_after, original_driver) },
	{ "Online", PROPERTY_BOOL, offsetof(struct device_after, is_online) },
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
	if (r < 0 || !after->driver || !after->original_driver || !after->state ||
	    !after->reason[1])
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
	return !strcmp(after->state, STATE_STUCK) ? EXIT_CODE_TIMEOUT : end->code;
}

/* What is to be done to each device */
struct work {
	const char *verb;
	const char *method;
	const char *driver; /* NULL: the method takes none */
	/* says what it would do */
	void (*foretell)(const struct work *work, const char *id, const struct device_after *now);
	bool is_dry_run;
};

static const char *name_or_none(const char *driver)
{
	return *driver ? driver : "none";
}

static void foretell_driver(const char *id, const char *now, const char *then)
{
	if (!strcmp(now, then))
		show_line(stdout, "%s: would stay with driver %s", id, name_or_none(now));
	else
		show_line(stdout, "%s: would go from driver %s to %s", id, name_or_none(now),
			  name_or_none(then));
}

static void foretell_bind(const struct work *work, const char *id, const struct device_after *now)
{
	foretell_driver(id, now->driver, work->driver);
}

/* Without an original driver it is where it belongs. */
static void foretell_restore(const struct work *work, const char *id,
			     const struct device_after *now)
{
	foretell_driver(id, now->driver,
			*now->original_driver ? now->original_driver : now->driver);
}

static void foretell_reset(const struct work *work, const char *id, const struct device_after *now)
{
	show_line(stdout,
		  now->is_online ? "%s: would be set offline and online again"
				 : "%s: is offline, and would stay so",
		  id);
}

static int new_call(sd_bus *bus, const struct work *work, const char *id, sd_bus_message **ret)
{
	int r;

	r = call_new(bus, ret, work->method);
	if (r >= 0)
		r = sd_bus_message_append(*ret, "s", id);
	if (r >= 0 && work->driver)
		r = sd_bus_message_append(*ret, "s", work->driver);
	return r < 0 ? r
		     : sd_bus_message_append(*ret, "t",
					     work->is_dry_run ? (uint64_t)CCWB_FLAG_DRY_RUN : 0);
}

/* The answer to a call that starts nothing has no job. */
static enum exit_code rehearse(sd_bus *bus, const struct work *work, const char *id,
			       const char *what, sd_bus_message *call)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct device_after now = {};
	enum exit_code code;

	/* nobody is asked for a password for what is not done */
	(void)sd_bus_message_set_allow_interactive_authorization(call,
								 false); /* else polkit asks */
	code = call_message(bus, what, call, &reply);
	if (!code)
		code = fetch_after(bus, id, what, &now);
	if (!code)
		work->foretell(work, id, &now);
	properties_free(after_properties, &now);
	return code;
}

static enum exit_code carry_out(sd_bus *bus, const char *id, const char *what, sd_bus_message *call)
{
	struct device_after after = {};
	struct errand_end end = {};
	enum exit_code code;

	code = errand_run(bus, what, call, &end);
	if (!code)
		code = fetch_after(bus, id, what, &after);
	if (!code)
		code = tell(id, what, &end, &after);
	free(end.reason);
	properties_free(after_properties, &after);
	return code;
}

/* On a connection of its own, which ends with all that listens to this job. */
static enum exit_code run(const char *id, void *userdata)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
	const struct work *work = userdata;
	enum exit_code code;
	char what[64];
	int r;

	snprintf(what, sizeof(what), "%s %s", work->verb, id);
	code = call_open(&bus);
	if (code)
		return code;
	r = new_call(bus, work, id, &call);
	if (r < 0) {
		call_complain("cannot %s: %s", what, strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	code = work->is_dry_run ? rehearse(bus, work, id, what, call)
				: carry_out(bus, id, what, call);
	(void)fflush(stdout); /* main() looks for write errors; the next device may take long */
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
	work->is_dry_run = options->dry_run;
	code = selection_open(verb, options, arguments->words, n_words, SELECTION_MAX, &bus,
			      &selection);
	return code ? code : selection_each(selection, run, work);
}

enum exit_code verb_bind(const struct options *options, const struct arguments *arguments)
{
	struct work work = {
		.method = "BindDevice",
		.driver = arguments->n_words > 1 ? arguments->words[1] : CCWB_DRIVER,
		.foretell = foretell_bind,
	};

	return run_all(&row_bind, options, arguments, 1, &work);
}

enum exit_code verb_restore(const struct options *options, const struct arguments *arguments)
{
	struct work work = { .method = "RestoreDevice", .foretell = foretell_restore };

	return run_all(&row_restore, options, arguments, arguments->n_words, &work);
}

enum exit_code verb_reset(const struct options *options, const struct arguments *arguments)
{
	struct work work = { .method = "ResetDevice", .foretell = foretell_reset };

	return run_all(&row_reset, options, arguments, arguments->n_words, &work);
}
