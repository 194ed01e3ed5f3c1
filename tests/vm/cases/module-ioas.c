// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * iommufd and the device's node, one call each. No judgement.
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

int ioas_bind(int device, int iommufd)
{
	struct cdev_bind bind = { .argsz = sizeof(bind), .iommufd = iommufd };

	return call(device, CDEV_BIND, &bind);
}

int ioas_new(int iommufd, unsigned int *ret_ioas)
{
	struct {
		__u32 size, flags, ioas;
	} alloc = { .size = sizeof(alloc) };
	int r = call(iommufd, IOMMUFD_IOAS, &alloc);

	*ret_ioas = alloc.ioas;
	return r;
}

int ioas_destroy(int iommufd, unsigned int ioas)
{
	struct {
		__u32 size, id;
	} destroy = { sizeof(destroy), ioas };

	return call(iommufd, IOMMUFD_DESTROY, &destroy);
}

int ioas_attach(int device, unsigned int ioas)
{
	struct cdev_attach attach = { .argsz = sizeof(attach), .ioas = ioas };

	return call(device, CDEV_ATTACH, &attach);
}

int ioas_detach(int device)
{
	struct {
		__u32 argsz, flags;
	} detach = { .argsz = sizeof(detach) };

	return call(device, CDEV_DETACH, &detach);
}

int ioas_map(int iommufd, unsigned int ioas, const void *mem, uint64_t iova, size_t size,
	     unsigned int access)
{
	struct {
		__u32 size, flags, ioas, reserved;
		__u64 user_va, length, iova;
	} map = {
		.size = sizeof(map),
		.flags = IOMMUFD_FIXED | access,
		.ioas = ioas,
		.user_va = (uintptr_t)mem,
		.length = size,
		.iova = iova,
	};

	return call(iommufd, IOMMUFD_MAP, &map);
}

int ioas_unmap(int iommufd, unsigned int ioas, uint64_t iova, uint64_t size)
{
	struct {
		__u32 size, ioas;
		__u64 iova, length;
	} unmap = { sizeof(unmap), ioas, iova, size };

	return call(iommufd, IOMMUFD_UNMAP, &unmap);
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
	r = ioas_bind(dev->device, dev->container);
	if (!r)
		r = ioas_new(dev->container, &dev->ioas);
	if (!r)
		r = ioas_attach(dev->device, dev->ioas);
	return r;
}
