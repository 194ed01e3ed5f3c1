/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the wait for a job of the broker: its start, its end, and its cancellation by whoever sits at
 * the terminal. Does not know what the job does.
 */
#include <errno.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "call.h"
#include "errand.h"
#include "interrupt.h"
#include "names.h"
#include "progress.h"
#include "properties.h"
#include "sender.h"

struct errand {
	sd_bus *bus;
	sd_event *event;
	struct sender sender;
	const char *what;
	char *job;	       /* its path; NULL: not started yet */
	sd_bus_message *early; /* the last end of a job before ours had a path */
	struct progress progress;
	bool is_canceled;
	bool is_over;
	enum exit_code code; /* when it is over */
	struct errand_end *ret;
};

struct job_progress {
	char *state;
	double done; /* 0 to 1 */
	bool is_valid;
};

static const struct property job_properties[] = {
	{ "State", PROPERTY_STRING, offsetof(struct job_progress, state) },
	{ "Progress", PROPERTY_DOUBLE, offsetof(struct job_progress, done) },
	{ "ProgressValid", PROPERTY_BOOL, offsetof(struct job_progress, is_valid) },
	{},
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

static int on_job_end(struct errand *errand, sd_bus_message *message)
{
	const char *path, *result, *code, *reason;
	uint32_t id;
	int r;

	r = sd_bus_message_read(message, "uos(ss)", &id, &path, &result, &code, &reason);
	if (r >= 0 && strcmp(path, errand->job))
		return 0;
	if (r >= 0)
		r = errand_outcome_from_string(result);
	if (r < 0)
		return end(errand, call_bad_reply(errand->what, r));
	errand->ret->outcome = (enum errand_outcome)r;
	errand->ret->code = call_refusal_code(code);
	errand->ret->reason = strdup(reason);
	if (!errand->ret->reason)
		return end(errand, call_bad_reply(errand->what, -ENOMEM));
	return end(errand, EXIT_CODE_OK);
}

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct errand *errand = userdata;
	int r = sender_is_broker(&errand->sender, message);

	if (r < 0)
		return end(errand, call_bad_reply(errand->what, r));
	if (r == 0)
		return 0;
	if (errand->job)
		return on_job_end(errand, message);
	/* ours may be over at once, and then stands right before the reply */
	sd_bus_message_unref(errand->early);
	errand->early = sd_bus_message_ref(message);
	return 0;
}

/* Another daemon, or none, has no such job: it is given back at its start. */
static int on_broker_gone(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct errand *errand = userdata;
	const char *before;
	int r;

	if (!sender_is_bus(message))
		return 0;
	r = sd_bus_message_read(message, "sss", NULL, &before, NULL);
	if (r >= 0 && !*before)
		return 0; /* it was started by our call */
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

static void cancel(struct errand *errand)
{
	int r;

	r = sd_bus_call_method_async(errand->bus, NULL, CCWB_BUS_NAME, errand->job, CCWB_IFACE_JOB,
				     "Cancel", on_cancel_reply, errand, "t", (uint64_t)0);
	if (r < 0)
		call_complain("cannot cancel it: %s", strerror(-r));
}

/* The first one may come before there is a job: that is canceled as soon as it has a path. */
static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct errand *errand = userdata;

	if (errand->is_canceled) {
		progress_clear(&errand->progress);
		call_complain("cannot %s: not waited for any more; %s", errand->what,
			      errand->job ? "it is being undone"
					  : "whether it has begun, ccwctl info tells");
		return end(errand, EXIT_CODE_ABORTED);
	}
	errand->is_canceled = true;
	if (errand->job)
		cancel(errand);
	return 0;
}

static int on_started(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	struct errand *errand = userdata;
	const sd_bus_error *why = sd_bus_message_get_error(reply);
	const char *path;
	int r;

	if (why) {
		progress_clear(&errand->progress);
		return end(errand, call_refused(errand->what, why));
	}
	r = sd_bus_message_read(reply, "o", &path);
	if (r < 0)
		return end(errand, call_bad_reply(errand->what, r));
	errand->job = strdup(path);
	if (!errand->job)
		return end(errand, call_bad_reply(errand->what, -ENOMEM));
	if (errand->early)
		(void)on_job_end(errand, errand->early); /* gives 0 */
	if (errand->is_canceled && !errand->is_over)
		cancel(errand);
	return 0;
}

/* Both before the call: a job may be over before its reply has been read. */
static int listen_to(struct errand *errand)
{
	int r;

	r = sender_follow(&errand->sender, errand->bus);
	if (r < 0)
		return r;
	r = sd_bus_match_signal(errand->bus, NULL, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
				"JobRemoved", on_job_removed, errand);
	if (r < 0)
		return r;
	return sd_bus_add_match(errand->bus, NULL,
				"type='signal',sender='org.freedesktop.DBus',"
				"member='NameOwnerChanged',arg0='" CCWB_BUS_NAME "'",
				on_broker_gone, errand);
}

static int on_job_properties(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct errand *errand = userdata;
	struct job_progress progress = {};
	int r;

	r = sd_bus_message_get_error(message) ? -ENOENT
					      : properties_read(message, job_properties, &progress);
	if (r >= 0 && !errand->is_over)
		progress_show(&errand->progress, progress.state ? progress.state : "running",
			      progress.is_valid ? (int)(progress.done * 100.0 + 0.5) : -1);
	properties_free(job_properties, &progress);
	return 0;
}

static int on_second(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct errand *errand = userdata;
	int r;

	if (errand->job)
		(void)sd_bus_call_method_async(
			errand->bus, NULL, CCWB_BUS_NAME, errand->job,
			"org.freedesktop.DBus.Properties", "GetAll", on_job_properties, errand, "s",
			CCWB_IFACE_JOB); /* without an answer there is none */
	else
		progress_show(&errand->progress, "asking", -1);
	r = sd_event_source_set_time_relative(source, PROGRESS_USEC);
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int show_progress(struct errand *errand)
{
	errand->progress = progress_start(errand->what);
	if (!errand->progress.is_wanted)
		return 0;
	return sd_event_add_time_relative(errand->event, NULL, CLOCK_MONOTONIC, PROGRESS_USEC, 0,
					  on_second, errand);
}

static enum exit_code wait_for_end(struct errand *errand)
{
	int r = 0;

	while (r >= 0 && !errand->is_over && sd_bus_is_open(errand->bus) > 0)
		r = call_wait(errand->bus, errand->event);
	(void)sd_bus_detach_event(errand->bus); /* it was attached */
	progress_clear(&errand->progress);
	if (errand->is_over)
		return errand->code;
	call_complain("cannot %s: cannot wait for its end: %s", errand->what,
		      r < 0 ? strerror(-r) : "the bus is gone");
	return r < 0 ? EXIT_CODE_FAILURE : EXIT_CODE_UNREACHABLE;
}

static int begin(struct errand *errand, sd_bus_message *call)
{
	int r;

	r = listen_to(errand);
	if (r >= 0)
		r = interrupt_catch(errand->event, false, on_signal, errand);
	if (r >= 0)
		r = sd_bus_attach_event(errand->bus, errand->event, SD_EVENT_PRIORITY_NORMAL);
	if (r >= 0)
		r = show_progress(errand);
	if (r >= 0)
		r = sd_bus_call_async(errand->bus, NULL, call, on_started, errand,
				      CALL_TIMEOUT_USEC);
	return r;
}

enum exit_code errand_run(sd_bus *bus, const char *what, sd_bus_message *call,
			  struct errand_end *ret)
{
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	struct errand errand = { .bus = bus, .what = what, .ret = ret };
	enum exit_code code;
	int r;

	r = sd_event_new(&event);
	errand.event = event;
	if (r >= 0)
		r = begin(&errand, call);
	if (r < 0) {
		call_complain("cannot %s: %s", what, strerror(-r));
		code = EXIT_CODE_FAILURE;
	} else {
		code = wait_for_end(&errand);
	}
	sender_unfollow(&errand.sender);
	sd_bus_message_unref(errand.early);
	free(errand.job);
	return code;
}
