/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the execution of plans in a worker process: step by step, and back again when one fails.
 * Knows no order of its own and no lease.
 */
#include "binder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "binder-css.h"
#include "inuse.h"
#include "names.h"
#include "plan-css.h"
#include "reset.h"
#include "step.h"
#include "vfio.h"
#include "zdev.h"

/* /dev is looked up here, in the worker, which has no fd but the root of sysfs. */
#define DEV_ROOT "/dev"

/* Says what is about to be done, to whoever watches the time. */
static void tell_step(const struct binder_job *job, size_t n, size_t n_steps, unsigned int limit_ms,
		      const char *words)
{
	worker_step((unsigned int)n, (unsigned int)n_steps, job->step_limit_ms ?: limit_ms, words);
}

static struct step_scene scene_of(const struct binder_job *job)
{
	return (struct step_scene){
		.sysfs = job->sysfs,
		.id = job->id,
		.backend = &job->backend,
		.limit_ms = job->step_limit_ms,
	};
}

static int step_run_told(const struct binder_job *job, const struct plan_step *step, size_t n,
			 size_t n_steps)
{
	const struct step_scene scene = scene_of(job);

	return step_run(&scene, step, n, n_steps);
}

/* Takes back the first n steps of plan, last first. Goes on after a failure; gives the first one. */
static int roll_back(const struct binder_job *job, const struct plan *plan, size_t n,
		     struct plan_step *ret_failed)
{
	struct plan_step undo;
	int failure = 0;
	int r;

	while (n-- > 0) {
		if (!plan_undo(&plan->steps[n], &undo))
			continue;
		r = step_run_told(job, &undo, n, plan->n_steps + 1);
		if (r < 0 && failure >= 0) {
			failure = r;
			*ret_failed = undo;
		}
	}
	return failure;
}

/* Says what failed, after rolling back the n steps before it. */
static int give_up(const struct binder_job *job, const struct plan *plan, size_t n,
		   struct fault *fault)
{
	struct fault why = *fault, back = {};
	struct step_scene scene;
	struct plan_step failed;
	char name[CCW_ID_STRING_SIZE], words[128];
	int r;

	if (job->backend.kind == BACKEND_VFIO_CCW) {
		scene = scene_of(job);
		r = binder_css_return(&scene, &job->origin, &back);
		if (r < 0 && back.code == FAULT_RESTORE_FAILED)
			return fault_set(fault, FAULT_RESTORE_FAILED, "%.*s; and %s",
					 LIMIT_MESSAGE_BYTES / 2, why.text, back.text);
		return -ECANCELED;
	}
	r = roll_back(job, plan, n, &failed);
	if (r < 0)
		return fault_set(fault, FAULT_RESTORE_FAILED,
				 "%.*s; and %s could not be given back: %s failed: %s",
				 LIMIT_MESSAGE_BYTES / 2, why.text, ccw_id_format(job->id, name),
				 plan_step_describe(&failed, words, sizeof(words)), strerror(-r));
	return -ECANCELED;
}

static bool is_boxed(const struct binder_job *job)
{
	struct sysfs_facts facts;

	return sysfs_read(job->sysfs, job->id, &facts, NULL) >= 0 &&
	       facts.availability == SYSFS_BOXED;
}

static void explain_step(const struct binder_job *job, const struct plan_step *step, int error,
			 const char *driver, struct fault *fault)
{
	char name[CCW_ID_STRING_SIZE], words[128];

	ccw_id_format(job->id, name);
	if (step->action == PLAN_OFFLINE && error == -EBUSY)
		(void)fault_set(
			fault, FAULT_DEVICE_IN_USE,
			"%s is in use: its driver %s does not let it go offline because it is "
			"open; fuser -v on its nodes in /dev tells root by whom",
			name, driver);
	else if (step->action == PLAN_MASK && error == -ENOENT)
		(void)fault_set(
			fault, FAULT_NOT_SUPPORTED,
			"%s would be held to some commands, which its driver, or this version "
			"of the kernel module, cannot do",
			name);
	else if (is_boxed(job))
		(void)fault_set(fault, FAULT_DEVICE_BOXED,
				"%s is boxed: another system seems to have it reserved; try again "
				"when it is free there",
				name);
	else if (error == -ENODEV || error == -ENOENT)
		(void)fault_set(fault, FAULT_DEVICE_GONE, "%s: %s failed: %s; is it still there?",
				name, plan_step_describe(step, words, sizeof(words)),
				strerror(-error));
	else
		(void)fault_set(fault, FAULT_BIND_FAILED, "%s: %s failed: %s", name,
				plan_step_describe(step, words, sizeof(words)), strerror(-error));
}

int binder_check_use(struct sysfs *sysfs, struct ccw_id id, const char *driver, struct fault *fault)
{
	struct inuse_tables tables;
	char name[CCW_ID_STRING_SIZE];
	_cleanup_close_ int fd = -1;
	int r;

	r = sysfs_open_device(sysfs, id, &fd);
	if (r >= 0)
		r = inuse_tables_read(PROC_ROOT, &tables);
	if (r < 0)
		return r;
	r = inuse_check(fd, ccw_id_format(id, name), driver, &tables, false, fault);
	inuse_tables_deinit(&tables);
	return r;
}

/* What is passed over is not passed over in silence: DEVICE_IN_USE in place of a warning's code. */
static int check_forced(int fd, const char *name, const char *driver,
			const struct inuse_tables *tables, struct fault *ret_warning)
{
	struct fault use = {};
	int r;

	r = inuse_check(fd, name, driver, tables, false, &use);
	if (use.code != FAULT_DEVICE_IN_USE)
		return r;
	(void)fault_set(ret_warning, use.code, "by force, although %s", use.text);
	return 0;
}

static int check_first(const struct binder_job *job, const struct sysfs_facts *facts,
		       struct fault *ret_warning, struct fault *fault)
{
	struct inuse_tables tables;
	char name[CCW_ID_STRING_SIZE];
	enum backend_kind kind;
	_cleanup_close_ int fd = -1;
	int r;

	r = backend_choose(job->sysfs, job->backend.kind, ccw_id_format(job->id, name), facts,
			   &kind, fault);
	if (r < 0)
		return r;
	r = vfio_check(job->sysfs, job->iommu, fault);
	if (r < 0)
		return r;
	r = sysfs_open_device(job->sysfs, job->id, &fd);
	if (r < 0)
		return r;
	r = inuse_tables_read(PROC_ROOT, &tables);
	if (r < 0)
		return r;
	r = inuse_check(fd, name, facts->driver, &tables, job->is_forced, fault);
	if (r >= 0 && job->is_forced)
		r = check_forced(fd, name, facts->driver, &tables, ret_warning);
	inuse_tables_deinit(&tables);
	return r;
}

/* No reason to refuse, but the host will want it again. Behind what is said already. */
static void warn_of_rules(const struct binder_job *job, struct fault *warning)
{
	const struct fault before = *warning;
	_cleanup_free_ char *file = NULL;
	char name[CCW_ID_STRING_SIZE];

	if (zdev_find(ZDEV_ROOT, job->id, &file) <= 0)
		return;
	ccw_id_format(job->id, name);
	(void)fault_set(
		warning, before.code,
		"%s%schzdev keeps a configuration of %s in %s, with which the host takes it at "
		"every boot and whenever it appears; to leave it to the broker, run: chzdev "
		"--disable --persistent %s",
		before.text, *before.text ? "; " : "", name, file, name);
}

/* The bound device, reset if so wished, as fds or by path. */
static int hand_over(const struct binder_job *job, int dev_fd, size_t n_steps,
		     enum iommu *ret_iommu, struct worker_result *result)
{
	const struct sysfs_site site = backend_site(&job->backend, job->id);
	int r = 0;

	if (job->terms.reset_before) {
		tell_step(job, n_steps, n_steps + 1, 2 * LIMIT_STEP_ONLINE_MS, "reset");
		r = reset_device(job->sysfs, dev_fd, &site, &result->fault);
	}
	if (r < 0)
		return r;
	tell_step(job, n_steps, n_steps + 1, LIMIT_STEP_ONLINE_MS, "open through VFIO");
	if (job->is_by_path)
		return vfio_share(job->sysfs, dev_fd, &site, job->uid, &result->fault);
	return vfio_open(job->sysfs, dev_fd, &site, job->iommu, result->fds, &result->n_fds,
			 ret_iommu, &result->fault);
}

/* Whether there is anything to say against taking the device, or else about it. Touches nothing. */
static int look(const struct binder_job *job, struct sysfs_facts *facts, struct fault *ret_warning,
		struct fault *fault)
{
	char name[CCW_ID_STRING_SIZE];
	int r;

	r = sysfs_read(job->sysfs, job->id, facts, NULL);
	if (r < 0)
		return r;
	if (job->incarnation != 0 && facts->incarnation != job->incarnation)
		return fault_set(fault, FAULT_DEVICE_GONE,
				 "%s went, and another device has come in its place; try again",
				 ccw_id_format(job->id, name));
	/* one that is boxed may be free by now, which only an attempt shows */
	if (facts->availability == SYSFS_NO_PATH || facts->availability == SYSFS_NO_DEVICE)
		return fault_set(fault, FAULT_DEVICE_NOT_OPERATIONAL, "%s is not operational: %s",
				 ccw_id_format(job->id, name),
				 sysfs_explain_availability(facts->availability));
	tell_step(job, 0, 0, LIMIT_STEP_BIND_MS, "look who uses the device");
	r = check_first(job, facts, ret_warning, fault);
	if (r >= 0 && job->backend.kind == BACKEND_VFIO_CCW)
		r = plan_css_check(&job->terms, fault);
	if (r >= 0)
		warn_of_rules(job, ret_warning);
	return r;
}

static void make_plan(const struct binder_job *job, const struct sysfs_facts *facts,
		      struct plan *ret)
{
	if (job->backend.kind == BACKEND_VFIO_CCW) {
		plan_css_acquire(facts, ret);
		return;
	}
	plan_acquire(facts, ret);
	plan_hold(&job->terms, job->was_ours && strcmp(facts->driver, CCWB_DRIVER) == 0, ret);
}

static int take(const struct binder_job *job, struct worker_result *result)
{
	_cleanup_close_ int dev_fd = -1;
	struct fault warning = {};
	struct sysfs_facts facts;
	enum iommu iommu = IOMMU_GROUP;
	struct plan plan;
	size_t n;
	int r;

	_Static_assert(VFIO_FDS_MAX < LIMIT_WORKER_FDS, "and the lease's");
	dev_fd = open(DEV_ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dev_fd < 0)
		return -errno;
	r = look(job, &facts, &warning, &result->fault);
	if (r < 0)
		return r;
	make_plan(job, &facts, &plan);
	for (n = 0; n < plan.n_steps; n++) {
		r = step_run_told(job, &plan.steps[n], n, plan.n_steps + 1);
		if (r < 0) {
			explain_step(job, &plan.steps[n], r, facts.driver, &result->fault);
			/* a claim that failed may stand nevertheless: nothing shows it */
			n += plan.steps[n].action == PLAN_CLAIM;
			(void)give_up(job, &plan, n, &result->fault); /* the fault says it */
			return r;
		}
	}
	r = hand_over(job, dev_fd, plan.n_steps, &iommu, result);
	if (r < 0) {
		(void)give_up(job, &plan, plan.n_steps, &result->fault); /* the fault says it */
		return r;
	}
	result->detail = iommu;
	result->fault = warning;
	return 0;
}

/* What has no words of its own. */
static void complete_fault(const struct binder_job *job, struct worker_result *result)
{
	bool is_gone = result->r == -ENOENT || result->r == -ENODEV;
	char name[CCW_ID_STRING_SIZE];

	if (result->r < 0 && result->fault.code == FAULT_NONE)
		(void)fault_set(&result->fault, is_gone ? FAULT_DEVICE_GONE : FAULT_BIND_FAILED,
				"%s cannot be looked at: %s", ccw_id_format(job->id, name),
				strerror(-result->r));
}

void binder_acquire(void *data, struct worker_result *result)
{
	const struct binder_job *job = data;

	result->r = take(job, result);
	complete_fault(job, result);
}

void binder_probe(void *data, struct worker_result *result)
{
	const struct binder_job *job = data;
	struct fault warning = {};
	struct sysfs_facts facts;

	result->r = look(job, &facts, &warning, &result->fault);
	if (result->r >= 0)
		result->fault = warning;
	complete_fault(job, result);
}

int binder_retract(struct sysfs *sysfs, const struct sysfs_site *site)
{
	_cleanup_close_ int dev_fd = open(DEV_ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return dev_fd < 0 ? -errno : vfio_unshare(sysfs, dev_fd, site);
}

static bool is_taken_away(const struct binder_job *job, const struct plan_origin *origin,
			  const struct sysfs_facts *facts)
{
	return job->is_yielding && strcmp(origin->driver, CCWB_DRIVER) == 0 && *facts->driver &&
	       strcmp(facts->driver, CCWB_DRIVER) != 0 && !plan_is_by_job(facts, origin);
}

/* No job has put another device anywhere, which has come in its place: that is at home. */
static struct plan_origin origin_of(const struct binder_job *job, const struct sysfs_facts *facts)
{
	struct plan_origin origin = job->origin;

	if (job->incarnation != 0 && facts->incarnation != job->incarnation)
		*origin.by_job = '\0';
	return origin;
}

/* A device that is gone keeps nothing but its place on the claim list. */
static int restore_gone(const struct binder_job *job, struct fault *fault)
{
	const struct plan_step unclaim = { .action = PLAN_UNCLAIM };
	char name[CCW_ID_STRING_SIZE];

	(void)step_run_told(job, &unclaim, 0, 1); /* the module may be gone as well */
	return fault_set(fault, FAULT_DEVICE_GONE, "%s is gone", ccw_id_format(job->id, name));
}

/* One that cannot be reset goes back all the same: the words stay in fault. */
static void reset_after(const struct binder_job *job, const struct sysfs_facts *facts,
			struct fault *fault)
{
	_cleanup_close_ int dev_fd = open(DEV_ROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const struct sysfs_site site = backend_site(&job->backend, job->id);

	if (dev_fd < 0 || strcmp(facts->driver, CCWB_DRIVER) != 0 ||
	    reset_device(job->sysfs, dev_fd, &site, fault) >= 0)
		return;
	fault->code = FAULT_NONE;
}

/* The reason in words, and whether anything was done by then. */
static int explain_restore(const struct binder_job *job, const struct plan *plan, size_t n,
			   int error, struct fault *fault)
{
	char name[CCW_ID_STRING_SIZE], words[128];

	ccw_id_format(job->id, name);
	/* always the first: the driver of the host's from which it would be taken has it open */
	if (plan->steps[n].action == PLAN_OFFLINE && error == -EBUSY)
		return fault_set(fault, FAULT_DEVICE_IN_USE,
				 "%s is in use: its driver does not let it go offline because it "
				 "is open; fuser -v on its nodes in /dev tells root by whom",
				 name);
	plan_step_describe(&plan->steps[n], words, sizeof(words));
	return fault_set(fault, FAULT_RESTORE_FAILED, "%s could not be given back: %s failed: %s",
			 name, words, strerror(-error));
}

static int go_back(const struct binder_job *job, const struct sysfs_facts *facts,
		   const struct plan_origin *origin, struct fault *fault)
{
	struct plan plan;
	size_t n;
	int r;

	if (job->terms.reset_after) {
		tell_step(job, 0, 1, 2 * LIMIT_STEP_ONLINE_MS, "reset");
		reset_after(job, facts, fault);
	}
	plan_restore(facts, origin, &plan);
	for (n = 0; n < plan.n_steps; n++) {
		r = step_run_told(job, &plan.steps[n], n, plan.n_steps);
		if (r < 0)
			return explain_restore(job, &plan, n, r, fault);
	}
	return 0;
}

void binder_restore(void *data, struct worker_result *result)
{
	const struct binder_job *job = data;
	char name[CCW_ID_STRING_SIZE];
	struct plan_origin origin;
	struct step_scene scene;
	struct sysfs_facts facts;
	int r;

	if (job->backend.kind == BACKEND_VFIO_CCW) {
		scene = scene_of(job);
		result->r = binder_css_return(&scene, &job->origin, &result->fault);
		return;
	}
	r = sysfs_read(job->sysfs, job->id, &facts, NULL);
	if (r >= 0) {
		origin = origin_of(job, &facts);
		if (plan_is_by_job(&facts, &origin))
			r = binder_check_use(job->sysfs, job->id, facts.driver, &result->fault);
	}
	if (r == -ENOENT || r == -ENODEV || (r >= 0 && is_taken_away(job, &origin, &facts)))
		result->r = restore_gone(job, &result->fault);
	else if (r < 0 && result->fault.code != FAULT_NONE)
		result->r = r;
	else if (r < 0)
		result->r = fault_set(&result->fault, FAULT_RESTORE_FAILED,
				      "%s cannot be looked at: %s", ccw_id_format(job->id, name),
				      strerror(-r));
	else
		result->r = go_back(job, &facts, &origin, &result->fault);
}
