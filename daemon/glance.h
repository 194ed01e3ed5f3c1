/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "macro.h"
#include "sysfs.h"

/*
 * Opens the directory of the device that facts are of: as long as it is there, so is that device, and not
 * another one of the same id. The caller owns the fd that is returned. -ESTALE: another device has come by now.
 */
_must_check_ int glance_open(const struct sysfs *sysfs, struct ccw_id id,
			     const struct sysfs_facts *facts);

/*
 * Whether the device is there, and bound to driver. As long as it is, its type is what it was: the
 * kernel takes a device that has become another one from its driver. Whether it is online, and
 * answers, is not looked at.
 */
bool glance_is_bound(int directory, const char *driver);
