/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "custody.h"
#include "fault.h"

/* What somebody who wants a lease ended says. Borrowed. */
struct revoke_wish {
	uid_t uid; /* who it is */
	const char *reason;
	uint64_t timeout; /* microseconds; 0: at once */
	bool is_dry_run;  /* only whether it could be done */
};

/* FAULT_INVALID_ARGS unless wish is within the limits. */
_must_check_ int revoke_check(const struct revoke_wish *wish, struct fault *fault);

/*
 * Asks the holder of a held lease to go, and takes its device at the end of the time. A fault without
 * any time where the backend can take nothing.
 */
_must_check_ int revoke_begin(struct custody *custody, struct lease *lease,
			      const struct revoke_wish *wish, struct fault *fault);

/* Goes on with a lease that was being revoked when an earlier daemon ended. */
void revoke_resume(struct custody *custody, struct lease *lease);
