/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what a worker does to a device without a lease: another driver, its own one, a reset. Knows
 * no job; who may ask for it is not asked here.
 */
#include "change.h"

#include <errno.h>
#include <string.h>

#include "binder.h"
#include "names.h"
#include "step.h"

static const char *name_of(const struct change *change)
{
	static char name[CCW_ID_STRING_SIZE];

	return ccw_id_format(change->id, name);
}

static int roll_back(const struct step_scene *scene, const struct plan *plan, size_t n,
		     struct fault *fault)
{
	struct fault why = *fault;
	struct plan_step undo;
	int r, failure = 0;

	while (n-- > 0) {
		if (!plan_undo(&plan->steps[n], &undo))
			continue;
		r = step_run(scene, &undo, n, plan->n_steps);
		if (r < 0)
			failure = r;
	}
	if (failure < 0)
		return fault_set(fault, FAULT_RESTORE_FAILED,
				 "%.*s; and that could not be undone: %s", LIMIT_MESSAGE_BYTES / 2,
				 why.text, strerror(-failure));
	return 0;
}

static int run_plan(const struct change *change, const struct plan *plan, struct fault *fault)
{
	const struct backend backend = { .kind = BACKEND_CCWBROKER };
	const struct step_scene scene = {
		.sysfs = change->sysfs,
		.id = change->id,
		.backend = &backend,
		.limit_ms = change->step_limit_ms,
	};
	char words[WORKER_TEXT_SIZE];
	size_t n;
	int r;

	for (n = 0; n < plan->n_steps; n++) {
		r = step_run(&scene, &plan->steps[n], n, plan->n_steps);
		if (r >= 0)
			continue;
		plan_step_describe(&plan->steps[n], words, sizeof(words));
		(void)fault_set(fault,
				r == -EBUSY && plan->steps[n].action == PLAN_OFFLINE
					? FAULT_DEVICE_IN_USE
					: FAULT_BIND_FAILED,
				"%s: %s failed: %s", name_of(change), words, strerror(-r));
		/* a claim that failed may stand nevertheless */
		n += plan->steps[n].action == PLAN_CLAIM;
		(void)roll_back(&scene, plan, n, fault); /* the fault says it */
		return r;
	}
	return 0;
}

/* Whether there is anything to say against it. Touches nothing. */
static int look(const struct change *change, struct sysfs_facts *ret, struct fault *fault)
{
	enum backend_kind kind = BACKEND_CCWBROKER;
	int r;

	r = sysfs_read(change->sysfs, change->id, ret, NULL);
	if (r < 0)
		return r;
	if (change->incarnation != 0 && ret->incarnation != change->incarnation)
		return fault_set(fault, FAULT_DEVICE_GONE,
				 "%s went, and another device has come in its place; try again",
				 name_of(change));
	if (change->kind == CHANGE_BIND && !sysfs_has_driver(change->sysfs, change->driver))
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "there is no driver %s on the ccw bus; load its module first",
				 change->driver);
	if (change->kind == CHANGE_BIND && strcmp(change->driver, CCWB_DRIVER) == 0)
		r = backend_choose(change->sysfs, kind, name_of(change), ret, &kind, fault);
	return r < 0 ? r : binder_check_use(change->sysfs, change->id, ret->driver, fault);
}

static int change_driver(const struct change *change, struct fault *fault)
{
	struct sysfs_facts facts;
	struct plan plan;
	int r;

	r = look(change, &facts, fault);
	if (r < 0)
		return r;
	if (change->kind == CHANGE_BIND)
		plan_bind(&facts, change->driver, &plan);
	else
		plan_reset(&facts, &plan);
	return run_plan(change, &plan, fault);
}

static void restore(const struct change *change, struct worker_result *result)
{
	struct binder_job job = {
		.sysfs = change->sysfs,
		.id = change->id,
		.backend = change->backend,
		.origin = change->origin,
		.incarnation = change->incarnation,
		.step_limit_ms = change->step_limit_ms,
	};

	binder_restore(&job, result);
}

static void explain(const struct change *change, struct worker_result *result)
{
	if (result->r < 0 && result->fault.code == FAULT_NONE)
		(void)fault_set(&result->fault,
				result->r == -ENOENT || result->r == -ENODEV ? FAULT_DEVICE_GONE
									     : FAULT_BIND_FAILED,
				"%s cannot be looked at: %s", name_of(change),
				strerror(-result->r));
}

/* From our module it goes home whoever uses it. */
static int look_home(const struct change *change, struct fault *fault)
{
	struct sysfs_facts facts;
	int r;

	if (change->backend.kind == BACKEND_VFIO_CCW)
		return 0;
	r = sysfs_read(change->sysfs, change->id, &facts, NULL);
	if (r < 0 || !plan_is_by_job(&facts, &change->origin))
		return r;
	return binder_check_use(change->sysfs, change->id, facts.driver, fault);
}

void change_rehearse(void *data, struct worker_result *result)
{
	const struct change *change = data;
	struct sysfs_facts facts;

	result->r = change->kind == CHANGE_RESTORE ? look_home(change, &result->fault)
						   : look(change, &facts, &result->fault);
	explain(change, result);
}

void change_run(void *data, struct worker_result *result)
{
	const struct change *change = data;

	if (change->kind == CHANGE_RESTORE) {
		restore(change, result);
		return;
	}
	result->r = change_driver(change, &result->fault);
	explain(change, result);
}
