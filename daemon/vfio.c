/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from a bound device to its VFIO fds, and makes sure that every node it opens is the
 * one sysfs names. Knows no lease.
 */
#include "vfio.h"

#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "io.h"

#define VFIO_CONTAINER_NODE "vfio/vfio"
#define MISC_MAJOR_NUMBER   10
#define VFIO_MINOR_NUMBER   196

static int open_container(int dev_fd, int *ret_fd, struct fault *fault)
{
	_cleanup_close_ int fd = -1;
	int r;

	r = io_open_char_at(dev_fd, VFIO_CONTAINER_NODE,
			    makedev(MISC_MAJOR_NUMBER, VFIO_MINOR_NUMBER), &fd);
	if (r < 0)
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "cannot open /dev/" VFIO_CONTAINER_NODE
				 ": %s; is the module vfio loaded?",
				 strerror(-r));
	if (ioctl(fd, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "this kernel's VFIO has another version than %d",
				 VFIO_API_VERSION);
	if (ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1)
		return fault_set(fault, FAULT_NOT_SUPPORTED,
				 "VFIO has no type1v2 IOMMU; run: modprobe vfio_iommu_type1");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int open_group(struct sysfs *sysfs, int dev_fd, unsigned int group, int *ret_fd,
		      struct fault *fault)
{
	char path[32];
	dev_t node;
	int r;

	snprintf(path, sizeof(path), "vfio/%u", group);
	r = sysfs_read_group_node(sysfs, group, &node);
	if (r >= 0)
		r = io_open_char_at(dev_fd, path, node, ret_fd);
	if (r == -EBUSY)
		return fault_set(fault, FAULT_DEVICE_IN_USE,
				 "/dev/%s is already open in another program", path);
	if (r < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "cannot open /dev/%s: %s", path,
				 strerror(-r));
	return 0;
}

static int join(int container, int group, const char *name, struct fault *fault)
{
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0)
		return fault_set(fault, FAULT_BIND_FAILED,
				 "VFIO does not let the group of %s into a container: %s", name,
				 strerror(errno));
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "VFIO does not set an IOMMU for %s: %s",
				 name, strerror(errno));
	return 0;
}

int vfio_open(struct sysfs *sysfs, int dev_fd, struct ccw_id id, int ret_fds[static _VFIO_FD_MAX],
	      unsigned int *ret_group, struct fault *fault)
{
	_cleanup_close_ int container = -1, group = -1, device = -1;
	char name[CCW_ID_STRING_SIZE];
	unsigned int number;
	int r;

	ccw_id_format(id, name);
	r = sysfs_read_group(sysfs, id, &number);
	if (r < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "%s has no VFIO group: %s", name,
				 strerror(-r));
	r = open_container(dev_fd, &container, fault);
	if (r < 0)
		return r;
	r = open_group(sysfs, dev_fd, number, &group, fault);
	if (r < 0)
		return r;
	r = join(container, group, name, fault);
	if (r < 0)
		return r;
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
	if (device < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "%s does not go online: %s", name,
				 strerror(errno));
	ret_fds[VFIO_FD_CONTAINER] = TAKE_FD(container);
	ret_fds[VFIO_FD_GROUP] = TAKE_FD(group);
	ret_fds[VFIO_FD_DEVICE] = TAKE_FD(device);
	*ret_group = number;
	return 0;
}
