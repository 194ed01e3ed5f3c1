/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The driver on the ccw bus: takes claimed devices and passes cio's events on.
 */
#ifndef CCWBROKER_CCW_DRV_H
#define CCWBROKER_CCW_DRV_H

int ccw_drv_register(void);
void ccw_drv_unregister(void);

#endif
