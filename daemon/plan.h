/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "macro.h"
#include "sysfs.h"

#define PLAN_COMMANDS_SIZE 32 /* one bit a channel command, that of 00 first */

enum plan_action {
	PLAN_OFFLINE,
	PLAN_ONLINE,
	PLAN_REVOKE,
	PLAN_UNBIND,
	PLAN_BIND,
	PLAN_CLAIM,
	PLAN_UNCLAIM,
	PLAN_WAIT_GROUP,
	PLAN_OVERRIDE, /* of the subchannel, as are the next two */
	PLAN_SUBCHANNEL_UNBIND,
	PLAN_SUBCHANNEL_BIND,
	PLAN_MDEV_CREATE,
	PLAN_MDEV_REMOVE,
	PLAN_WAIT_DEVICE,
	PLAN_MASK,
	_PLAN_ACTION_MAX,
};

struct plan_step {
	enum plan_action action;
	char driver[SYSFS_NAME_SIZE];	      /* of UNBIND and BIND, and of OVERRIDE */
	uint8_t commands[PLAN_COMMANDS_SIZE]; /* of MASK */
	/*
	 * Of MASK: not on top of the mask that is there, which was ours. Of WAIT_DEVICE: it is recognized
	 * because of this plan, so that its driver may come a moment later.
	 */
	bool is_anew;
};

/* What a lease holds its device to. */
struct plan_terms {
	bool is_masked;
	uint8_t commands[PLAN_COMMANDS_SIZE]; /* of those that binding permits */
	bool reset_before;
	bool reset_after;
	bool stays_bound; /* at the end */
};

/* Plain bytes: what to do, in order. */
struct plan {
	size_t n_steps;
	struct plan_step steps[LIMIT_PLAN_STEPS];
};

/* What a device goes back to. */
struct plan_origin {
	char driver[SYSFS_NAME_SIZE]; /* "" for none */
	bool is_online;
	/* the host's driver with which a job has put it, or may have: it is taken from there, too */
	char by_job[SYSFS_NAME_SIZE]; /* "" for none */
};

/* Appends a step; driver is "" where it has none. */
void plan_add(struct plan *plan, enum plan_action action, const char *driver);

/* From facts to a device that is bound to our module and has its VFIO group. */
void plan_acquire(const struct sysfs_facts *facts, struct plan *ret);

/*
 * Adds what terms ask for to a plan that ends with a bound device. was_ours: it has been bound since an
 * earlier lease, whose mask is not to hold for this one.
 */
void plan_hold(const struct plan_terms *terms, bool was_ours, struct plan *plan);

/* From facts to a device that is bound to driver, ours or the host's, without its VFIO group. */
void plan_bind(const struct sysfs_facts *facts, const char *driver, struct plan *ret);

/* Offline and online again; no step at all for a device that is offline. */
void plan_reset(const struct sysfs_facts *facts, struct plan *ret);

/* Whether the host's driver that has it is one from which it goes back to origin. */
bool plan_is_by_job(const struct sysfs_facts *facts, const struct plan_origin *origin);

/* From facts, whatever they are, to the device as origin describes it. */
void plan_restore(const struct sysfs_facts *facts, const struct plan_origin *origin,
		  struct plan *ret);

/* The step that takes back step; false when there is nothing to take back. */
bool plan_undo(const struct plan_step *step, struct plan_step *ret);

/* Whether facts already are as step would make them: then its failure does not matter. */
bool plan_step_holds(const struct plan_step *step, const struct sysfs_facts *facts);

/* How long the kernel may take for step until the device counts as stuck. */
unsigned int plan_step_limit_ms(const struct plan_step *step);

/* "bind to dasd-eckd", for messages; the buffer is the caller's. */
const char *plan_step_describe(const struct plan_step *step, char *buffer, size_t size);
