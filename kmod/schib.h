/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The subchannel information block, fresh from the channel subsystem.
 */
#ifndef CCWBROKER_SCHIB_H
#define CCWBROKER_SCHIB_H

#include <linux/types.h>

#define SCHIB_SIZE 52 /* PMCW 28, SCSW 12, model-dependent area 12 */

struct ccw_device;

/* Store Subchannel. -ENODEV: the subchannel is not operational. */
int schib_store(struct ccw_device *cdev, u8 *ret_schib);

#endif
