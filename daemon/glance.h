/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "sysfs.h"

/*
 * Whether the device is the one that facts are of, and bound to the driver that they name. As long as
 * it is, its type is what it was: the kernel takes a device that has become another one from its driver.
 * Whether it is online, and answers, is not looked at.
 */
bool glance_is_bound(const struct sysfs *sysfs, struct ccw_id id, const struct sysfs_facts *facts);
