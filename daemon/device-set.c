/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the question whether a device is one of those that an administrator has described, by id or
 * by type. Knows neither rules nor files.
 */
#include "device-set.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void device_set_deinit(struct device_set *set)
{
	while (set->n_types > 0)
		free(set->types[--set->n_types]);
	free(set->types);
	free(set->ranges);
	*set = (struct device_set){};
}

static size_t hex_length(const char *text)
{
	size_t n = 0;

	while (isxdigit((unsigned char)text[n]))
		n++;
	return n;
}

bool device_set_type_is_valid(const char *text)
{
	if (hex_length(text) != 4)
		return false;
	if (text[4] == '\0' || strcmp(text + 4, "/*") == 0)
		return true;
	return text[4] == '/' && hex_length(text + 5) == 2 && text[7] == '\0';
}

bool device_set_type_matches(const char *pattern, const char *value)
{
	bool any_model = pattern[4] == '\0' || pattern[5] == '*';

	if (strncasecmp(pattern, value, 4) != 0 || value[4] != '/')
		return false;
	return any_model || strcasecmp(pattern + 5, value + 5) == 0;
}

static bool holds_id(const struct device_set *set, struct ccw_id id)
{
	size_t n;

	for (n = 0; n < set->n_ranges; n++)
		if (ccw_id_is_in_range(id, set->ranges[n].first, set->ranges[n].last))
			return true;
	return set->n_ranges == 0;
}

static bool holds_type(const struct device_set *set, const struct device_traits *device)
{
	size_t n;

	for (n = 0; n < set->n_types; n++)
		if (device_set_type_matches(set->types[n], device->device_type) ||
		    device_set_type_matches(set->types[n], device->control_unit))
			return true;
	return set->n_types == 0;
}

bool device_set_holds(const struct device_set *set, const struct device_traits *device)
{
	return holds_id(set, device->id) && holds_type(set, device);
}
