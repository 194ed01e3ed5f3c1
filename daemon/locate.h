/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "ccw-id.h"
#include "macro.h"
#include "sysfs.h"

/* The device that subchannel leads to now; -ENOENT when there is none. */
_must_check_ int locate_subchannel(struct sysfs *sysfs, struct ccw_id subchannel,
				   struct ccw_id *ret);

/* Whether path is one that locate_node takes: below /dev, without "..", not too long. */
bool locate_path_is_valid(const char *path);

/*
 * The device behind a block or character node below /dev, also by a link like
 * /dev/disk/by-path/NAME or for a partition. -ENOENT: there is no such node; -ENODEV: it is none of
 * a channel device.
 */
_must_check_ int locate_node(struct sysfs *sysfs, const char *path, struct ccw_id *ret);
