/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A device opened by its own node and given an address space of iommufd, for the raw test of the
 * module: what client/lib/iommufd.c, which does the rest, has no use for.
 */
#pragma once

#include "iommufd.h"
#include "module-device.h"

/* The device's own node, bound to nothing; fd or -errno. */
int ioas_open_node(const char *id);
int ioas_destroy(int iommufd, uint32_t ioas);
int ioas_detach(int device);

/* What device_open() does for a device that comes by iommufd; mem is there. */
int ioas_open_device(const char *id, struct device *dev);
