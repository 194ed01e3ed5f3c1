/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the ioctls of iommufd and of a device that is used with one. Keeps no state.
 */
#include "iommufd.h"

#include <errno.h>
#include <sys/ioctl.h>

static int call(int fd, unsigned long op, void *arg)
{
	return ioctl(fd, op, arg) < 0 ? -errno : 0;
}

int iommufd_bind(int device, int iommufd)
{
	struct iommufd_device_bind bind = { .argsz = sizeof(bind), .iommufd = iommufd };

	return call(device, IOMMUFD_DEVICE_BIND, &bind);
}

int iommufd_new_ioas(int iommufd, uint32_t *ret_ioas)
{
	struct {
		__u32 size, flags, ioas;
	} alloc = { .size = sizeof(alloc) };
	int r;

	r = call(iommufd, IOMMUFD_IOAS, &alloc);
	if (r < 0)
		return r;
	*ret_ioas = alloc.ioas;
	return 0;
}

int iommufd_attach(int device, uint32_t ioas)
{
	struct {
		__u32 argsz, flags, ioas;
	} attach = { .argsz = sizeof(attach), .ioas = ioas };

	return call(device, IOMMUFD_DEVICE_ATTACH, &attach);
}

int iommufd_map(int iommufd, uint32_t ioas, const void *memory, uint64_t iova, size_t size,
		uint32_t access)
{
	struct {
		__u32 size, flags, ioas, reserved;
		__u64 user_va, length, iova;
	} map = {
		.size = sizeof(map),
		.flags = IOMMUFD_FIXED | access,
		.ioas = ioas,
		.user_va = (uintptr_t)memory,
		.length = size,
		.iova = iova,
	};

	return call(iommufd, IOMMUFD_MAP, &map);
}

int iommufd_unmap(int iommufd, uint32_t ioas, uint64_t iova, uint64_t size)
{
	struct {
		__u32 size, ioas;
		__u64 iova, length;
	} unmap = { .size = sizeof(unmap), .ioas = ioas, .iova = iova, .length = size };

	return call(iommufd, IOMMUFD_UNMAP, &unmap);
}
