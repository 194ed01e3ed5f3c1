/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the jobs on the bus: the methods that start one, one object for each, and the signals. Decides
 * nothing but who may.
 */
#include "bus-job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bus-consent.h"
#include "bus-dict.h"
#include "bus-error.h"
#include "bus-hold.h"
#include "bus-lookup.h"
#include "bus-rehearse.h"
#include "names.h"
#include "text.h"

#define PATH_SIZE   64
#define SHOWN_BYTES 64 /* of a caller's argument in our answer */

struct bus_job {
	sd_bus *bus;
	struct broker *broker;
};

static const char *path_of(const struct job *job, char path[static PATH_SIZE])
{
	snprintf(path, PATH_SIZE, CCWB_PATH_JOB "/%" PRIu32, job->id);
	return path;
}

/* ---- the methods ---- */

/* The one place that says who may: as bus_consent_authorize, for whoever sent message. */
static int authorize(struct broker *broker, sd_bus_message *message, const char *action,
		     const struct device *device, struct fault *fault)
{
	struct subject subject;
	int r;

	r = bus_hold_subject(broker_hold(broker), message, &subject, fault);
	if (r <= 0)
		return r;
	r = bus_consent_authorize(broker_hold(broker), message, &subject, action, device, fault);
	subject_deinit(&subject);
	return r;
}

static int check_driver(const char *driver, struct fault *fault)
{
	if (*driver && strlen(driver) < SYSFS_NAME_SIZE && !strchr(driver, '/') &&
	    driver[0] != '.' && text_is_printable(driver))
		return 0;
	return fault_set(fault, FAULT_INVALID_ARGS, "\"%.*s\" is no driver's name", SHOWN_BYTES,
			 driver);
}

/* What a call asks for; driver belongs to the message. */
struct request {
	enum change_kind kind;
	struct ccw_id id;
	const char *driver;
	uint64_t flags;
};

static int read_request(sd_bus_message *message, struct request *request, struct fault *fault)
{
	int r;

	r = bus_lookup_read_id(message, &request->id, fault);
	if (r >= 0 && request->kind == CHANGE_BIND)
		r = sd_bus_message_read(message, "s", &request->driver);
	if (r >= 0 && request->kind == CHANGE_BIND)
		r = check_driver(request->driver, fault);
	return r < 0 ? r
		     : bus_dict_read_flags_of(message, CCWB_FLAG_DRY_RUN, &request->flags, fault);
}

/* 1: there is a reply, or will be; 0: message comes again. */
static int begin(struct broker *broker, sd_bus_message *message, const struct request *request,
		 struct fault *fault)
{
	const char *action = request->kind == CHANGE_RESET ? CCWB_ACTION_RESET : CCWB_ACTION_BIND;
	struct device *device;
	char path[PATH_SIZE];
	struct job *job;
	int r;

	device = broker_find_device(broker, request->id, fault);
	if (!device)
		return -ENOENT;
	r = authorize(broker, message, action, device, fault);
	if (r <= 0)
		return r;
	if (request->flags & CCWB_FLAG_DRY_RUN)
		return bus_rehearse(broker, message, request->kind, device, request->driver, fault);
	r = job_begin(broker_jobs(broker), request->kind, device, request->driver, &job, fault);
	return r < 0 ? r : sd_bus_reply_method_return(message, "o", path_of(job, path));
}

static int start(struct broker *broker, sd_bus_message *message, enum change_kind kind,
		 sd_bus_error *error)
{
	struct request request = { .kind = kind, .driver = "" };
	struct fault fault = {};
	int r;

	r = read_request(message, &request, &fault);
	if (r >= 0)
		r = begin(broker, message, &request, &fault);
	return r < 0 ? bus_error_set(error, r, &fault) : 1;
}

int bus_job_bind(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return start(userdata, message, CHANGE_BIND, error);
}

int bus_job_restore(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return start(userdata, message, CHANGE_RESTORE, error);
}

int bus_job_reset(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	return start(userdata, message, CHANGE_RESET, error);
}

/* ---- the objects ---- */

static int method_cancel(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	sd_bus_slot *slot = sd_bus_get_current_slot(sd_bus_message_get_bus(message));
	const struct bus_job *bus_job = sd_bus_slot_get_userdata(slot);
	struct fault fault = {};
	struct job *job = userdata;
	int r;

	r = bus_dict_read_flags(message, &fault);
	if (r >= 0)
		r = authorize(bus_job->broker, message, CCWB_ACTION_BIND, job->device, &fault);
	if (r < 0)
		return bus_error_set(error, r, &fault);
	if (r == 0)
		return 1;
	job_cancel(job);
	return sd_bus_reply_method_return(message, NULL);
}

static double progress_of(const struct job *job, bool *ret_is_valid)
{
	struct worker_progress progress = {};

	if (job->worker)
		worker_read_progress(job->worker, &progress);
	*ret_is_valid = progress.n_steps > 0 && progress.step <= progress.n_steps;
	return *ret_is_valid ? (double)progress.step / progress.n_steps : 0;
}

static int property_operation(sd_bus *bus, const char *path, const char *interface,
			      const char *property, sd_bus_message *reply, void *userdata,
			      sd_bus_error *error)
{
	static const char *const names[_CHANGE_KIND_MAX] = { "bind", "restore", "reset" };
	const struct job *job = userdata;

	/* while it is undone it is still what was asked for */
	return sd_bus_message_append(reply, "s", names[job->kind]);
}

static int property_device(sd_bus *bus, const char *path, const char *interface,
			   const char *property, sd_bus_message *reply, void *userdata,
			   sd_bus_error *error)
{
	const struct job *job = userdata;
	_cleanup_free_ char *device = NULL;
	int r;

	r = sd_bus_path_encode(CCWB_PATH_DEVICE, job->device->name, &device);
	return r < 0 ? r : sd_bus_message_append(reply, "o", device);
}

static int property_progress(sd_bus *bus, const char *path, const char *interface,
			     const char *property, sd_bus_message *reply, void *userdata,
			     sd_bus_error *error)
{
	bool is_valid;

	return sd_bus_message_append(reply, "d", progress_of(userdata, &is_valid));
}

static int property_progress_valid(sd_bus *bus, const char *path, const char *interface,
				   const char *property, sd_bus_message *reply, void *userdata,
				   sd_bus_error *error)
{
	bool is_valid;

	(void)progress_of(userdata, &is_valid); /* asked for separately */
	return sd_bus_message_append(reply, "b", is_valid);
}

static int property_start(sd_bus *bus, const char *path, const char *interface,
			  const char *property, sd_bus_message *reply, void *userdata,
			  sd_bus_error *error)
{
	const struct job *job = userdata;

	return sd_bus_message_append(reply, "t", job->start);
}

static int property_state(sd_bus *bus, const char *path, const char *interface,
			  const char *property, sd_bus_message *reply, void *userdata,
			  sd_bus_error *error)
{
	const struct job *job = userdata;

	return sd_bus_message_append(reply, "s", job_state_to_string(job->state));
}

#define CONST SD_BUS_VTABLE_PROPERTY_CONST

static const sd_bus_vtable job_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Cancel", SD_BUS_ARGS("t", flags), SD_BUS_NO_RESULT, method_cancel,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("Operation", "s", property_operation, 0, CONST),
	SD_BUS_PROPERTY("Device", "o", property_device, 0, CONST),
	SD_BUS_PROPERTY("Progress", "d", property_progress, 0, 0),
	SD_BUS_PROPERTY("ProgressValid", "b", property_progress_valid, 0, 0),
	SD_BUS_PROPERTY("StartUSec", "t", property_start, 0, CONST),
	SD_BUS_PROPERTY("State", "s", property_state, 0, 0),
	SD_BUS_VTABLE_END,
};

static int find(sd_bus *bus, const char *path, const char *interface, void *userdata,
		void **ret_found, sd_bus_error *error)
{
	struct bus_job *bus_job = userdata;
	char expected[PATH_SIZE];
	struct job *job = NULL;

	while ((job = jobs_next(broker_jobs(bus_job->broker), job)))
		if (strcmp(path_of(job, expected), path) == 0)
			break;
	*ret_found = job;
	return job != NULL;
}

static int enumerate(sd_bus *bus, const char *prefix, void *userdata, char ***ret_nodes,
		     sd_bus_error *error)
{
	_cleanup_(text_list_freep) char **nodes = calloc(LIMIT_JOBS + 1, sizeof(*nodes));
	struct bus_job *bus_job = userdata;
	char path[PATH_SIZE];
	struct job *job = NULL;
	size_t n = 0;

	if (!nodes)
		return -ENOMEM;
	while ((job = jobs_next(broker_jobs(bus_job->broker), job))) {
		nodes[n] = strdup(path_of(job, path));
		if (!nodes[n++])
			return -ENOMEM;
	}
	*ret_nodes = TAKE_PTR(nodes);
	return 0;
}

/* ---- the signals; one that cannot be sent is lost ---- */

static void on_added(struct job *job, void *userdata)
{
	struct bus_job *bus_job = userdata;
	char path[PATH_SIZE];

	path_of(job, path);
	(void)sd_bus_emit_object_added(bus_job->bus, path);
	(void)sd_bus_emit_signal(bus_job->bus, CCWB_PATH, CCWB_IFACE_MANAGER, "JobNew", "uo",
				 job->id, path);
}

static void on_removed(struct job *job, enum job_result result, void *userdata)
{
	struct bus_job *bus_job = userdata;
	char path[PATH_SIZE];

	path_of(job, path);
	(void)sd_bus_emit_interfaces_removed(bus_job->bus, path, CCWB_IFACE_JOB, NULL);
	(void)sd_bus_emit_signal(bus_job->bus, CCWB_PATH, CCWB_IFACE_MANAGER, "JobRemoved",
				 "uos(ss)", job->id, path, job_result_to_string(result),
				 fault_code_to_string(job->fault.code), job->fault.text);
}

static const struct job_listener job_listener = { .added = on_added, .removed = on_removed };

int bus_job_new(sd_bus *bus, struct broker *broker, struct bus_job **ret)
{
	_cleanup_(bus_job_freep) struct bus_job *bus_job = calloc(1, sizeof(*bus_job));
	int r;

	if (!bus_job)
		return -ENOMEM;
	bus_job->bus = sd_bus_ref(bus);
	bus_job->broker = broker;
	r = sd_bus_add_fallback_vtable(bus, NULL, CCWB_PATH_JOB, CCWB_IFACE_JOB, job_vtable, find,
				       bus_job);
	if (r >= 0)
		r = sd_bus_add_node_enumerator(bus, NULL, CCWB_PATH_JOB, enumerate, bus_job);
	if (r < 0)
		return r;
	jobs_set_listener(broker_jobs(broker), &job_listener, bus_job);
	*ret = TAKE_PTR(bus_job);
	return 0;
}

void bus_job_free(struct bus_job *bus_job)
{
	if (!bus_job)
		return;
	jobs_set_listener(broker_jobs(bus_job->broker), NULL, NULL);
	sd_bus_unref(bus_job->bus);
	free(bus_job);
}
