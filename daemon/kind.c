/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the names of the sorts of devices. Knows types, and nothing of drivers: a tape drive is one
 * whoever has it.
 */
#include "kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "macro.h"

#define TYPE_DIGITS 4

struct kind {
	const char *name;
	const char *device_types;  /* each of four digits; "" for any */
	const char *control_units; /* likewise */
};

/* The first that fits. */
static const struct kind kinds[] = {
	{ "virtio", "", "3832" },
	{ "dasd-eckd", "3390 3380 9345", "" },
	{ "dasd-fba", "9336 3370", "" },
	{ "tape-34xx", "3480 3490", "" },
	{ "tape-3590", "3590 3592", "" },
	{ "tape-34xx", "", "3480 3490" },
	{ "tape-3590", "", "3590 3592" },
	{ "3270", "", "3270 3271 3272 3274 3276 3174" },
	{ "3270", "3270 3277 3278 3279", "" },
	{ "reader", "3505 2501", "" },
	{ "punch", "3525", "" },
	{ "reader", "", "3505 2501" },
	{ "punch", "", "3525" },
	{ "unit-record", "2540", "" },
	{ "unit-record", "", "2540" },
	{ "printer", "", "1403 3203 3211 3800" },
	{ "printer", "1403 3203 3211 3800", "" },
	{ "console", "", "1052 3215" },
	{ "qeth", "", "1731" },
	{ "channel-to-channel", "", "3088" },
};

static bool contains(const char *types, const char *type)
{
	const char *at;

	if (!*types)
		return true;
	if (strlen(type) < TYPE_DIGITS)
		return false;
	for (at = types;; at += TYPE_DIGITS + 1) {
		if (strncmp(at, type, TYPE_DIGITS) == 0)
			return true;
		if (at[TYPE_DIGITS] == '\0')
			return false;
	}
}

const char *kind_of(const char *device_type, const char *control_unit)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(kinds); n++)
		if (contains(kinds[n].device_types, device_type) &&
		    contains(kinds[n].control_units, control_unit))
			return kinds[n].name;
	return "other";
}
