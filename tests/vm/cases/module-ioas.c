// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * The device's node, and what its address space is taken away with. No judgement.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/ioctl.h>

#include "module-ioas.h"

static int call(int fd, unsigned long op, void *arg)
{
	return ioctl(fd, op, arg) ? -errno : 0;
}

int ioas_open_node(const char *id)
{
	char path[300];
	struct dirent *entry;
	int fd = -ENOENT;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/ccw/devices/%s/vfio-dev", id);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "vfio", 4))
			continue;
		snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	closedir(dir);
	return fd;
}

int ioas_destroy(int iommufd, unsigned int ioas)
{
	struct {
		__u32 size, id;
	} destroy = { sizeof(destroy), ioas };

	return call(iommufd, IOMMUFD_DESTROY, &destroy);
}

int ioas_detach(int device)
{
	struct {
		__u32 argsz, flags;
	} detach = { .argsz = sizeof(detach) };

	return call(device, IOMMUFD_DEVICE_DETACH, &detach);
}

int ioas_open_device(const char *id, struct device *dev)
{
	int r;

	dev->container = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	if (dev->container < 0)
		return -errno;
	dev->device = ioas_open_node(id);
	if (dev->device < 0)
		return dev->device;
	r = iommufd_bind(dev->device, dev->container);
	if (!r)
		r = iommufd_new_ioas(dev->container, &dev->ioas);
	if (!r)
		r = iommufd_attach(dev->device, dev->ioas);
	return r;
}
