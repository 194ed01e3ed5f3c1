/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-event.h>

#include "lease.h"
#include "store.h"
#include "worker.h"

/*
 * Makes the pledge of a PENDING lease whose device is bound already, as far as that can be; sets
 * is_pledged. Where it cannot, all of it is done when the worker is through.
 */
void pledge_make(struct store *store, struct lease *lease);

/* Adds the client's end to the fds of result, and watches. The lease is saved. */
_must_check_ int pledge_redeem(struct store *store, struct lease *lease, sd_event *event,
			       tether_event_t told, struct worker_result *result);

/* For one that is not granted; what is saved is then for the caller to put right. */
void pledge_drop(struct store *store, struct lease *lease);
