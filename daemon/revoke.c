/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the end of a lease against its holder's will: a request, a deadline, and then custody's end
 * without grace. Who may want that is not known here.
 */
#include "revoke.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "lease-audit.h"
#include "limits.h"
#include "log.h"
#include "text.h"

#define USEC_PER_SEC 1000000ULL

int revoke_check(const struct revoke_wish *wish, struct fault *fault)
{
	if (strlen(wish->reason) > LIMIT_REASON_BYTES)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "the reason has %zu bytes; the most is %d", strlen(wish->reason),
				 LIMIT_REASON_BYTES);
	if (!text_is_printable(wish->reason))
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "the reason has control characters in it");
	if (wish->timeout > LIMIT_REVOKE_SECONDS * USEC_PER_SEC)
		return fault_set(fault, FAULT_INVALID_ARGS,
				 "the holder is given %" PRIu64 " microseconds; the most is %d "
				 "seconds",
				 wish->timeout, LIMIT_REVOKE_SECONDS);
	return 0;
}

static void on_due(void *userdata)
{
	struct lease *lease = userdata;

	custody_end(lease->custody, lease, LEASE_END_REVOKED);
}

static void save(struct custody *custody, const struct lease *lease)
{
	char name[CCW_ID_STRING_SIZE];
	int r;

	r = store_save(custody->store, lease);
	if (r < 0)
		log_full_errno(LOG_ERR, ccw_id_format(lease->device, name), lease->id, r,
			       "that the lease is revoked is not saved");
}

int revoke_begin(struct custody *custody, struct lease *lease, const struct revoke_wish *wish,
		 struct fault *fault)
{
	char name[CCW_ID_STRING_SIZE];
	uint64_t now;
	int r;

	/* its client can be told to go, and that takes time */
	if (wish->timeout == 0) {
		r = backend_check(lease->backend.kind, BACKEND_REVOKE, fault);
		if (r < 0)
			return r;
	}
	if (wish->is_dry_run)
		return 0;
	r = sd_event_now(custody->event, CLOCK_MONOTONIC, &now);
	if (r < 0)
		return r;
	/* holder, journal and disk are told each time: not for less than a second */
	if (lease->state == LEASE_REVOKING && wish->timeout > 0 &&
	    now + wish->timeout + USEC_PER_SEC > lease->revocation.deadline)
		return 0;
	r = revocation_set(&lease->revocation, now + wish->timeout, wish->reason);
	if (r <= 0)
		return r;
	lease_audit_revoke(lease, wish->uid, wish->reason);
	ccw_id_format(lease->device, name);
	log_full(LOG_INFO, name, lease->id, "%s: lease %s of %s is revoked in %" PRIu64 " s: %s",
		 name, lease->id, lease->user, (uint64_t)(wish->timeout / USEC_PER_SEC),
		 wish->reason);
	if (lease->state != LEASE_REVOKING)
		lease_set_state(lease, LEASE_REVOKING);
	save(custody, lease);
	LISTENER_TELL(custody, lease_changed, lease);
	if (wish->timeout > 0)
		return revocation_arm(&lease->revocation, custody->event, on_due, lease);
	custody_end(custody, lease, LEASE_END_REVOKED);
	return 0;
}

void revoke_resume(struct custody *custody, struct lease *lease)
{
	/* the clock has not been set back: what is saved is gone after a reboot */
	if (revocation_arm(&lease->revocation, custody->event, on_due, lease) < 0)
		custody_end(custody, lease, LEASE_END_REVOKED);
}
