/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "fault.h"
#include "ledger.h"
#include "macro.h"
#include "policy.h"

/*
 * Whether one more lease of uid as verdict has it is within the quotas of its profile;
 * FAULT_LIMITS_EXCEEDED names the quota and where it stands.
 */
_must_check_ int quota_check(const struct ledger *ledger, const struct policy_verdict *verdict,
			     uid_t uid, struct fault *fault);
