/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * What differs between the kernels we build for. The module is written for the newest; probe.mk
 * finds out what this one has. Nothing outside this directory asks for a kernel's features.
 */
#ifndef CCWBROKER_COMPAT_H
#define CCWBROKER_COMPAT_H

#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

typedef int (*compat_region_info_fn)(struct vfio_device *vdev, struct vfio_region_info *info,
				     struct vfio_info_cap *caps);

#ifdef COMPAT_HAS_REGION_INFO_OP
/* v6.19: VFIO itself handles GET_REGION_INFO and calls the driver's op. */
#define COMPAT_REGION_INFO_OP(fn) .get_region_info_caps = (fn)

static inline long compat_region_info(struct vfio_device *vdev, void __user *arg,
				      compat_region_info_fn fn)
{
	return -ENOTTY; /* never called */
}
#else
#define COMPAT_REGION_INFO_OP(fn) .mmap = NULL /* the ioctl does it */

/* The capabilities go behind the info, if there is room; argsz tells how much it takes. */
static inline int compat_put_caps(void __user *arg, struct vfio_region_info *info,
				  struct vfio_info_cap *caps)
{
	if (!caps->size)
		return 0;
	info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
	if (info->argsz < sizeof(*info) + caps->size) {
		info->argsz = sizeof(*info) + caps->size;
		return 0;
	}
	vfio_info_cap_shift(caps, sizeof(*info));
	info->cap_offset = sizeof(*info);
	return copy_to_user(arg + sizeof(*info), caps->buf, caps->size) ? -EFAULT : 0;
}

static inline long compat_region_info(struct vfio_device *vdev, void __user *arg,
				      compat_region_info_fn fn)
{
	const unsigned long size = offsetofend(struct vfio_region_info, offset);
	struct vfio_info_cap caps = {};
	struct vfio_region_info info;
	int ret;

	if (copy_from_user(&info, arg, size))
		return -EFAULT;
	if (info.argsz < size)
		return -EINVAL;
	info.cap_offset = 0;
	ret = fn(vdev, &info, &caps);
	if (!ret)
		ret = compat_put_caps(arg, &info, &caps);
	kfree(caps.buf);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, size) ? -EFAULT : 0;
}
#endif

#endif
