/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ccw-id.h"
#include "macro.h"
#include "sysfs.h"

#define CHANNEL_PATHS_MAX 8 /* the architecture has no more for a device */

/* One way from the channel subsystem to the device. */
struct channel_path {
	uint8_t position; /* 0 to 7, its bit in the masks of the subchannel from the left */
	uint8_t chpid;
	bool is_usable; /* available and operational */
};

/*
 * The paths that are installed for a device, in the order of positions. 0 for a device whose
 * subchannel does not say.
 */
size_t channel_path_read(struct sysfs *sysfs, struct ccw_id id,
			 struct channel_path ret[CHANNEL_PATHS_MAX]);
