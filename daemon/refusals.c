/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns how many refusals of one user are worth telling, so that nobody fills the journal by asking
 * for what he may not have. Pure: the time is given.
 */
#include "refusals.h"

#include <stddef.h>

/* The counter of uid: its own, one that is free or over, or that of all others. */
static struct refuser *find(struct refusals *refusals, uid_t uid, uint64_t now_ms)
{
	struct refuser *user, *unused = NULL;
	unsigned int n;

	for (n = 0; n < LIMIT_REFUSERS; n++) {
		user = &refusals->users[n];
		if (user->since_ms != 0 && user->uid == uid)
			return user;
		/* one with something untold is still owed a word, when its user comes again */
		if (!unused &&
		    (user->since_ms == 0 || (user->count <= LIMIT_REFUSALS &&
					     now_ms - user->since_ms >= LIMIT_REFUSALS_MS)))
			unused = user;
	}
	if (!unused)
		return &refusals->others;
	*unused = (struct refuser){ .uid = uid };
	return unused;
}

bool refusals_count(struct refusals *refusals, uid_t uid, uint64_t now_ms, unsigned int *ret_untold)
{
	struct refuser *user = find(refusals, uid, now_ms);

	*ret_untold = 0;
	if (user->since_ms == 0 || now_ms - user->since_ms >= LIMIT_REFUSALS_MS) {
		if (user->count > LIMIT_REFUSALS)
			*ret_untold = user->count - LIMIT_REFUSALS;
		user->since_ms = now_ms ? now_ms : 1;
		user->count = 0;
	}
	return ++user->count <= LIMIT_REFUSALS;
}
