/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ccw-id.h"
#include "macro.h"
#include "plan.h"
#include "sysfs.h"

/*
 * Holds the device, which is bound to the module and closed, to those of commands that the mask
 * there permits, or, with is_anew, that it permitted when the device was bound. -ENOENT: there is no
 * such mask. -EBUSY: the device is open. -EIO: the module has not taken it.
 */
_must_check_ int mask_set(struct sysfs *sysfs, struct ccw_id id,
			  const uint8_t commands[static PLAN_COMMANDS_SIZE], bool is_anew);
