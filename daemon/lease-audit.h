/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "audit.h"
#include "fault.h"
#include "lease.h"
#include "subject.h"

/* Tells of event, with all that lease says of itself. reason: one word, or NULL. */
void lease_audit(const struct lease *lease, enum audit_event event, const char *reason,
		 const char *message);

/* Tells that subject did not get device. */
void lease_audit_refusal(const struct subject *subject, struct ccw_id device,
			 const struct fault *fault);

void lease_audit_grant(const struct lease *lease);

/* is_gone: the device did not go back, because it is not there any more. */
void lease_audit_end(const struct lease *lease, bool is_gone);

/* uid, its holder or somebody who may, ends it for reason, which may be empty. */
void lease_audit_revoke(const struct lease *lease, uid_t uid, const char *reason);
