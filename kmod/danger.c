// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Knows which devices and commands take addresses of host memory as data; nothing of who asks.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>

#include <asm/ccwdev.h>

#include "danger.h"
#include "schib.h"

#define DANGER_PMCW_FLAGS 4 /* byte of the SCHIB; bit 0 is the QDIO facility */
#define DANGER_PMCW_QDIO  0x80

#define DANGER_CU_VIRTIO 0x3832

static const u8 danger_virtio[] = { 0x13, 0x43, 0x53, 0x73 };

int danger_check(struct ccw_device *cdev)
{
	u8 schib[SCHIB_SIZE];
	int ret;

	ret = schib_store(cdev, schib);
	if (ret)
		return ret;
	return schib[DANGER_PMCW_FLAGS] & DANGER_PMCW_QDIO ? -EOPNOTSUPP : 0;
}

void danger_commands(const struct ccw_device *cdev, u8 ret_commands[CP_COMMANDS_SIZE])
{
	unsigned int i;

	memset(ret_commands, 0xff, CP_COMMANDS_SIZE);
	if (cdev->id.cu_type != DANGER_CU_VIRTIO)
		return;
	for (i = 0; i < ARRAY_SIZE(danger_virtio); i++)
		ret_commands[danger_virtio[i] >> 3] &= ~(0x80 >> (danger_virtio[i] & 7));
}
