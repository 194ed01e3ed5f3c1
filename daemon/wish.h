/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What a client says that it wants, besides the device. Everything is borrowed.
 */
#pragma once

#include <stdbool.h>

#include "iommu.h"

struct broker_wish {
	const char *who;  /* its own words */
	enum iommu iommu; /* IOMMU_GROUP by path */
	bool is_by_path;
};
