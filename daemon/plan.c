/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the order in which a device changes hands, as data: offline always comes first, because
 * only then does the kernel refuse what is in use; an unbind is unconditional. Pure: does nothing.
 */
#include "plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

void plan_add(struct plan *plan, enum plan_action action, const char *driver)
{
	struct plan_step *step = &plan->steps[plan->n_steps++];

	assert(plan->n_steps <= LIMIT_PLAN_STEPS);
	*step = (struct plan_step){ .action = action };
	snprintf(step->driver, sizeof(step->driver), "%s", driver);
}

void plan_acquire(const struct sysfs_facts *facts, struct plan *ret)
{
	bool is_ours = strcmp(facts->driver, CCWB_DRIVER) == 0;

	*ret = (struct plan){};
	/* bound to the module, online is the module's own affair */
	if (facts->is_online && !is_ours)
		plan_add(ret, PLAN_OFFLINE, "");
	if (*facts->driver && !is_ours)
		plan_add(ret, PLAN_UNBIND, facts->driver);
	if (!is_ours) {
		plan_add(ret, PLAN_CLAIM, "");
		plan_add(ret, PLAN_BIND, CCWB_DRIVER);
	}
	plan_add(ret, PLAN_WAIT_GROUP, "");
}

void plan_hold(const struct plan_terms *terms, bool was_ours, struct plan *plan)
{
	struct plan_step *step;

	if (!terms->is_masked && !was_ours)
		return; /* as binding has left it */
	plan_add(plan, PLAN_MASK, "");
	step = &plan->steps[plan->n_steps - 1];
	step->is_anew = was_ours;
	if (terms->is_masked)
		memcpy(step->commands, terms->commands, sizeof(step->commands));
	else
		memset(step->commands, 0xff, sizeof(step->commands));
}

void plan_bind(const struct sysfs_facts *facts, const char *driver, struct plan *ret)
{
	bool is_ours = strcmp(facts->driver, CCWB_DRIVER) == 0;

	*ret = (struct plan){};
	if (strcmp(facts->driver, driver) == 0)
		return;
	if (is_ours)
		plan_add(ret, PLAN_REVOKE, "");
	else if (facts->is_online)
		plan_add(ret, PLAN_OFFLINE, "");
	if (*facts->driver)
		plan_add(ret, PLAN_UNBIND, facts->driver);
	if (is_ours)
		plan_add(ret, PLAN_UNCLAIM, "");
	else if (strcmp(driver, CCWB_DRIVER) == 0)
		plan_add(ret, PLAN_CLAIM, "");
	plan_add(ret, PLAN_BIND, driver);
}

void plan_reset(const struct sysfs_facts *facts, struct plan *ret)
{
	*ret = (struct plan){};
	if (!facts->is_online)
		return;
	plan_add(ret, PLAN_OFFLINE, "");
	plan_add(ret, PLAN_ONLINE, "");
}

/*
 * To stay with us, or to come back to us. What was revoked is so for the life of its binding, and who
 * keeps the fd of a group could open the device again: so it gets another binding.
 */
static void plan_keep(const struct sysfs_facts *facts, struct plan *ret)
{
	if (strcmp(facts->driver, CCWB_DRIVER) != 0) {
		plan_bind(facts, CCWB_DRIVER, ret);
		return;
	}
	*ret = (struct plan){};
	plan_add(ret, PLAN_REVOKE, "");
	plan_add(ret, PLAN_UNBIND, CCWB_DRIVER);
	plan_add(ret, PLAN_BIND, CCWB_DRIVER);
}

bool plan_is_by_job(const struct sysfs_facts *facts, const struct plan_origin *origin)
{
	return *facts->driver && strcmp(facts->driver, CCWB_DRIVER) != 0 &&
	       strcmp(facts->driver, origin->driver) != 0 &&
	       strcmp(facts->driver, origin->by_job) == 0;
}

void plan_restore(const struct sysfs_facts *facts, const struct plan_origin *origin,
		  struct plan *ret)
{
	bool is_ours = strcmp(facts->driver, CCWB_DRIVER) == 0;
	bool is_back = !is_ours && strcmp(facts->driver, origin->driver) == 0;
	bool is_by_job = plan_is_by_job(facts, origin);
	bool is_free = is_ours || is_by_job || !*facts->driver; /* by then */

	if (strcmp(origin->driver, CCWB_DRIVER) == 0) {
		plan_keep(facts, ret);
		return;
	}
	*ret = (struct plan){};
	if (is_ours) {
		/* or the kernel would wait for a client that still has it open */
		plan_add(ret, PLAN_REVOKE, "");
		plan_add(ret, PLAN_UNBIND, CCWB_DRIVER);
	} else if (is_by_job) {
		if (facts->is_online)
			plan_add(ret, PLAN_OFFLINE, "");
		plan_add(ret, PLAN_UNBIND, facts->driver);
	}
	plan_add(ret, PLAN_UNCLAIM, "");
	/* a driver that somebody else has bound meanwhile is left alone */
	if (*origin->driver && !is_back && is_free)
		plan_add(ret, PLAN_BIND, origin->driver);
	if (*origin->driver && origin->is_online && (is_free || (is_back && !facts->is_online)))
		plan_add(ret, PLAN_ONLINE, "");
}

bool plan_undo(const struct plan_step *step, struct plan_step *ret)
{
	static const enum plan_action undo[_PLAN_ACTION_MAX] = {
		[PLAN_OFFLINE] = PLAN_ONLINE,	  [PLAN_ONLINE] = PLAN_OFFLINE,
		[PLAN_REVOKE] = _PLAN_ACTION_MAX, [PLAN_UNBIND] = PLAN_BIND,
		[PLAN_BIND] = PLAN_UNBIND,	  [PLAN_CLAIM] = PLAN_UNCLAIM,
		[PLAN_UNCLAIM] = PLAN_CLAIM,	  [PLAN_WAIT_GROUP] = _PLAN_ACTION_MAX,
		[PLAN_MASK] = _PLAN_ACTION_MAX, /* unbinding forgets it */
	};

	/* those of plan-css.h are taken back by a plan of their own */
	if (step->action > PLAN_WAIT_GROUP || undo[step->action] == _PLAN_ACTION_MAX)
		return false;
	*ret = *step;
	ret->action = undo[step->action];
	return true;
}

bool plan_step_holds(const struct plan_step *step, const struct sysfs_facts *facts)
{
	switch (step->action) {
	case PLAN_OFFLINE:
		return !facts->is_online;
	case PLAN_ONLINE:
		return facts->is_online;
	case PLAN_UNBIND:
		return strcmp(facts->driver, step->driver) != 0;
	case PLAN_BIND:
		return strcmp(facts->driver, step->driver) == 0;
	case PLAN_REVOKE:
	case PLAN_CLAIM:
	case PLAN_UNCLAIM:
	case PLAN_WAIT_GROUP:
	case PLAN_OVERRIDE:
	case PLAN_SUBCHANNEL_UNBIND:
	case PLAN_SUBCHANNEL_BIND:
	case PLAN_MDEV_CREATE:
	case PLAN_MDEV_REMOVE:
	case PLAN_WAIT_DEVICE:
	case PLAN_MASK:
	case _PLAN_ACTION_MAX:
		break;
	}
	return false;
}

unsigned int plan_step_limit_ms(const struct plan_step *step)
{
	switch (step->action) {
	case PLAN_OFFLINE:
	case PLAN_ONLINE:
	case PLAN_UNBIND: /* sets an online device offline */
	case PLAN_REVOKE:
	case PLAN_WAIT_DEVICE:
		return LIMIT_STEP_ONLINE_MS;
	case PLAN_BIND:
	case PLAN_WAIT_GROUP:
	case PLAN_SUBCHANNEL_UNBIND:
	case PLAN_SUBCHANNEL_BIND:
	case PLAN_MDEV_CREATE:
	case PLAN_MDEV_REMOVE:
		return LIMIT_STEP_BIND_MS;
	case PLAN_CLAIM:
	case PLAN_UNCLAIM:
	case PLAN_OVERRIDE:
	case PLAN_MASK:
	case _PLAN_ACTION_MAX:
		break;
	}
	return LIMIT_STEP_QUICK_MS;
}

const char *plan_step_describe(const struct plan_step *step, char *buffer, size_t size)
{
	static const char *const words[_PLAN_ACTION_MAX] = {
		[PLAN_OFFLINE] = "set offline",
		[PLAN_ONLINE] = "set online",
		[PLAN_REVOKE] = "revoke the client",
		[PLAN_UNBIND] = "unbind from ",
		[PLAN_BIND] = "bind to ",
		[PLAN_CLAIM] = "claim for " CCWB_DRIVER,
		[PLAN_UNCLAIM] = "take off the claim list of " CCWB_DRIVER,
		[PLAN_WAIT_GROUP] = "wait for the VFIO group",
		[PLAN_OVERRIDE] = "reserve the subchannel for ",
		[PLAN_SUBCHANNEL_UNBIND] = "unbind the subchannel from ",
		[PLAN_SUBCHANNEL_BIND] = "bind the subchannel to ",
		[PLAN_MDEV_CREATE] = "create the mediated device",
		[PLAN_MDEV_REMOVE] = "remove the mediated device",
		[PLAN_WAIT_DEVICE] = "wait for the device to come back",
		[PLAN_MASK] = "limit the commands",
	};

	snprintf(buffer, size, "%s%s", words[step->action],
		 step->action == PLAN_OVERRIDE && !*step->driver ? "any driver" : step->driver);
	return buffer;
}
