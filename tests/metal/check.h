/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The checks, in the order in which they are run. The subchannel is enabled, idle and has nothing
 * pending before and after each.
 */
#pragma once

#include "program.h"

/* check-subchannel.c: before anything is started; leaves it enabled. */
void check_subchannel(struct device *device);
void check_not_enabled(const struct device *device);
void check_enable(struct device *device);

/* check-program.c: what every device can do. */
void check_programs(const struct device *device);

/* check-data.c: a virtio network device, whose configuration space is data to read and write. */
void check_data(const struct device *device);

/* check-refused.c: programs that the channel or the device does not take. */
void check_refused(const struct device *device);

/* check-function.c: halt, clear, cancel, and what is pending when. */
void check_functions(const struct device *device);

/* check-path.c: path masks. The second leaves a device of QEMU's in a state that its host may not take it back in. */
void check_paths(const struct device *device);
void check_missing_paths(const struct device *device);

/* check-terminal.c: a 3270 with somebody at its keyboard. */
void check_terminal(const struct device *device);
