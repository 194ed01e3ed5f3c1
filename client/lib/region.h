/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ccwbroker.h"
#include "macro.h"

/*
 * Starts one channel program the way <linux/vfio_ccw.h> has it, which is the only one that the kernel's
 * own vfio_ccw knows, and waits for its end. The ORB's addresses are those of the client's mappings.
 * 0: ended, well or badly; otherwise nothing is running any more: -ETIMEDOUT and -EINTR after a reset.
 * -ENOTTY: the device has no such region. timeout_ms 0 is CCWBROKER_TIMEOUT_MS_DEFAULT.
 */
_must_check_ int region_run(int device_peek, const uint8_t orb[static CCWBROKER_ORB_SIZE],
			    unsigned int timeout_ms, uint8_t ret_irb[static CCWBROKER_IRB_SIZE]);

/*
 * Adds to total, zero at first, what one interrupt says. Whether that was the last of the program; one that
 * is about no program of ours adds nothing.
 */
bool region_add_irb(uint8_t total[static CCWBROKER_IRB_SIZE],
		    const uint8_t irb[static CCWBROKER_IRB_SIZE]);
