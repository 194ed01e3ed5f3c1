/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the wait for a job of the broker: its start, its end, and its cancellation by whoever sits at
 * the terminal. Does not know what the job does.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "call.h"
#include "errand.h"
#include "names.h"

struct errand {
	sd_bus *bus;
	sd_event *event;
	const char *what;
	const char *job; /* its path; NULL: not started yet */
	bool is_canceled;
	bool is_over;
	enum exit_code code; /* when it is over */
	struct errand_end *ret;
};

int errand_outcome_from_string(const char *text)
{
	static const char *const names[] = { "done", "failed", "canceled" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], text))
			return (int)i;
	return -EINVAL;
}

/* Not by sd_event_exit, which closes the bus as well. */
static int end(struct errand *errand, enum exit_code code)
{
	errand->is_over = true;
	errand->code = code;
	return 0;
}

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct errand *errand = userdata;
	const char *path, *result, *code, *reason;
	uint32_t id;
	int r;

	r = sd_bus_message_read(message, "uos(ss)", &id, &path, &result, &code, &reason);
	if (r < 0 || !errand->job || strcmp(path, errand->job))
		return 0;
	r = errand_outcome_from_string(result);
	if (r < 0)
		return end(errand, call_bad_reply(errand->what, r));
	errand->ret->outcome = (enum errand_outcome)r;
	errand->ret->reason = strdup(reason);
	if (!errand->ret->reason)
		return end(errand, call_bad_reply(errand->what, -ENOMEM));
	return end(errand, EXIT_CODE_OK);
}

/* Another daemon, or none, has no such job: it is given back at its start. */
static int on_broker_gone(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct errand *errand = userdata;

	call_complain("cannot %s: the broker has ended meanwhile; what was begun is undone when it "
		      "starts again",
		      errand->what);
	return end(errand, EXIT_CODE_UNREACHABLE);
}

static int on_cancel_reply(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const sd_bus_error *why = sd_bus_message_get_error(message);

	if (why && !sd_bus_error_has_name(why, SD_BUS_ERROR_UNKNOWN_OBJECT)) /* it is over */
		call_complain("cannot cancel it: %s", why->message);
	return 0;
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct errand *errand = userdata;
	int r;

	if (errand->is_canceled) {
		call_complain("cannot %s: not waited for any more; it is being undone",
			      errand->what);
		return end(errand, EXIT_CODE_FAILURE);
	}
	errand->is_canceled = true;
	r = sd_bus_call_method_async(errand->bus, NULL, CCWB_BUS_NAME, errand->job, CCWB_IFACE_JOB,
				     "Cancel", on_cancel_reply, errand, "t", (uint64_t)0);
	if (r < 0)
		call_complain("cannot cancel it: %s", strerror(-r));
	return 0;
}

/* Both before the call: a job may be over before its reply has been read. */
static int listen_to(struct errand *errand)
{
	int r;

	r = sd_bus_match_signal(errand->bus, NULL, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
				"JobRemoved", on_job_removed, errand);
	if (r < 0)
		return r;
	return sd_bus_add_match(errand->bus, NULL,
				"type='signal',sender='org.freedesktop.DBus',"
				"member='NameOwnerChanged',arg0='" CCWB_BUS_NAME "'",
				on_broker_gone, errand);
}

static int catch_signals(struct errand *errand)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	r = sd_event_add_signal(errand->event, NULL, SIGINT, on_signal, errand);
	if (r >= 0)
		r = sd_event_add_signal(errand->event, NULL, SIGTERM, on_signal, errand);
	if (r >= 0)
		r = sd_bus_attach_event(errand->bus, errand->event, SD_EVENT_PRIORITY_NORMAL);
	return r;
}

static enum exit_code wait_for_end(struct errand *errand)
{
	int r;

	r = catch_signals(errand);
	while (r >= 0 && !errand->is_over && sd_bus_is_open(errand->bus) > 0)
		r = sd_event_run(errand->event, UINT64_MAX);
	(void)sd_bus_detach_event(errand->bus); /* it was attached or it was not */
	if (errand->is_over)
		return errand->code;
	call_complain("cannot %s: cannot wait for its end: %s", errand->what,
		      r < 0 ? strerror(-r) : "the bus is gone");
	return r < 0 ? EXIT_CODE_FAILURE : EXIT_CODE_UNREACHABLE;
}

enum exit_code errand_run(sd_bus *bus, const char *what, sd_bus_message *call,
			  struct errand_end *ret)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	struct errand errand = { .bus = bus, .what = what, .ret = ret };
	enum exit_code code;
	int r;

	r = sd_event_new(&event);
	errand.event = event;
	if (r >= 0)
		r = listen_to(&errand);
	if (r < 0) {
		call_complain("cannot %s: %s", what, strerror(-r));
		return EXIT_CODE_FAILURE;
	}
	code = call_message(bus, what, call, &reply);
	if (code)
		return code;
	r = sd_bus_message_read(reply, "o", &errand.job);
	if (r < 0)
		return call_bad_reply(what, r);
	return wait_for_end(&errand);
}
