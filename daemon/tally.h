/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What has happened since the daemon started, in numbers. Nothing is decided by them. */
#pragma once

#include <stdint.h>

#include "fault.h"
#include "lease.h"

struct tally {
	uint64_t since;			   /* CLOCK_REALTIME, microseconds */
	uint64_t granted;		   /* leases */
	uint64_t reloads;		   /* of the policy, that went well */
	uint64_t policies;		   /* put in force, the first one too */
	uint64_t wait_total;		   /* microseconds from request to grant, of all grants */
	uint64_t wait_most;		   /* of one */
	uint64_t refused[_FAULT_CODE_MAX]; /* acquisitions; FAULT_NONE: without a reason of ours */
	uint64_t ended[_LEASE_END_MAX];
};
