/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what each step of a plan means in sysfs, and how long it waits. Knows no order.
 */
#include "step.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "mask.h"
#include "mdev.h"
#include "subchannel.h"
#include "worker.h"

static int wait_group(struct sysfs *sysfs, const struct sysfs_site *site)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	unsigned int group, waited;
	int r;

	for (waited = 0;; waited += 10) {
		r = sysfs_read_group(sysfs, site, &group);
		if (r != -ENOENT || waited >= LIMIT_IOMMU_WAIT_MS)
			return r;
		(void)nanosleep(&pause, NULL); /* cut short is no harm */
	}
}

/*
 * 1 when the device is there and with a driver, 2 when it is there without. A subchannel that
 * io_subchannel finds without a device disappears itself: then the device is gone.
 */
static int look_for_device(struct sysfs *sysfs, struct ccw_id id, const struct backend *backend)
{
	struct sysfs_facts facts;
	int r;

	r = sysfs_read(sysfs, id, &facts, NULL);
	if (r >= 0)
		return *facts.driver ? 1 : 2;
	if (r != -ENOENT && r != -ENODEV)
		return r;
	return subchannel_is_there(sysfs, backend->subchannel) ? 0 : -ENODEV;
}

/*
 * One that appears is to be seen a moment before its driver has it; some have none. The kernel asks once what is
 * on a subchannel that it has back, and forgets a device that does not answer just then: so it is told to ask again.
 */
static int wait_device(struct sysfs *sysfs, struct ccw_id id, const struct backend *backend,
		       bool is_anew)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	unsigned int waited, alone = 0;
	int r;

	for (waited = 0;; waited += 20) {
		r = look_for_device(sysfs, id, backend);
		if (r < 0 || r == 1)
			return r < 0 ? r : 0;
		alone += r == 2 ? 20 : 0;
		if (alone > LIMIT_DRIVER_WAIT_MS || (r == 2 && !is_anew))
			return 0;
		if (waited >= LIMIT_DEVICE_WAIT_MS)
			return -ETIMEDOUT;
		if (r == 0 && waited % LIMIT_RESCAN_MS == 0 && (waited > 0 || !is_anew))
			(void)subchannel_rescan(sysfs); /* an older kernel has no such file */
		(void)nanosleep(&pause, NULL);		/* cut short is no harm */
	}
}

static bool is_online(struct sysfs *sysfs, struct ccw_id id)
{
	struct sysfs_facts facts;

	return sysfs_read(sysfs, id, &facts, NULL) >= 0 && facts.is_online;
}

/*
 * The kernel refuses while somebody else is at the same thing: -EAGAIN when that is udev, -EINVAL when it is
 * the driver itself, which the device may also have for good, so that is believed sooner.
 */
static int set_online(struct sysfs *sysfs, struct ccw_id id, bool online)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	unsigned int waited, limit;
	int r;

	for (waited = 0;; waited += 20) {
		r = sysfs_set_online(sysfs, id, online);
		if (r == -EINVAL && online && is_online(sysfs, id))
			return 0;
		limit = r == -EAGAIN		 ? LIMIT_DEVICE_WAIT_MS
			: r == -EINVAL && online ? LIMIT_ONLINE_WAIT_MS
						 : 0;
		if (r >= 0 || waited >= limit)
			return r;
		(void)nanosleep(&pause, NULL); /* cut short is no harm */
	}
}

static int run_css(struct sysfs *sysfs, struct ccw_id id, const struct backend *backend,
		   const struct plan_step *step)
{
	const char *subchannel = backend->subchannel;

	switch (step->action) {
	case PLAN_OVERRIDE:
		return subchannel_override(sysfs, subchannel, step->driver);
	case PLAN_SUBCHANNEL_UNBIND:
		return subchannel_unbind(sysfs, subchannel, step->driver);
	case PLAN_SUBCHANNEL_BIND:
		return subchannel_bind(sysfs, subchannel, step->driver);
	case PLAN_MDEV_CREATE:
		return mdev_create(sysfs, subchannel, backend->mdev);
	case PLAN_MDEV_REMOVE:
		return mdev_remove(sysfs, subchannel, backend->mdev);
	case PLAN_WAIT_DEVICE:
		return wait_device(sysfs, id, backend, step->is_anew);
	default:
		return -EINVAL;
	}
}

static int run(struct sysfs *sysfs, struct ccw_id id, const struct backend *backend,
	       const struct plan_step *step)
{
	struct sysfs_site site;
	int r;

	switch (step->action) {
	case PLAN_OFFLINE:
		return set_online(sysfs, id, false);
	case PLAN_ONLINE:
		return set_online(sysfs, id, true);
	case PLAN_REVOKE:
		r = sysfs_revoke(sysfs, id);
		return r == -ENOENT ? 0 : r; /* an older module: unbinding waits for the client */
	case PLAN_UNBIND:
		return sysfs_unbind(sysfs, id, step->driver);
	case PLAN_BIND:
		return sysfs_bind(sysfs, id, step->driver);
	case PLAN_CLAIM:
		r = sysfs_set_claim(sysfs, id, true);
		return r == -EEXIST ? 0 : r;
	case PLAN_UNCLAIM:
		r = sysfs_set_claim(sysfs, id, false);
		return r == -ENOENT ? 0 : r; /* not on the list, or no module any more */
	case PLAN_WAIT_GROUP:
		site = backend_site(backend, id);
		return wait_group(sysfs, &site);
	case PLAN_MASK:
		return mask_set(sysfs, id, step->commands, step->is_anew);
	default:
		return run_css(sysfs, id, backend, step);
	}
}

static bool css_holds(struct sysfs *sysfs, const struct backend *backend,
		      const struct plan_step *step)
{
	struct subchannel_facts facts;

	if (subchannel_read(sysfs, backend->subchannel, &facts) < 0)
		return false;
	switch (step->action) {
	case PLAN_SUBCHANNEL_UNBIND:
		return strcmp(facts.driver, step->driver) != 0;
	case PLAN_SUBCHANNEL_BIND:
		return strcmp(facts.driver, step->driver) == 0;
	case PLAN_MDEV_CREATE:
		return mdev_is_there(sysfs, backend->subchannel, backend->mdev);
	case PLAN_MDEV_REMOVE:
		return !mdev_is_there(sysfs, backend->subchannel, backend->mdev);
	default:
		return false;
	}
}

static int run_or_hold(const struct step_scene *scene, const struct plan_step *step)
{
	struct sysfs_facts facts;
	int r;

	r = run(scene->sysfs, scene->id, scene->backend, step);
	if (r >= 0)
		return 0;
	if (sysfs_read(scene->sysfs, scene->id, &facts, NULL) >= 0 && plan_step_holds(step, &facts))
		return 0;
	if (scene->backend->kind == BACKEND_VFIO_CCW &&
	    css_holds(scene->sysfs, scene->backend, step))
		return 0;
	return r;
}

int step_run(const struct step_scene *scene, const struct plan_step *step, size_t n, size_t n_steps)
{
	char words[WORKER_TEXT_SIZE];

	worker_step((unsigned int)n, (unsigned int)n_steps,
		    scene->limit_ms ?: plan_step_limit_ms(step),
		    plan_step_describe(step, words, sizeof(words)));
	return run_or_hold(scene, step);
}
