/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the choice between our module and the kernel's own vfio_ccw, and what can be asked of either.
 * Binds nothing.
 */
#include "backend.h"

#include <errno.h>
#include <string.h>

#include "names.h"
#include "subchannel.h"

static const char *const names[_BACKEND_KIND_MAX] = {
	[BACKEND_CCWBROKER] = CCWB_BACKEND_CCWBROKER,
	[BACKEND_VFIO_CCW] = CCWB_BACKEND_VFIO_CCW,
	[BACKEND_AUTO] = CCWB_BACKEND_AUTO,
};

const char *backend_kind_to_string(enum backend_kind kind)
{
	return names[kind];
}

int backend_kind_from_string(const char *text)
{
	int n;

	for (n = 0; n < _BACKEND_KIND_MAX; n++)
		if (strcmp(text, names[n]) == 0)
			return n;
	return -EINVAL;
}

static int check_vfio_ccw(struct sysfs *sysfs, const char *device, const struct sysfs_facts *facts,
			  struct fault *fault)
{
	if (!subchannel_has_driver(sysfs, SUBCHANNEL_DRIVER_VFIO))
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "the kernel module " SUBCHANNEL_DRIVER_VFIO
				 " is not loaded; run: modprobe " SUBCHANNEL_DRIVER_VFIO
				 ", or ask for " CCWB_BACKEND_CCWBROKER);
	if (!*facts->subchannel)
		return fault_set(
			fault, FAULT_UNSUPPORTED_DEVICE,
			"%s has no subchannel just now, which is what " SUBCHANNEL_DRIVER_VFIO
			" takes; try again when it answers",
			device);
	return 0;
}

/*
 * Network and FCP adapters have queues in memory that no channel program names. Both modules refuse them
 * when they are bound, which is too late: by then the disks behind an adapter are gone.
 */
static int check_queues(const char *device, const struct sysfs_facts *facts, struct fault *fault)
{
	if (strncmp(facts->control_unit, "1731/", 5) != 0)
		return 0;
	return fault_set(
		fault, FAULT_UNSUPPORTED_DEVICE,
		"%s is an adapter with QDIO (control unit %s): no channel program leads to "
		"its queues, and it is never handed out",
		device, facts->control_unit);
}

int backend_choose(struct sysfs *sysfs, enum backend_kind wanted, const char *device,
		   const struct sysfs_facts *facts, enum backend_kind *ret, struct fault *fault)
{
	bool is_ours_there =
		strcmp(facts->driver, CCWB_DRIVER) == 0 || sysfs_has_driver(sysfs, CCWB_DRIVER);
	enum backend_kind kind = wanted;
	int r;

	if (wanted == BACKEND_AUTO)
		kind = is_ours_there || !subchannel_has_driver(sysfs, SUBCHANNEL_DRIVER_VFIO)
			       ? BACKEND_CCWBROKER
			       : BACKEND_VFIO_CCW;
	if (kind == BACKEND_CCWBROKER && !is_ours_there)
		return fault_set(
			fault, FAULT_NOT_SUPPORTED,
			"the kernel module " CCWB_MODULE
			" is not loaded; run: modprobe " CCWB_MODULE "%s",
			wanted == BACKEND_AUTO
				? ", or where there is none, modprobe " SUBCHANNEL_DRIVER_VFIO
				: "");
	r = check_queues(device, facts, fault);
	if (r < 0)
		return r;
	if (kind == BACKEND_VFIO_CCW) {
		r = check_vfio_ccw(sysfs, device, facts, fault);
		if (r < 0)
			return r;
	}
	*ret = kind;
	return 0;
}

void backend_init(struct backend *backend, enum backend_kind kind, const char *lease_id,
		  const struct sysfs_facts *facts)
{
	*backend = (struct backend){ .kind = kind };
	if (kind != BACKEND_VFIO_CCW)
		return;
	strcpy(backend->subchannel, facts->subchannel);
	strcpy(backend->device_type, facts->device_type);
	strcpy(backend->control_unit, facts->control_unit);
	mdev_uuid(lease_id, backend->mdev);
}

int backend_check(enum backend_kind kind, enum backend_feature feature, struct fault *fault)
{
	static const char *const words[_BACKEND_FEATURE_MAX] = {
		[BACKEND_MASK] = "lets every channel command through: only a profile that permits "
				 "all of them goes with it",
		[BACKEND_RESET] = "is not made to reset a device: only a profile without resets "
				  "goes with it",
		[BACKEND_STAY] = "gives every device back at the end of its lease: only a profile "
				 "that restores goes with it",
		[BACKEND_REVOKE] = "cannot take a device from a client that has it open: end that "
				   "program, or ask it to close the device",
		[BACKEND_STATISTICS] = "keeps no statistics",
	};

	if (kind != BACKEND_VFIO_CCW)
		return 0;
	return fault_set(fault, FAULT_NOT_SUPPORTED,
			 "the kernel's " SUBCHANNEL_DRIVER_VFIO " %s; the module " CCWB_MODULE
			 " can do it",
			 words[feature]);
}

struct sysfs_site backend_site(const struct backend *backend, struct ccw_id id)
{
	if (backend->kind == BACKEND_VFIO_CCW)
		return mdev_site(backend->subchannel, backend->mdev);
	return sysfs_site(id);
}

int backend_read_away(struct sysfs *sysfs, const struct backend *backend, bool must_be_bound,
		      struct sysfs_facts *ret_facts, char **ret_path)
{
	struct sysfs_site site = mdev_site(backend->subchannel, backend->mdev);
	struct sysfs_facts facts = {};
	struct subchannel_facts now;
	int r;

	if (backend->kind != BACKEND_VFIO_CCW)
		return -ENOENT;
	r = subchannel_read(sysfs, backend->subchannel, &now);
	if (r < 0)
		return r;
	if (must_be_bound && !mdev_is_there(sysfs, backend->subchannel, backend->mdev))
		return -ENOENT;
	/* of no use to anybody is the name of a driver for subchannels with devices */
	if (strcmp(now.driver, SUBCHANNEL_DRIVER_IO) != 0)
		strcpy(facts.driver, now.driver);
	strcpy(facts.subchannel, backend->subchannel);
	strcpy(facts.device_type, backend->device_type);
	strcpy(facts.control_unit, backend->control_unit);
	*ret_path = sysfs_site_path(sysfs, &site);
	if (!*ret_path)
		return -ENOMEM;
	*ret_facts = facts;
	return 0;
}
