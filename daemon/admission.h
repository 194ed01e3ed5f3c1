/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "authority.h"
#include "device.h"
#include "fault.h"
#include "ledger.h"
#include "macro.h"
#include "policy.h"
#include "subject.h"
#include "wish.h"

/* Who wants what. Everything is borrowed. */
struct admission_request {
	struct sysfs *sysfs;
	const struct device *device;
	const struct subject *subject;
	const struct broker_wish *wish;
	bool has_consent; /* where the policy says ask: somebody who may has agreed */
	bool is_stopping; /* the daemon takes no more devices */
};

/*
 * Whether all that can be known without touching the device speaks for a lease: 0, or a fault.
 * *ret_verdict is set in any case; while its action is POLICY_ASK and the fault is ACCESS_DENIED,
 * consent, to the device or to force, is what is missing. Changes nothing. For acquiring and for saying what that would give.
 */
_must_check_ int admission_decide(const struct authority *authority, const struct ledger *ledger,
				  const struct admission_request *request,
				  struct policy_verdict *ret_verdict, struct fault *fault);
