/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Owns how a lease, or one that never came to be, looks in the audit trail. Says nothing by itself. */
#include "lease-audit.h"

#include <stdio.h>

void lease_audit(const struct lease *lease, enum audit_event event, const char *reason,
		 const char *message)
{
	char device[CCW_ID_STRING_SIZE];
	const struct audit_record record = {
		.event = event,
		.device = ccw_id_format(lease->device, device),
		.lease = lease->id,
		.has_subject = true,
		.uid = lease->uid,
		.pid = lease->pid,
		.user = lease->user,
		.unit = lease->unit,
		.rule = lease->rule,
		.profile = lease->profile,
		.reason = reason,
	};

	audit_log(&record, "%s", message);
}

void lease_audit_refusal(const struct subject *subject, struct ccw_id device,
			 const struct fault *fault)
{
	char name[CCW_ID_STRING_SIZE];
	const struct audit_record record = {
		.event = AUDIT_REFUSAL,
		.device = ccw_id_format(device, name),
		.has_subject = true,
		.uid = subject->uid,
		.pid = subject->pid,
		.user = subject->user,
		.unit = subject->unit,
		.reason = fault_code_to_string(fault->code),
	};

	audit_log(&record, "%s: refused to %s: %s", name, subject->user, fault->text);
}

void lease_audit_grant(const struct lease *lease)
{
	char device[CCW_ID_STRING_SIZE], message[LIMIT_MESSAGE_BYTES];

	snprintf(message, sizeof(message), "%s: lease %s for %s (uid %u, pid %d)%s%s",
		 ccw_id_format(lease->device, device), lease->id, lease->user,
		 (unsigned int)lease->uid, (int)lease->pid, *lease->who ? ", " : "", lease->who);
	lease_audit(lease, AUDIT_GRANT, NULL, message);
}

void lease_audit_end(const struct lease *lease, bool is_gone)
{
	char device[CCW_ID_STRING_SIZE], message[LIMIT_MESSAGE_BYTES];

	snprintf(message, sizeof(message), "%s: lease %s of %s is over (%s), %s%s",
		 ccw_id_format(lease->device, device), lease->id, lease->user,
		 lease_end_to_string(lease->end),
		 is_gone		 ? "the device is gone"
		 : *lease->origin.driver ? "back with "
					 : "back without a driver",
		 is_gone ? "" : lease->origin.driver);
	lease_audit(lease, AUDIT_END, lease_end_to_string(lease->end), message);
}

void lease_audit_revoke(const struct lease *lease, uid_t uid, const char *reason)
{
	char device[CCW_ID_STRING_SIZE], message[LIMIT_MESSAGE_BYTES];

	snprintf(message, sizeof(message), "%s: uid %u revokes lease %s of %s%s%s",
		 ccw_id_format(lease->device, device), (unsigned int)uid, lease->id, lease->user,
		 *reason ? ": " : "", reason);
	lease_audit(lease, AUDIT_REVOKE, NULL, message);
}
