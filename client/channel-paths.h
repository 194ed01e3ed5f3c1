/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "macro.h"
#include "verb.h"

#define CHANNEL_PATHS_PER_DEVICE 8

struct device_list;

/* By which ways a device is reached, in the order of their positions. */
struct channel_paths {
	unsigned int n;
	struct {
		uint8_t chpid;
		bool is_usable;
	} path[CHANNEL_PATHS_PER_DEVICE];
};

/*
 * Asks the broker for those of each row of the list, many at a time; a device that has gone meanwhile has none.
 * Complains itself. *ret has an element for each row.
 */
_must_check_ enum exit_code channel_paths_fetch(sd_bus *bus, const struct device_list *list,
						struct channel_paths **ret);

/* Reads a variant of a(yyb), the property ChannelPaths. Negative errno. */
_must_check_ int channel_paths_read(sd_bus_message *reply, struct channel_paths *ret);

bool channel_paths_has(const struct channel_paths *paths, uint8_t chpid);
