/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * Devices and commands that reach host memory past the translator: their data are addresses, which the
 * device uses later and by itself. Translation makes the data safe to read, not what they say.
 */
#ifndef CCWBROKER_DANGER_H
#define CCWBROKER_DANGER_H

#include <linux/types.h>

#include "cp.h"

struct ccw_device;

/*
 * -EOPNOTSUPP: a QDIO subchannel (OSA, FCP), which works through queues in host memory; -ENODEV: it
 * is not operational.
 */
int danger_check(struct ccw_device *cdev);

/*
 * What a client may be given at first: every command but those that tell the device addresses.
 * virtio-ccw has four (virtio 1.2, 4.3.3): set virtqueue, set indicators, set configuration
 * indicators, set adapter indicators.
 */
void danger_commands(const struct ccw_device *cdev, u8 ret_commands[CP_COMMANDS_SIZE]);

#endif
