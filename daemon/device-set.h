/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ccw-id.h"

struct device_range {
	struct ccw_id first;
	struct ccw_id last;
};

/* Devices by id and by type. A list that is not given has n 0 and holds all. Owns its lists. */
struct device_set {
	struct device_range *ranges;
	size_t n_ranges;
	char **types;
	size_t n_types;
};

/* One device as a set is asked for it. */
struct device_traits {
	struct ccw_id id;
	const char *device_type;  /* "3490/50" or "n/a" */
	const char *control_unit; /* likewise */
};

void device_set_deinit(struct device_set *set);

/* Whether both lists hold the device. */
bool device_set_holds(const struct device_set *set, const struct device_traits *device);

/* Whether text can stand in a list of types: "3490", "3490/50" or "3490/ *" unspaced. */
bool device_set_type_is_valid(const char *text);

/* Whether value, "3490/50" or "n/a", is of the valid type pattern. */
bool device_set_type_matches(const char *pattern, const char *value);
