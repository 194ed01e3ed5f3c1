/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the words for what a lease lives as long as. Watches nothing.
 */
#include "lifetime.h"

#include <errno.h>
#include <string.h>

static const char *const names[_LIFETIME_MAX] = {
	[LIFETIME_LEASE_FD] = "lease-fd",
	[LIFETIME_CONNECTION] = "connection",
	[LIFETIME_PIDFD] = "pidfd",
};

const char *lifetime_to_string(enum lifetime lifetime)
{
	return names[lifetime];
}

int lifetime_from_string(const char *text)
{
	int n;

	for (n = 0; n < _LIFETIME_MAX; n++)
		if (strcmp(text, names[n]) == 0)
			return n;
	return -EINVAL;
}
