/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>

#include "macro.h"

/* Where memory that the library places begins; below it lies nothing, so that address 0 stays wrong. */
#define SPACE_IOVA_FIRST 0x10000
/* CCW addresses have 31 bits. */
#define SPACE_IOVA_END	 0x80000000U

/* iommu, a container with its IOMMU or an iommufd, is copied. -ENOTTY: it is neither. -EBADF. */
_must_check_ int space_new(int iommu, struct ccwb_space **ret);

struct ccwb_space *space_ref(struct ccwb_space *space);

/* The last one unmaps all and frees it. NULL is taken. Returns NULL. */
struct ccwb_space *space_unref(struct ccwb_space *space);
DEFINE_CLEANUP(struct ccwb_space *, space_unref)

/*
 * Makes the device one of the space: an iommufd takes it online by that, and for a container the
 * broker has done it. -errno of the kernel.
 */
_must_check_ int space_take_device(struct ccwb_space *space, int device);

bool space_is_iommufd(const struct ccwb_space *space);
