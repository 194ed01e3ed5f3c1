/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "fault.h"
#include "iommu.h"
#include "macro.h"
#include "sysfs.h"

#define VFIO_FDS_MAX 3

/* The names of the fds that a client gets, in the order of vfio_open; NULL past the last. */
const char *vfio_fd_name(enum iommu iommu, unsigned int n);

/*
 * Opens the device of site, in the way wanted, which is told in *ret_iommu:
 * group: container, group and device, joined with a type1v2 IOMMU. Opening the device sets it
 * online, which takes up to 10 seconds a path: only for workers.
 * iommufd: an iommufd and the device's own node. The device goes online when the client binds the
 * one to the other.
 * dev_fd is the directory /dev. On success the caller owns ret_fds, of which *ret_n are used.
 */
_must_check_ int vfio_open(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site,
			   enum iommu wanted, int ret_fds[static VFIO_FDS_MAX], unsigned int *ret_n,
			   enum iommu *ret_iommu, struct fault *fault);

/*
 * Instead of opening: lets uid open the node of its group by path, and nobody else but root. The
 * device goes online when that is done. vfio_unshare takes it back; whoever has it open keeps it.
 */
_must_check_ int vfio_share(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site,
			    uid_t uid, struct fault *fault);
_must_check_ int vfio_unshare(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site);

/* Whether the kernel could have what is wanted at all; looks at no device. */
_must_check_ int vfio_check(struct sysfs *sysfs, enum iommu wanted, struct fault *fault);

/* "/dev/vfio/7" or "/dev/vfio/devices/vfio0" of a bound device. */
_must_check_ int vfio_node_path(struct sysfs *sysfs, const struct sysfs_site *site,
				enum iommu iommu, char ret[static IOMMU_PATH_SIZE]);
