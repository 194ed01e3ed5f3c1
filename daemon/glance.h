/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "sysfs.h"

/* Whether the device is the one that facts are of, and bound to the driver that they name. */
bool glance_is_bound(const struct sysfs *sysfs, struct ccw_id id, const struct sysfs_facts *facts);

/*
 * Whether all is as facts say but for being online, of which the kernel tells nobody and no decision
 * hangs. false also where that cannot be seen so quickly, as for a device that does not answer.
 */
bool glance_is_same(const struct sysfs *sysfs, struct ccw_id id, const struct sysfs_facts *facts);
