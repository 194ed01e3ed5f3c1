/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "macro.h"
#include "verb.h"

/*
 * Prints what acquiring a device would give whom, by its uid, UINT32_MAX: the caller; with the options of the command
 * line. The status says which kind of answer that is.
 */
_must_check_ enum exit_code inquiry_check(sd_bus *bus, const char *id,
					  const struct options *options, uint32_t uid);

/* The same for the caller, with the status that acquiring it would have. */
_must_check_ enum exit_code inquiry_rehearse(sd_bus *bus, const char *id,
					     const struct options *options, bool is_by_path);
