/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "limits.h"

/* How often a user was refused in the period that runs. */
struct refuser {
	uid_t uid;
	uint64_t since_ms; /* 0: nobody's */
	unsigned int count;
};

/* All zeroes at first. */
struct refusals {
	struct refuser users[LIMIT_REFUSERS];
	struct refuser others; /* when there are more users than that */
};

/*
 * Counts a refusal of uid at now_ms. True: tell it, and that *ret_untold before it were not. False:
 * there were enough.
 */
bool refusals_count(struct refusals *refusals, uid_t uid, uint64_t now_ms,
		    unsigned int *ret_untold);
