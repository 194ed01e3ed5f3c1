/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "lease.h"
#include "macro.h"

/* All leases of any state. */
struct ledger {
	struct lease *first;
	unsigned int count;
};

/* The ledger owns the lease from then on. */
void ledger_add(struct ledger *ledger, struct lease *lease_take);

/* Takes it out and frees it. */
void ledger_remove(struct ledger *ledger, struct lease *lease);

void ledger_deinit(struct ledger *ledger);

/* A lease that clients know of, or NULL. */
struct lease *ledger_find(const struct ledger *ledger, const char *id);

/* How many leases clients know of. */
unsigned int ledger_count_announced(const struct ledger *ledger);

/* Whether a client waits for a device. */
bool ledger_is_taking(const struct ledger *ledger);

/* Whether a worker is at work for any lease. */
bool ledger_is_busy(const struct ledger *ledger);

/* Whether one more lease on the account of uid is within the limits; FAULT_LIMITS_EXCEEDED names the limit. */
_must_check_ int ledger_check_limits(const struct ledger *ledger, uid_t uid, struct fault *fault);
