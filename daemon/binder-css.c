/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the return of a device from the kernel's vfio_ccw, in a worker process: first the subchannel,
 * then the device that the kernel recognizes anew on it. Knows no lease.
 */
#include "binder-css.h"

#include <errno.h>
#include <string.h>

#include "plan-css.h"
#include "step.h"
#include "subchannel.h"

static int explain(const struct step_scene *scene, const struct plan_step *step, int error,
		   struct fault *fault)
{
	char name[CCW_ID_STRING_SIZE], words[128];

	ccw_id_format(scene->id, name);
	if (step->action == PLAN_WAIT_DEVICE && error == -ETIMEDOUT)
		return fault_set(
			fault, FAULT_RESTORE_FAILED,
			"%s could not be given back: it does not answer on its subchannel %s "
			"since %d s; it goes back when it does; ccwctl restore %s asks it again",
			name, scene->backend->subchannel, LIMIT_DEVICE_WAIT_MS / 1000, name);
	if (!subchannel_is_there(scene->sysfs, scene->backend->subchannel))
		return fault_set(fault, FAULT_DEVICE_GONE, "%s is gone", name);
	return fault_set(fault, FAULT_RESTORE_FAILED,
			 "%s could not be given back: %s failed: %s; its subchannel is %s", name,
			 plan_step_describe(step, words, sizeof(words)), strerror(-error),
			 scene->backend->subchannel);
}

static int run(const struct step_scene *scene, const struct plan *plan, struct fault *fault)
{
	size_t n;
	int r;

	for (n = 0; n < plan->n_steps; n++) {
		r = step_run(scene, &plan->steps[n], n, plan->n_steps);
		/* the host's rules have had it online and in use since it is back: theirs */
		if (r == -EBUSY && plan->steps[n].action == PLAN_OFFLINE)
			return 0;
		if (r < 0)
			return explain(scene, &plan->steps[n], r, fault);
	}
	return 0;
}

static int return_subchannel(const struct step_scene *scene, struct fault *fault)
{
	const struct backend *backend = scene->backend;
	struct subchannel_facts facts;
	char name[CCW_ID_STRING_SIZE];
	struct plan plan;
	int r;

	r = subchannel_read(scene->sysfs, backend->subchannel, &facts);
	if (r == -ENOENT)
		return 0; /* the device may be on another one by now */
	if (r < 0)
		return fault_set(fault, FAULT_RESTORE_FAILED,
				 "%s: its subchannel %s cannot be looked at: %s",
				 ccw_id_format(scene->id, name), backend->subchannel, strerror(-r));
	plan_css_return(&facts, mdev_is_there(scene->sysfs, backend->subchannel, backend->mdev),
			&plan);
	return run(scene, &plan, fault);
}

static int settle(const struct step_scene *scene, const struct plan_origin *origin,
		  struct fault *fault)
{
	struct sysfs_facts facts;
	char name[CCW_ID_STRING_SIZE];
	struct plan plan;
	int r;

	r = sysfs_read(scene->sysfs, scene->id, &facts, NULL);
	if (r == -ENOENT || r == -ENODEV)
		return fault_set(fault, FAULT_DEVICE_GONE, "%s is gone",
				 ccw_id_format(scene->id, name));
	if (r < 0)
		return fault_set(fault, FAULT_RESTORE_FAILED, "%s cannot be looked at: %s",
				 ccw_id_format(scene->id, name), strerror(-r));
	plan_css_settle(&facts, origin, &plan);
	return run(scene, &plan, fault);
}

int binder_css_return(const struct step_scene *scene, const struct plan_origin *origin,
		      struct fault *fault)
{
	int r;

	r = return_subchannel(scene, fault);
	return r < 0 ? r : settle(scene, origin, fault);
}
