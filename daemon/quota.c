/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the counting of leases against what a profile says: leases of one class of devices are those
 * that were granted under one profile. Knows nothing of the limits that hold for everybody.
 */
#include "quota.h"

#include <string.h>

struct count {
	unsigned int all;
	unsigned int of_user;
	unsigned int of_group;
};

/* A lease counts from the moment at which it is wanted until its device is back. */
static struct count count_leases(const struct ledger *ledger, const struct policy_verdict *verdict,
				 uid_t uid)
{
	struct count count = {};
	const struct lease *lease;

	for (lease = ledger->first; lease; lease = lease->next) {
		if (strcmp(lease->profile, verdict->profile->name) != 0)
			continue;
		count.all++;
		count.of_user += lease_account(lease) == uid;
		count.of_group +=
			verdict->has_group && lease->has_group && lease->gid == verdict->gid;
	}
	return count;
}

int quota_check(const struct ledger *ledger, const struct policy_verdict *verdict, uid_t uid,
		struct fault *fault)
{
	const struct profile *profile = verdict->profile;
	struct count count;

	if (!profile->leases_per_user && !profile->leases_per_group && !profile->leases)
		return 0;
	count = count_leases(ledger, verdict, uid);
	if (profile->leases_per_user && count.of_user >= profile->leases_per_user)
		return fault_set(
			fault, FAULT_LIMITS_EXCEEDED,
			"uid %u has %u leases as %s already, the most for one user (%s:%u); "
			"see ccwctl leases, end one by ccwctl release",
			(unsigned int)uid, count.of_user, profile->name, profile->file,
			profile->line);
	if (profile->leases_per_group && verdict->has_group &&
	    count.of_group >= profile->leases_per_group)
		return fault_set(
			fault, FAULT_LIMITS_EXCEEDED,
			"the group with gid %u has %u leases as %s already, the most for one "
			"group (%s:%u); see ccwctl leases",
			(unsigned int)verdict->gid, count.of_group, profile->name, profile->file,
			profile->line);
	if (profile->leases && count.all >= profile->leases)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "there are %u leases as %s already, the most of them (%s:%u); see "
				 "ccwctl leases",
				 count.all, profile->name, profile->file, profile->line);
	return 0;
}
