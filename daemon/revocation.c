/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the deadline by which a holder must go, and who said so why. Ends nothing by itself.
 */
#include "revocation.h"

#include <errno.h>
#include <string.h>
#include <time.h>

int revocation_set(struct revocation *revocation, uint64_t deadline, const char *reason)
{
	char *copy;

	/* nobody gives a holder back the time that another has taken */
	if (revocation->reason && revocation->deadline <= deadline)
		return 0;
	copy = strdup(reason);
	if (!copy)
		return -ENOMEM;
	free(revocation->reason);
	revocation->reason = copy;
	revocation->deadline = deadline;
	return 1;
}

static int on_timer(sd_event_source *source, uint64_t now, void *userdata)
{
	struct revocation *revocation = userdata;

	revocation->due(revocation->userdata);
	return 0;
}

int revocation_arm(struct revocation *revocation, sd_event *event, revocation_due_t due,
		   void *userdata)
{
	revocation->due = due;
	revocation->userdata = userdata;
	revocation->timer = sd_event_source_disable_unref(revocation->timer);
	return sd_event_add_time(event, &revocation->timer, CLOCK_MONOTONIC, revocation->deadline,
				 0, on_timer, revocation);
}

void revocation_deinit(struct revocation *revocation)
{
	revocation->timer = sd_event_source_disable_unref(revocation->timer);
	free(revocation->reason);
	revocation->reason = NULL;
}
