/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "macro.h"

#define IOMMU_PATH_SIZE 64 /* a VFIO node in /dev, with its NUL */

/* Through what a client gives its memory to a device. */
enum iommu {
	IOMMU_GROUP,   /* the device's group in a container with a type1v2 IOMMU */
	IOMMU_IOMMUFD, /* the device's own node, which the client binds to an iommufd */
	IOMMU_AUTO,    /* only as a wish: iommufd where the kernel has it, else group */
	_IOMMU_MAX,
};

/* "group", "iommufd", "auto". */
const char *iommu_to_string(enum iommu iommu);
/* The enum, or -EINVAL. */
_must_check_ int iommu_from_string(const char *text);
