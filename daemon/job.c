/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what is under way with devices that have no lease: saved -> a worker changes the device ->
 * saved as bound, or forgotten. What fails in the middle is undone by a second worker. Knows no bus.
 */
#include "job.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "names.h"
#include "origin.h"

struct jobs {
	struct custody *custody; /* peek */
	worker_run_t run;
	const struct job_listener *listener;
	void *userdata;
	struct job *first;
	unsigned int count;
	uint32_t last_id;
};

static void device_move(struct job *job, enum device_state state, const struct fault *fault)
{
	device_set_state(job->device, state, fault);
	LISTENER_TELL(job->jobs->custody, device_changed, job->device, DEVICE_CHANGED_STATE);
}

int jobs_new(struct custody *custody, worker_run_t run, struct jobs **ret)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));

	if (!jobs)
		return -ENOMEM;
	jobs->custody = custody;
	jobs->run = run;
	*ret = jobs;
	return 0;
}

static void job_free(struct job *job)
{
	worker_free(job->worker);
	job->device->has_job = false;
	free(job);
}

void jobs_free(struct jobs *jobs)
{
	struct job *job;

	if (!jobs)
		return;
	while ((job = jobs->first)) {
		jobs->first = job->next;
		job_free(job);
	}
	free(jobs);
}

void jobs_set_listener(struct jobs *jobs, const struct job_listener *listener, void *userdata)
{
	jobs->listener = listener;
	jobs->userdata = userdata;
}

/* ---- the end ---- */

static void remove_job(struct job *job, enum job_result result)
{
	struct jobs *jobs = job->jobs;
	struct job **at = &jobs->first;
	struct registry *registry = jobs->custody->registry;
	struct device *device = job->device;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	jobs->count--;
	if (job->ended)
		job->ended(job, result, job->userdata);
	if (jobs->listener)
		jobs->listener->removed(job, result, jobs->userdata);
	job_free(job);
	if (!device->is_present)
		registry_drop(registry, device);
}

static void save(struct job *job, enum lease_state state)
{
	int r = origin_save(job->jobs->custody->store, job->device, state);

	if (r < 0)
		log_full_errno(LOG_ERR, job->device->name, NULL, r, "where %s belongs is not saved",
			       job->device->name);
}

/* It went and another one came, which is with the driver that the host has given it. */
static bool has_come_anew(const struct job *job)
{
	const struct sysfs_facts *facts = &job->device->facts;

	return facts->incarnation != job->change.incarnation &&
	       strcmp(facts->driver, CCWB_DRIVER) != 0;
}

/* As it is now, the device is at home or bound elsewhere; either way the host's. */
static void settle(struct job *job, enum job_result result)
{
	struct device *device = job->device;
	bool is_bound_there = job->kind == CHANGE_BIND && result == JOB_DONE;
	bool is_new = has_come_anew(job) && !is_bound_there; /* whichever device that was */
	/* one that was restored has been left with whoever else has taken it */
	bool is_home = is_new || (job->kind == CHANGE_RESTORE && result == JOB_DONE) ||
		       strcmp(device->facts.driver, device->origin.driver) == 0;

	if (is_bound_there)
		origin_note_bound(device, job->change.driver);
	registry_clear_backend(job->jobs->custody->registry, device);
	/* one that is gone is forgotten when it is dropped, with its place on the claim list */
	if (device->is_present && is_home)
		origin_forget(job->jobs->custody->store, device);
	else if (device->is_present)
		save(job, LEASE_BOUND);
	device->is_bound = device->is_present && !is_home;
	device_move(job, DEVICE_HOST, NULL);
	remove_job(job, result);
}

static void on_changed(struct worker_result *result, void *userdata);

static void on_late(const struct worker_progress *progress, void *userdata)
{
	struct job *job = userdata;
	struct fault fault;

	(void)worker_explain_late(progress, job->device->name, &fault); /* the fault says it */
	log_full(LOG_ERR, job->device->name, NULL, "%s", fault.text);
	job->state = JOB_STUCK;
	device_move(job, DEVICE_STUCK, &fault);
	job->jobs->custody->n_jobs--; /* nobody knows for how long */
	custody_stop_when_idle(job->jobs->custody);
}

static int start(struct job *job)
{
	struct custody *custody = job->jobs->custody;
	int r;

	r = worker_new(custody->event, sysfs_fd_peek(custody->sysfs), job->jobs->run, &job->change,
		       on_changed, job, &job->worker);
	if (r >= 0)
		r = worker_watch(job->worker, on_late);
	custody->n_jobs += r >= 0;
	return r;
}

static void fail(struct job *job, const struct fault *fault)
{
	struct device *device = job->device;

	log_full(LOG_ERR, device->name, NULL, "%s", fault->text);
	if (has_come_anew(job))
		origin_note_bound(device, "");
	else if (job->kind == CHANGE_BIND && strcmp(device->facts.driver, job->before.driver) != 0)
		origin_note_bound(device, job->change.driver);
	save(job, LEASE_FAILED);
	device_move(job, DEVICE_FAILED, fault);
	job->fault = *fault; /* more urgent than what began it */
	remove_job(job, job->is_canceled ? JOB_CANCELED : JOB_FAILED);
}

/* Nobody knows how far it came: back to where it was. */
static void undo(struct job *job)
{
	struct fault fault = {};
	int r;

	job->state = JOB_UNDOING;
	job->change.kind = CHANGE_RESTORE;
	job->change.origin = job->before;
	if (job->device->state == DEVICE_STUCK)
		device_move(job, DEVICE_RELEASING, NULL);
	r = start(job);
	if (r >= 0)
		return;
	(void)fault_set(&fault, FAULT_RESTORE_FAILED, "cannot start a worker: %s", strerror(-r));
	fail(job, &fault);
}

/* The first one: what comes of undoing is another matter. */
static void note_fault(struct job *job, const struct worker_result *result)
{
	const char *name = job->device->name;

	job->fault = result->fault;
	if (job->is_canceled)
		(void)fault_set(&job->fault, FAULT_BIND_FAILED, "%s: canceled by request", name);
	else if (job->fault.code == FAULT_NONE)
		(void)fault_set(&job->fault, FAULT_BIND_FAILED,
				"the process that works on %s has ended: %s; try again", name,
				strerror(-result->r));
	log_full(LOG_WARNING, name, NULL, "%s", job->fault.text);
}

/* Facts that are older than the work would say that the device is at home, or is not. */
static void fail_unseen(struct job *job, int error)
{
	struct fault fault = {};

	(void)fault_set(&fault, FAULT_RESTORE_FAILED,
			"cannot see what has become of %s: %s; RestoreDevice gives it back",
			job->device->name, strerror(-error));
	if (job->kind == CHANGE_BIND)
		origin_note_bound(job->device, job->change.driver);
	fail(job, &fault);
}

/* It was stranded before, so there is no place to take it back to: stranded it stays. */
static void fail_again(struct job *job)
{
	struct fault fault = {};

	(void)fault_set(&fault, FAULT_RESTORE_FAILED, "%s; RestoreDevice tries again",
			job->fault.text);
	fail(job, &fault);
}

static void on_changed(struct worker_result *result, void *userdata)
{
	struct job *job = userdata;
	struct custody *custody = job->jobs->custody;
	bool has_died = result->r < 0 && result->fault.code == FAULT_NONE;
	bool is_undone = job->state == JOB_UNDOING ||
			 (job->state == JOB_STUCK && job->fault.code != FAULT_NONE);
	int seen;

	custody->n_jobs -= !worker_is_late(job->worker);
	job->worker = (worker_free(job->worker), NULL);
	/* it stays, there or not: it has a job */
	seen = registry_refresh(custody->registry, job->device->id);
	if (result->r < 0 && !is_undone)
		note_fault(job, result);
	if (has_died && !is_undone && job->was_failed) {
		fail_again(job);
	} else if (has_died && !is_undone) {
		undo(job);
	} else if (seen < 0 && seen != -ENOENT) {
		fail_unseen(job, seen);
	} else if (result->r < 0 && result->fault.code != FAULT_DEVICE_GONE &&
		   (is_undone || job->was_failed || result->fault.code == FAULT_RESTORE_FAILED)) {
		if (has_died)
			(void)fault_set(&result->fault, FAULT_RESTORE_FAILED,
					"%s could not be given back", job->device->name);
		fail(job, &result->fault);
	} else {
		settle(job, job->is_canceled		 ? JOB_CANCELED
			    : is_undone || result->r < 0 ? JOB_FAILED
							 : JOB_DONE);
	}
	custody_stop_when_idle(custody);
}

void job_cancel(struct job *job)
{
	if (job->state != JOB_RUNNING)
		return;
	job->is_canceled = true;
	worker_kill(job->worker); /* and on_changed undoes what it did */
}

/* ---- the beginning ---- */

int job_check(const struct jobs *jobs, enum change_kind kind, const struct device *device,
	      struct fault *fault)
{
	if (jobs->custody->is_stopping)
		return fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
				 "the daemon is about to stop; try again in a moment");
	if (device->lease)
		return lease_explain(device->lease, device->name, fault);
	if (device->has_job)
		return fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
				 "%s has a job already; wait for its end", device->name);
	if (device->state == DEVICE_FAILED && kind != CHANGE_RESTORE)
		return fault_set(fault, FAULT_RESTORE_FAILED,
				 "%s could not be given back before; RestoreDevice tries again",
				 device->name);
	if (kind == CHANGE_RESET && strcmp(device->facts.driver, CCWB_DRIVER) == 0)
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "%s is bound to " CCWB_DRIVER
				 ", which resets it whenever a client opens it",
				 device->name);
	if (jobs->count >= LIMIT_JOBS)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "%d jobs are under way already; try again in a moment",
				 LIMIT_JOBS);
	return 0;
}

/* Where the device is at home; without an origin it is at home where it is. */
static void note_origin(struct job *job)
{
	struct device *device = job->device;

	strcpy(job->before.driver, device->facts.driver);
	job->before.is_online = device->facts.is_online;
	if (device->backend.kind == BACKEND_VFIO_CCW)
		job->before = device->origin; /* there is nothing between there and home */
	job->had_origin = device->has_origin;
	job->was_failed = device->state == DEVICE_FAILED;
	if (!device->has_origin) {
		device->origin = job->before;
		if (strcmp(device->facts.driver, CCWB_DRIVER) == 0)
			device->origin = (struct plan_origin){}; /* bound by hand: nobody knows */
	}
	device->has_origin = true;
	job->change.origin = device->origin;
	/* from where the job takes it to, it is taken back */
	if (job->kind != CHANGE_RESET)
		strcpy(job->before.by_job,
		       job->kind == CHANGE_BIND ? job->change.driver : device->origin.driver);
}

static uint64_t realtime_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static struct job *make(struct jobs *jobs, enum change_kind kind, struct device *device,
			const char *driver)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->id = ++jobs->last_id;
	job->kind = kind;
	job->jobs = jobs;
	job->device = device;
	job->start = realtime_usec();
	job->change = (struct change){
		.sysfs = jobs->custody->sysfs,
		.id = device->id,
		.kind = kind,
		.backend = device->backend,
		.incarnation = device->facts.incarnation,
		.step_limit_ms = jobs->custody->step_limit_ms,
	};
	snprintf(job->change.driver, sizeof(job->change.driver), "%s", driver);
	note_origin(job);
	return job;
}

int job_begin(struct jobs *jobs, enum change_kind kind, struct device *device, const char *driver,
	      struct job **ret, struct fault *fault)
{
	struct job *job;
	int r;

	r = job_check(jobs, kind, device, fault);
	if (r < 0)
		return r;
	job = make(jobs, kind, device, driver);
	if (!job)
		return -ENOMEM;
	device->has_job = true;
	/* what is on its way home goes on there after a restart, all else goes back */
	r = kind == CHANGE_RESTORE ? origin_save(jobs->custody->store, device, LEASE_PENDING)
				   : origin_save_before(jobs->custody->store, device, &job->before);
	if (r >= 0)
		r = start(job);
	if (r < 0) {
		if (!job->had_origin)
			origin_forget(jobs->custody->store, device);
		job_free(job);
		return r;
	}
	job->next = jobs->first;
	jobs->first = job;
	jobs->count++;
	device_move(job, DEVICE_BINDING, NULL);
	if (jobs->listener)
		jobs->listener->added(job, jobs->userdata);
	*ret = job;
	return 0;
}

struct job *jobs_find(const struct jobs *jobs, uint32_t id)
{
	struct job *job = jobs->first;

	while (job && job->id != id)
		job = job->next;
	return job;
}

struct job *jobs_next(const struct jobs *jobs, const struct job *job)
{
	return job ? job->next : jobs->first;
}

const char *job_state_to_string(enum job_state state)
{
	static const char *const names[_JOB_STATE_MAX] = {
		[JOB_RUNNING] = "running",
		[JOB_UNDOING] = "undoing",
		[JOB_STUCK] = "stuck",
	};

	return names[state];
}

const char *job_result_to_string(enum job_result result)
{
	static const char *const names[_JOB_RESULT_MAX] = {
		[JOB_DONE] = "done",
		[JOB_FAILED] = "failed",
		[JOB_CANCELED] = "canceled",
	};

	return names[result];
}
