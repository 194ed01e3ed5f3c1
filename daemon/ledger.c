/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the list of leases and counts them against the limits. Knows nothing of what a lease
 * does.
 */
#include "ledger.h"

#include <assert.h>
#include <string.h>

#include "limits.h"

void ledger_add(struct ledger *ledger, struct lease *lease_take)
{
	lease_take->next = ledger->first;
	ledger->first = lease_take;
	ledger->count++;
}

void ledger_remove(struct ledger *ledger, struct lease *lease)
{
	struct lease **at = &ledger->first;

	while (*at != lease) {
		assert(*at);
		at = &(*at)->next;
	}
	*at = lease->next;
	ledger->count--;
	lease_free(lease);
}

void ledger_deinit(struct ledger *ledger)
{
	while (ledger->first)
		ledger_remove(ledger, ledger->first);
}

struct lease *ledger_find(const struct ledger *ledger, const char *id)
{
	struct lease *lease;

	for (lease = ledger->first; lease; lease = lease->next)
		if (lease->is_announced && strcmp(lease->id, id) == 0)
			return lease;
	return NULL;
}

unsigned int ledger_count_announced(const struct ledger *ledger)
{
	unsigned int count = 0;
	struct lease *lease;

	for (lease = ledger->first; lease; lease = lease->next)
		count += lease->is_announced;
	return count;
}

/* Those who wait are the newest ones, which stand first. */
bool ledger_is_taking(const struct ledger *ledger)
{
	struct lease *lease;

	for (lease = ledger->first; lease; lease = lease->next)
		if (lease->done)
			return true;
	return false;
}

bool ledger_is_busy(const struct ledger *ledger)
{
	struct lease *lease;

	for (lease = ledger->first; lease; lease = lease->next)
		if (lease->task && !task_is_late(lease->task))
			return true;
	return false;
}

int ledger_check_limits(const struct ledger *ledger, uid_t uid, struct fault *fault)
{
	unsigned int pending = 0, pending_of_uid = 0, of_uid = 0;
	struct lease *lease;

	for (lease = ledger->first; lease; lease = lease->next) {
		bool is_pending = lease->state == LEASE_PENDING,
		     is_of_uid = lease_account(lease) == uid;

		pending += is_pending;
		of_uid += is_of_uid;
		pending_of_uid += is_pending && is_of_uid;
	}
	if (ledger->count >= LIMIT_LEASES)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "there are %d leases already, which is the most", LIMIT_LEASES);
	if (uid != 0 && of_uid >= LIMIT_LEASES_PER_UID)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "uid %u has %d leases already, which is the most for one user",
				 (unsigned int)uid, LIMIT_LEASES_PER_UID);
	if (pending >= LIMIT_PENDING)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "%d devices are being taken already; try again in a moment",
				 LIMIT_PENDING);
	if (pending_of_uid >= LIMIT_PENDING_PER_UID)
		return fault_set(
			fault, FAULT_LIMITS_EXCEEDED,
			"%d devices are being taken for uid %u already; try again in a moment",
			LIMIT_PENDING_PER_UID, (unsigned int)uid);
	return 0;
}
