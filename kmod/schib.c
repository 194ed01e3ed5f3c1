// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Store Subchannel through the kernel's exported function; its argument type is private to cio, so
 * the layout's size is all that is declared here (Principles of Operation, chapter 15).
 */
#include <linux/errno.h>
#include <linux/string.h>

#include <asm/ccwdev.h>
#include <asm/schid.h>

#include "schib.h"

struct schib {
	u8 bytes[SCHIB_SIZE];
} __aligned(4);

int stsch(struct subchannel_id schid, struct schib *schib);

int schib_store(struct ccw_device *cdev, u8 *ret_schib)
{
	struct subchannel_id schid;
	struct schib schib;

	ccw_device_get_schid(cdev, &schid);
	if (stsch(schid, &schib))
		return -ENODEV;
	memcpy(ret_schib, schib.bytes, SCHIB_SIZE);
	return 0;
}
