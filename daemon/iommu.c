/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the words for the ways of giving memory to a device. Opens nothing.
 */
#include "iommu.h"

#include <errno.h>
#include <string.h>

static const char *const names[_IOMMU_MAX] = {
	[IOMMU_GROUP] = "group",
	[IOMMU_IOMMUFD] = "iommufd",
	[IOMMU_AUTO] = "auto",
};

const char *iommu_to_string(enum iommu iommu)
{
	return names[iommu];
}

int iommu_from_string(const char *text)
{
	int n;

	for (n = 0; n < _IOMMU_MAX; n++)
		if (strcmp(text, names[n]) == 0)
			return n;
	return -EINVAL;
}
