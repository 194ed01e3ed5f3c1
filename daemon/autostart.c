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

#define AGAIN_USEC 1000000 /* until the next attempt, when there are too many jobs */

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

/* Positive: there was no room for one more job. */
static int try_bind(struct autostart *autostart, struct device *device)
{
	struct fault fault = {};
	struct job *job;
	int r;

	if (device->is_bound || strcmp(device->facts.driver, CCWB_DRIVER) == 0) {
		device->is_due = false;
		return 0;
	}
	if (!device->is_present || device->lease || device->has_job ||
	    device->state != DEVICE_HOST || autostart->custody->is_stopping)
		return 0; /* it changes when that is over */
	r = job_begin(autostart->jobs, CHANGE_BIND, device, CCWB_DRIVER, &job, &fault);
	if (fault.code == FAULT_LIMITS_EXCEEDED)
		return 1;
	if (r < 0)
		log_full(LOG_WARNING, device->name, NULL, "%s is defined, and not bound: %s",
			 device->name, *fault.text ? fault.text : strerror(-r));
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
	if (device->is_due)
		look_later(autostart, 0);
}

void autostart_device_added(struct autostart *autostart, struct device *device)
{
	note(autostart, device, definitions_find(autostart->definitions, device->id));
}

void autostart_device_changed(struct autostart *autostart, struct device *device)
{
	if (device->is_bound)
		device->is_due = false; /* it has been bound, and may be on its way back by now */
	else if (device->is_due && !device->has_job) /* else these are the attempt's own changes */
		look_later(autostart, 0);
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
	struct lease *lease = device->lease;

	lease->is_bound = device->is_bound = true;
	lease->home = lease->origin;
	lease->origin = (struct plan_origin){ .driver = CCWB_DRIVER };
	save(autostart, lease, device->name);
}

static void demote(struct autostart *autostart, struct device *device)
{
	struct lease *lease = device->lease;

	lease->is_bound = device->is_bound = false;
	lease->origin = lease->home;
	save(autostart, lease, device->name);
}

static void tell(struct autostart *autostart, struct device *device)
{
	LISTENER_TELL(autostart->custody, device_changed, device, DEVICE_CHANGED_DEFINITION);
}

int autostart_define(struct autostart *autostart, const struct definition *definition,
		     struct fault *fault)
{
	struct device *device = registry_peek(autostart->custody->registry, definition->id);
	int r;

	r = definitions_set(autostart->definitions, definition, fault);
	if (r < 0 || !device)
		return r;
	if (definition->is_autostart && can_promote(device->lease))
		promote(autostart, device);
	note(autostart, device, definition);
	tell(autostart, device);
	return 0;
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
	struct fault why = {};
	struct job *job;
	int r;

	if (device->lease) {
		demote(autostart, device);
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

int autostart_undefine(struct autostart *autostart, struct ccw_id id, struct fault *fault)
{
	struct device *device = registry_peek(autostart->custody->registry, id);
	bool was_bound = device && device->is_defined && device->is_bound && device->is_present;
	int r;

	if (was_bound && (device->has_job || (device->lease && !lease_is_held(device->lease))))
		return fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
				 "%s is just being taken or given back; try again in a moment",
				 device->name);
	r = definitions_remove(autostart->definitions, id, fault);
	if (r < 0 || !device)
		return r;
	note(autostart, device, NULL);
	tell(autostart, device);
	return was_bound ? give_back(autostart, device, fault) : 0;
}
