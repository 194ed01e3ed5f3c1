/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what must stand before a client has its fds, the saved lease and its reference, and makes both
 * while the worker is still at it. A daemon that is killed then leaves a lease whose reference nobody
 * holds, or that has none: the next one ends it, and gives the device back.
 */
#include "pledge.h"

void pledge_make(struct store *store, struct lease *lease)
{
	struct lease granted = *lease; /* peeks, and is never freed */

	/* that process may live on, and would keep what its client has not got */
	if (lease->tether.lifetime == LIFETIME_PIDFD)
		return;
	granted.state = LEASE_ACTIVE;
	lease->is_pledged = store_save(store, &granted) >= 0 &&
			    tether_prepare(&lease->tether, store_fd_peek(store), lease->id) >= 0;
}

int pledge_redeem(struct store *store, struct lease *lease, sd_event *event, tether_event_t told,
		  struct worker_result *result)
{
	int fd, r;

	r = tether_make(&lease->tether, event, store_fd_peek(store), lease->id, told, lease, &fd);
	if (r >= 0 && fd >= 0)
		result->fds[result->n_fds++] = fd;
	return r;
}

/* The reference first: without it what is saved is nobody's. */
void pledge_drop(struct store *store, struct lease *lease)
{
	if (!lease->is_pledged)
		return;
	tether_drop(&lease->tether, store_fd_peek(store), lease->id);
	lease->is_pledged = false;
}
