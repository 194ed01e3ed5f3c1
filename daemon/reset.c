/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the reset of a device between two clients: the module's, over a VFIO fd of our own that
 * nobody else ever has.
 */
#include "reset.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "ccwbroker.h"
#include "vfio.h"

int reset_device(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site,
		 struct fault *fault)
{
	int fds[VFIO_FDS_MAX] = { -1, -1, -1 };
	enum iommu iommu;
	unsigned int n_fds = 0, n;
	int r;

	/* by the group, where opening is all that it takes for a device to be online */
	r = vfio_open(sysfs, dev_fd, site, IOMMU_GROUP, fds, &n_fds, &iommu, fault);
	if (r < 0)
		return r;
	if (ioctl(fds[n_fds - 1], VFIO_DEVICE_CCW_HOT_RESET) < 0)
		r = fault_set(fault, FAULT_BIND_FAILED, "%s could not be reset: %s", site->name,
			      strerror(errno));
	for (n = n_fds; n > 0; n--)
		macro_close(fds[n - 1]);
	return r;
}
