/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <linux/ioctl.h>
#include <linux/types.h>
#include <linux/vfio.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

/*
 * The kernel's interface as far as it is used here, spelled out: headers of Linux 6.1 do not have
 * it yet. Numbers and layout are those of <linux/iommufd.h> and <linux/vfio.h>.
 */
#define IOMMUFD_IOCTL(n) _IO(';', n)
#define IOMMUFD_DESTROY	 IOMMUFD_IOCTL(0x80)
#define IOMMUFD_IOAS	 IOMMUFD_IOCTL(0x81)
#define IOMMUFD_MAP	 IOMMUFD_IOCTL(0x85)
#define IOMMUFD_UNMAP	 IOMMUFD_IOCTL(0x86)

#define IOMMUFD_FIXED	 1u
#define IOMMUFD_WRITABLE 2u
#define IOMMUFD_READABLE 4u

#define IOMMUFD_DEVICE_BIND   _IO(VFIO_TYPE, VFIO_BASE + 18)
#define IOMMUFD_DEVICE_ATTACH _IO(VFIO_TYPE, VFIO_BASE + 19)
#define IOMMUFD_DEVICE_DETACH _IO(VFIO_TYPE, VFIO_BASE + 20)

struct iommufd_device_bind {
	__u32 argsz;
	__u32 flags;
	__s32 iommufd;
	__u32 devid;
};

/* Each is one ioctl: 0 or -errno. The fds stay the caller's. */

/* Opens the device, which goes online. */
_must_check_ int iommufd_bind(int device, int iommufd);
/* A new, empty address space. */
_must_check_ int iommufd_new_ioas(int iommufd, uint32_t *ret_ioas);
/* Gives the device an address space, or exchanges the one that it has. */
_must_check_ int iommufd_attach(int device, uint32_t ioas);
/* access: IOMMUFD_READABLE, IOMMUFD_WRITABLE or both. */
_must_check_ int iommufd_map(int iommufd, uint32_t ioas, const void *memory, uint64_t iova,
			     size_t size, uint32_t access);
_must_check_ int iommufd_unmap(int iommufd, uint32_t ioas, uint64_t iova, uint64_t size);
