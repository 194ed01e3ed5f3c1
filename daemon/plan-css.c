/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the order in which a subchannel goes to the kernel's vfio_ccw and comes back. There is no undo
 * of a step: the way back is always planned from what is found. Pure: does nothing.
 */
#include "plan-css.h"

#include <string.h>

#include "backend.h"
#include "names.h"

int plan_css_check(const struct plan_terms *terms, struct fault *fault)
{
	if (terms->is_masked)
		return backend_check(BACKEND_VFIO_CCW, BACKEND_MASK, fault);
	if (terms->reset_before || terms->reset_after)
		return backend_check(BACKEND_VFIO_CCW, BACKEND_RESET, fault);
	if (terms->stays_bound)
		return backend_check(BACKEND_VFIO_CCW, BACKEND_STAY, fault);
	return 0;
}

void plan_css_acquire(const struct sysfs_facts *facts, struct plan *ret)
{
	bool is_ours = strcmp(facts->driver, CCWB_DRIVER) == 0;

	*ret = (struct plan){};
	if (is_ours) {
		plan_add(ret, PLAN_REVOKE, "");
		plan_add(ret, PLAN_UNBIND, CCWB_DRIVER);
		plan_add(ret, PLAN_UNCLAIM, "");
	} else if (facts->is_online) {
		plan_add(ret, PLAN_OFFLINE, "");
	}
	/* reserved before it is free, or another driver might be quicker */
	plan_add(ret, PLAN_OVERRIDE, SUBCHANNEL_DRIVER_VFIO);
	plan_add(ret, PLAN_SUBCHANNEL_UNBIND, SUBCHANNEL_DRIVER_IO);
	plan_add(ret, PLAN_SUBCHANNEL_BIND, SUBCHANNEL_DRIVER_VFIO);
	plan_add(ret, PLAN_MDEV_CREATE, "");
	plan_add(ret, PLAN_WAIT_GROUP, "");
}

void plan_css_return(const struct subchannel_facts *facts, bool has_mdev, struct plan *ret)
{
	bool is_there = strcmp(facts->driver, SUBCHANNEL_DRIVER_VFIO) == 0;
	bool is_free = !*facts->driver;

	*ret = (struct plan){};
	if (has_mdev)
		plan_add(ret, PLAN_MDEV_REMOVE, "");
	if (is_there)
		plan_add(ret, PLAN_SUBCHANNEL_UNBIND, SUBCHANNEL_DRIVER_VFIO);
	if (strcmp(facts->override, SUBCHANNEL_DRIVER_VFIO) == 0)
		plan_add(ret, PLAN_OVERRIDE, "");
	if (is_there || is_free)
		plan_add(ret, PLAN_SUBCHANNEL_BIND, SUBCHANNEL_DRIVER_IO);
	plan_add(ret, PLAN_WAIT_DEVICE, "");
	ret->steps[ret->n_steps - 1].is_anew = is_there || is_free;
}

void plan_css_settle(const struct sysfs_facts *facts, const struct plan_origin *origin,
		     struct plan *ret)
{
	bool is_back = strcmp(facts->driver, origin->driver) == 0;

	bool is_for_us = strcmp(origin->driver, CCWB_DRIVER) == 0;

	*ret = (struct plan){};
	if (!is_for_us)
		plan_add(ret, PLAN_UNCLAIM, ""); /* an attempt to bind it may have left it there */
	if (facts->is_online && (!is_back || !origin->is_online))
		plan_add(ret, PLAN_OFFLINE, "");
	if (*facts->driver && !is_back)
		plan_add(ret, PLAN_UNBIND, facts->driver);
	if (is_for_us && !is_back)
		plan_add(ret, PLAN_CLAIM, "");
	if (*origin->driver && !is_back)
		plan_add(ret, PLAN_BIND, origin->driver);
	if (*origin->driver && origin->is_online && (!is_back || !facts->is_online))
		plan_add(ret, PLAN_ONLINE, "");
}
