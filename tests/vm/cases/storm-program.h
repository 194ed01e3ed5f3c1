/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Random channel programs in a device's memory. The first quarter of the memory holds CCWs and
 * IDALs, the rest is data.
 */
#pragma once

#include "module-device.h"
#include "storm.h"

struct storm_program {
	enum storm_kind kind;
	uint8_t orb[12];
	uint8_t scsw[12];
	unsigned int timeout_ms;
};

/* cu: the control unit's type, as in `cutype`. */
void storm_program_make(struct storm_program *program, struct device *dev, const char *cu,
			struct dice *dice);
/* Changes what may be running: harmless commands, and nonsense. */
void storm_program_rewrite(struct device *dev, struct dice *dice);
/*
 * The commands that a storm may give: not those that take addresses of the host as data, unload the
 * tape or change the disk's tracks. 64 hex digits.
 */
const char *storm_program_commands(const char *cu);
