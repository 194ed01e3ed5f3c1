/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A device opened by its own node and given an address space of iommufd, for the raw test of the
 * module. The interfaces are spelled out here: headers of Linux 6.1 do not have them yet.
 */
#pragma once

#include <linux/ioctl.h>
#include <linux/types.h>

#include "module-device.h"

#define IOMMUFD_IOCTL(n) _IO(';', n)
#define IOMMUFD_DESTROY	 IOMMUFD_IOCTL(0x80)
#define IOMMUFD_IOAS	 IOMMUFD_IOCTL(0x81)
#define IOMMUFD_MAP	 IOMMUFD_IOCTL(0x85)
#define IOMMUFD_UNMAP	 IOMMUFD_IOCTL(0x86)
#define IOMMUFD_FIXED	 1u
#define IOMMUFD_WRITABLE 2u
#define IOMMUFD_READABLE 4u

#define CDEV_BIND   _IO(VFIO_TYPE, VFIO_BASE + 18)
#define CDEV_ATTACH _IO(VFIO_TYPE, VFIO_BASE + 19)
#define CDEV_DETACH _IO(VFIO_TYPE, VFIO_BASE + 20)

struct cdev_bind {
	__u32 argsz;
	__u32 flags;
	__s32 iommufd;
	__u32 devid;
};

struct cdev_attach {
	__u32 argsz;
	__u32 flags;
	__u32 ioas;
};

/* The device's own node, bound to nothing; fd or -errno. */
int ioas_open_node(const char *id);
int ioas_bind(int device, int iommufd);
int ioas_new(int iommufd, unsigned int *ret_ioas);
int ioas_destroy(int iommufd, unsigned int ioas);
/* Attaches, or replaces what is attached. */
int ioas_attach(int device, unsigned int ioas);
int ioas_detach(int device);
int ioas_map(int iommufd, unsigned int ioas, const void *mem, uint64_t iova, size_t size,
	     unsigned int access);
int ioas_unmap(int iommufd, unsigned int ioas, uint64_t iova, uint64_t size);

/* What device_open() does for a device that comes by iommufd; mem is there. */
int ioas_open_device(const char *id, struct device *dev);
