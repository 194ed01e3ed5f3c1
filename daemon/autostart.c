/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns when a defined device is bound and given back. A device is due from its appearing, or from
 * its definition, until it is bound once; who restores it then is not fought. Moves nothing
 * itself: that is a job, or the end of a lease.
 */
#include "autostart.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "names.h"
#include "origin.h"

#define AGAIN_USEC  1000000 /* until the next attempt, when it cannot be made yet */
#define DRIVER_USEC 3000000 /* for a driver of its own, to which it can go back, to take it first */

struct autostart {
	struct custody *custody; /* peek */
	struct jobs *jobs;	 /* peek */
	struct definitions *definitions;
	sd_event_source *timer; /* enabled while there may be something to bind */
};

/* ---- binding ---- */

/* Not at once: what tells of a change may be in the middle of a device's story. */
static void look_later(struct autostart *autostart, uint64_t usec)
{
	int r;

	r = sd_event_source_set_time_relative(autostart->timer, usec);
	if (r >= 0)
		r = sd_event_source_set_enabled(autostart->timer, SD_EVENT_ONESHOT);
	if (r < 0)
		log_error_errno(r, "defined devices are not bound");
}

static void tell(struct autostart *autostart, struct device *device, unsigned int changes)
{
	LISTENER_TELL(autostart->custody, device_changed, device, changes);
}

static void set_unbound(struct autostart *autostart, struct device *device, const struct fault *why)
{
	if (!why && device->unbound == FAULT_NONE)
		return;
	device_set_unbound(device, why);
	tell(autostart, device, DEVICE_CHANGED_STATE);
}

/* Shown as long as it lasts; what to do about it comes last. */
static void explain(struct autostart *autostart, struct device *device, const struct fault *why,
		    int r)
{
	struct fault fault = {};

	(void)fault_set(
		&fault, why->code ?: FAULT_BIND_FAILED,
		"%s is defined and not bound: %.*s; it is tried again when the device changes "
		"and by: ccwctl autostart %s on",
		device->name, LIMIT_MESSAGE_BYTES - 128, *why->text ? why->text : strerror(-r),
		device->name);
	set_unbound(autostart, device, &fault);
}

static void on_ended(const struct job *job, enum job_result result, void *userdata)
{
	struct autostart *autostart = userdata;
	struct device *device = job->device;

	if (result == JOB_DONE) {
		device->is_due = false;
		log_full(LOG_INFO, device->name, NULL, "%s is defined, and bound to " CCWB_DRIVER,
			 device->name);
	} else if (device->is_autostart && device->is_present) {
		explain(autostart, device, &job->fault, -EIO);
	}
}

static uint64_t now(const struct autostart *autostart)
{
	uint64_t usec = 0;

	(void)sd_event_now(autostart->custody->event, CLOCK_MONOTONIC,
			   &usec); /* cannot fail here */
	return usec;
}

/* Its driver may be a module that is just being loaded, as when the machine starts. */
static bool is_early(const struct autostart *autostart, const struct device *device)
{
	return !*device->facts.driver && now(autostart) < device->due_usec;
}

/* Once is enough: it may be on its way back by now. What a lease or a job has bound is not yet. */
static bool note_bound(struct autostart *autostart, struct device *device)
{
	if (!device->is_bound &&
	    (strcmp(device->facts.driver, CCWB_DRIVER) != 0 || device->lease || device->has_job))
		return false;
	device->is_due = false;
	set_unbound(autostart, device, NULL);
	return true;
}

/* Positive: it is to be tried again soon, as it is too early, busy, or one job too many. */
static int try_bind(struct autostart *autostart, struct device *device)
{
	const struct custody *custody = autostart->custody;
	struct fault fault = {};
	struct job *job;
	int r;

	if (note_bound(autostart, device))
		return 0;
	if (!device->is_present || custody->is_stopping)
		return 0;
	if (device->has_job || device->state == DEVICE_BINDING || device->state == DEVICE_RELEASING)
		return 1; /* and may be as before after that, of which nobody tells */
	if (device->lease || device->state != DEVICE_HOST)
		return 0; /* it changes when that is over */
	if (is_early(autostart, device))
		return 1;
	r = job_begin(autostart->jobs, CHANGE_BIND, device, CCWB_DRIVER, &job, &fault);
	if (fault.code == FAULT_LIMITS_EXCEEDED)
		return 1;
	if (r < 0) {
		explain(autostart, device, &fault, r);
		log_full(LOG_WARNING, device->name, NULL, "%s", device->unbound_text ?: "");
		return 0;
	}
	job->ended = on_ended;
	job->userdata = autostart;
	set_unbound(autostart, device, NULL);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct autostart *autostart = userdata;
	const struct definition *definition;
	struct device *device;
	bool is_again = false;
	size_t n;

	for (n = 0; n < definitions_count(autostart->definitions); n++) {
		definition = definitions_at(autostart->definitions, n);
		device = registry_peek(autostart->custody->registry, definition->id);
		if (device && device->is_due && try_bind(autostart, device) > 0)
			is_again = true;
	}
	if (is_again)
		look_later(autostart, AGAIN_USEC);
	return 0;
}

int autostart_new(struct custody *custody, struct jobs *jobs, const char *directory,
		  struct autostart **ret)
{
	_cleanup_(autostart_freep) struct autostart *autostart = calloc(1, sizeof(*autostart));
	int r;

	if (!autostart)
		return -ENOMEM;
	autostart->custody = custody;
	autostart->jobs = jobs;
	r = definitions_new(directory, &autostart->definitions);
	if (r >= 0)
		r = sd_event_add_time(custody->event, &autostart->timer, CLOCK_MONOTONIC, 0, 0,
				      on_timer, autostart);
	if (r >= 0)
		r = sd_event_source_set_enabled(autostart->timer, SD_EVENT_OFF);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(autostart);
	return 0;
}

void autostart_free(struct autostart *autostart)
{
	if (!autostart)
		return;
	sd_event_source_disable_unref(autostart->timer);
	definitions_free(autostart->definitions);
	free(autostart);
}

static void on_bad_file(const char *file, const char *why, void *userdata)
{
	log_error("definition %s %s: ignored, and left alone", file, why);
}

int autostart_load(struct autostart *autostart)
{
	return definitions_load(autostart->definitions, on_bad_file, NULL);
}

const struct definitions *autostart_definitions(const struct autostart *autostart)
{
	return autostart->definitions;
}

/* ---- what devices do ---- */

static void note(struct autostart *autostart, struct device *device,
		 const struct definition *definition)
{
	device->is_defined = definition != NULL;
	device->is_autostart = definition && definition->is_autostart;
	device->is_due = device->is_autostart && !device->is_bound;
	if (device->is_due) {
		device->due_usec = now(autostart) + DRIVER_USEC;
		look_later(autostart, 0);
	} else {
		set_unbound(autostart, device, NULL);
	}
}

void autostart_device_added(struct autostart *autostart, struct device *device)
{
	note(autostart, device, definitions_find(autostart->definitions, device->id));
}

void autostart_device_changed(struct autostart *autostart, struct device *device)
{
	if (!note_bound(autostart, device) && device->is_due && !device->has_job)
		look_later(autostart, 0); /* with a job these would be the attempt's own changes */
}

/* ---- what people do ---- */

static void save(struct autostart *autostart, const struct lease *lease, const char *device)
{
	int r = store_save(autostart->custody->store, lease);

	if (r < 0)
		log_full_errno(LOG_ERR, device, lease->id, r,
			       "what becomes of %s after its lease is not saved", device);
}

/* One whose end is under way goes home first, and is bound then. */
static bool can_promote(const struct lease *lease)
{
	return lease && lease_is_held(lease) && !lease->is_bound &&
	       lease->backend.kind == BACKEND_CCWBROKER;
}

/* What its lease has bound stays bound. */
static void promote(struct autostart *autostart, struct device *device)
{
	origin_promote(device->lease, device);
	save(autostart, device->lease, device->name);
}

static void take_effect(struct autostart *autostart, const struct definition *definition)
{
	struct device *device = registry_peek(autostart->custody->registry, definition->id);

	if (!device)
		return;
	if (definition->is_autostart && can_promote(device->lease))
		promote(autostart, device);
	note(autostart, device, definition);
	tell(autostart, device, DEVICE_CHANGED_DEFINITION);
}

int autostart_define(struct autostart *autostart, const struct definition *definition,
		     struct fault *fault)
{
	const struct definition *known;
	int r;

	r = definitions_set(autostart->definitions, definition, fault);
	known = definitions_find(autostart->definitions, definition->id);
	if (known && known->is_autostart == definition->is_autostart)
		take_effect(autostart, definition); /* for as long as it lasts */
	return r;
}

int autostart_set(struct autostart *autostart, const struct definition *definition,
		  struct fault *fault)
{
	char id[CCW_ID_STRING_SIZE];

	if (!definitions_find(autostart->definitions, definition->id))
		return fault_set(fault, FAULT_NOT_DEFINED,
				 "%s is not defined; DefineDevice defines it",
				 ccw_id_format(definition->id, id));
	return autostart_define(autostart, definition, fault);
}

static int give_back(struct autostart *autostart, struct device *device, struct fault *fault)
{
	struct lease *lease = device->lease;
	struct fault why = {};
	struct job *job;
	int r;

	if (lease) {
		lease->is_bound = device->is_bound = false;
		lease->origin = lease->home;
		save(autostart, lease, device->name);
		return 0;
	}
	r = job_begin(autostart->jobs, CHANGE_RESTORE, device, "", &job, &why);
	if (r >= 0)
		return 0;
	return fault_set(fault, why.code ?: FAULT_RESTORE_FAILED,
			 "%s is not defined any more, and not given back: %.*s; RestoreDevice "
			 "tries again",
			 device->name, LIMIT_MESSAGE_BYTES / 2,
			 *why.text ? why.text : strerror(-r));
}

/* Bound for its definition, or about to be; nothing else has to be given back. */
static bool is_on_its_way(const struct device *device)
{
	return device->is_defined && (device->has_job || (device->is_bound && device->lease &&
							  !lease_is_held(device->lease)));
}

static bool is_to_go_back(const struct device *device)
{
	return device && device->is_defined && device->is_bound && device->is_present;
}

static int lose_effect(struct autostart *autostart, struct device *device, struct fault *fault)
{
	bool was_bound = is_to_go_back(device);

	note(autostart, device, NULL);
	tell(autostart, device, DEVICE_CHANGED_DEFINITION);
	return was_bound ? give_back(autostart, device, fault) : 0;
}

int autostart_check_undefine(const struct autostart *autostart, struct ccw_id id,
			     struct fault *fault)
{
	const struct device *device = registry_peek(autostart->custody->registry, id);
	char text[CCW_ID_STRING_SIZE];

	if (device && is_on_its_way(device))
		return fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
				 "%s is just being taken or given back; try again in a moment",
				 device->name);
	if (!definitions_find(autostart->definitions, id))
		return fault_set(fault, FAULT_NOT_DEFINED, "%s is not defined",
				 ccw_id_format(id, text));
	return 0;
}

int autostart_undefine(struct autostart *autostart, struct ccw_id id, struct fault *fault)
{
	struct device *device = registry_peek(autostart->custody->registry, id);
	struct fault later = {};
	bool is_gone;
	int r, q;

	r = autostart_check_undefine(autostart, id, fault);
	if (r < 0)
		return r;
	/* its way first: a restart that finds neither would leave it bound for nothing */
	if (is_to_go_back(device))
		origin_save_way(autostart->custody->store, device, true);
	r = definitions_remove(autostart->definitions, id, fault);
	is_gone = !definitions_find(autostart->definitions, id);
	if (!is_gone && is_to_go_back(device))
		origin_save_way(autostart->custody->store, device, false);
	if (!device || !device->is_defined || !is_gone)
		return r;
	q = lose_effect(autostart, device, r < 0 ? &later : fault);
	return r < 0 ? r : q;
}

/* ---- what files do ---- */

struct reload {
	struct autostart *autostart;
	struct definitions *fresh;
	struct fault *fault;
	bool is_check; /* nobody is told but who asks */
	int r;
};

static void on_bad_again(const char *file, const char *why, void *userdata)
{
	struct reload *reload = userdata;
	const char *stays = "it defines nothing";
	int r;

	r = definitions_keep(reload->fresh, reload->autostart->definitions, file);
	if (r > 0)
		stays = "what it said before stays in force";
	if (!reload->is_check)
		log_error("definition %s %s: left alone, and %s", file, why, stays);
	if (reload->r >= 0)
		reload->r = fault_set(reload->fault, FAULT_DEFINITION_INVALID,
				      "definition %s %s: %s; mend or remove the file, and reload",
				      file, why, stays);
	if (r < 0)
		reload->r = r;
}

/* Its file has gone. One that is just being bound for it is not, one on another way goes there. */
static void let_go(struct autostart *autostart, struct ccw_id id)
{
	struct device *device = registry_peek(autostart->custody->registry, id);
	struct fault fault = {};
	struct job *job = NULL;

	if (!device)
		return;
	while ((job = jobs_next(autostart->jobs, job)))
		if (job->device == device && job->ended == on_ended)
			break;
	if (job || is_on_its_way(device)) {
		note(autostart, device, NULL);
		tell(autostart, device, DEVICE_CHANGED_DEFINITION);
		if (job)
			job_cancel(job);
		else
			log_full(LOG_WARNING, device->name, NULL,
				 "%s is not defined any more, and on its way: ccwctl restore %s "
				 "gives it to its driver",
				 device->name, device->name);
	} else if (lose_effect(autostart, device, &fault) < 0) {
		log_full(LOG_ERR, device->name, NULL, "%s", fault.text);
	}
}

/* Only what is another one than before has an effect: who restored a device is not fought. */
static void apply(struct autostart *autostart, const struct definitions *old)
{
	const struct definition *now, *before;
	size_t n;

	for (n = 0; n < definitions_count(old); n++) {
		before = definitions_at(old, n);
		if (!definitions_find(autostart->definitions, before->id))
			let_go(autostart, before->id);
	}
	for (n = 0; n < definitions_count(autostart->definitions); n++) {
		now = definitions_at(autostart->definitions, n);
		before = definitions_find(old, now->id);
		if (!before || before->is_autostart != now->is_autostart)
			take_effect(autostart, now);
	}
}

static int read_again(struct reload *reload)
{
	const char *directory = definitions_directory(reload->autostart->definitions);
	int r;

	r = definitions_new(directory, &reload->fresh);
	if (r >= 0)
		r = definitions_load(reload->fresh, on_bad_again, reload);
	if (r >= 0 && reload->r == -ENOBUFS)
		r = fault_set(
			reload->fault, FAULT_LIMITS_EXCEEDED,
			"%s has files of more than %d devices: all definitions stay as they were",
			directory, LIMIT_DEFINITIONS);
	else if (r < 0)
		(void)fault_set(reload->fault, FAULT_DEFINITION_INVALID,
				"%s cannot be read: %s; all definitions stay as they were",
				directory, strerror(-r));
	return r;
}

int autostart_check_reload(struct autostart *autostart, struct fault *fault)
{
	struct reload reload = { .autostart = autostart, .fault = fault, .is_check = true };
	int r;

	r = read_again(&reload);
	definitions_free(reload.fresh);
	return r < 0 ? r : reload.r;
}

int autostart_reload(struct autostart *autostart, struct fault *fault)
{
	struct reload reload = { .autostart = autostart, .fault = fault };
	struct definitions *other;
	int r;

	r = read_again(&reload);
	if (r < 0) {
		definitions_free(reload.fresh);
		log_error("%s", fault->text);
		return r;
	}
	other = autostart->definitions;
	autostart->definitions = reload.fresh;
	apply(autostart, other);
	definitions_free(other);
	return reload.r;
}
