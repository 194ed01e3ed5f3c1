/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the order in which a request for a device is judged: who may not have it learns nothing
 * else of it. Decides nothing by itself and has no effect.
 */
#include "admission.h"

#include <errno.h>

#include "plan-css.h"
#include "quota.h"

static int check_policy(const struct authority *authority, const struct admission_request *request,
			struct policy_verdict *ret_verdict, struct fault *fault)
{
	authority_decide(authority, request->device, request->subject, ret_verdict);
	if (ret_verdict->action == POLICY_ALLOW)
		return 0;
	if (ret_verdict->action == POLICY_ASK && request->has_consent)
		return 0;
	*fault = ret_verdict->why;
	return -EACCES;
}

/* Whatever the policy says, but never where it denies. */
static int check_force(const struct admission_request *request, struct policy_verdict *verdict,
		       struct fault *fault)
{
	const struct broker_wish *wish = request->wish;

	if (!wish->is_forced || wish->may_force || request->subject->uid == 0)
		return 0;
	verdict->action = POLICY_ASK;
	return fault_set(fault, FAULT_ACCESS_DENIED,
			 "%s (uid %u) is not root, and an administrator must agree to take %s "
			 "from what uses it",
			 request->subject->user, (unsigned int)request->subject->uid,
			 request->device->name);
}

_Static_assert((int)PROFILE_LIFETIME_LEASE_FD == (int)LIFETIME_LEASE_FD &&
		       (int)PROFILE_LIFETIME_CONNECTION == (int)LIFETIME_CONNECTION &&
		       (int)PROFILE_LIFETIME_PIDFD == (int)LIFETIME_PIDFD,
	       "a profile's words are those of a request");

static int check_wished_backend(const struct admission_request *request,
				const struct profile *profile, struct fault *fault)
{
	const enum backend_kind wished = request->wish->backend;

	if (profile->backend == BACKEND_AUTO || wished == BACKEND_AUTO ||
	    profile->backend == wished)
		return 0;
	return fault_set(fault, FAULT_ACCESS_DENIED,
			 "%s may have %s as %s, which is had by %s and not by %s, see \"backend\" "
			 "at %s:%u",
			 request->subject->user, request->device->name, profile->name,
			 backend_kind_to_string(profile->backend), backend_kind_to_string(wished),
			 profile->file, profile->line);
}

/* Where the profile stands, as one may be had under another. */
static int check_wish(const struct admission_request *request, const struct profile *profile,
		      struct fault *fault)
{
	const enum profile_grant grant =
		request->wish->is_by_path ? PROFILE_GRANT_PATH : PROFILE_GRANT_FDS;

	if (!(profile->grants & 1U << grant))
		return fault_set(
			fault, FAULT_ACCESS_DENIED,
			"%s may have %s as %s, which is not granted by \"%s\", see \"grants\" "
			"at %s:%u",
			request->subject->user, request->device->name, profile->name,
			profile_grant_to_string(grant), profile->file, profile->line);
	if (!(profile->lifetimes & 1U << request->wish->lifetime))
		return fault_set(fault, FAULT_ACCESS_DENIED,
				 "%s may have %s as %s, for which a lease cannot have the lifetime "
				 "\"%s\", see \"lifetimes\" at %s:%u",
				 request->subject->user, request->device->name, profile->name,
				 lifetime_to_string(request->wish->lifetime), profile->file,
				 profile->line);
	return check_wished_backend(request, profile, fault);
}

/* What the kernel's own backend cannot do is not left out in silence. */
static int check_backend(const struct admission_request *request, const struct profile *profile,
			 enum backend_kind *ret, struct fault *fault)
{
	const struct device *device = request->device;
	const struct plan_terms terms = lease_terms(profile);
	enum backend_kind wanted = profile->backend;
	int r;

	if (wanted == BACKEND_AUTO)
		wanted = request->wish->backend;
	if (device->backend.kind == BACKEND_VFIO_CCW)
		return fault_set(fault, FAULT_RESTORE_FAILED,
				 "%s is not back from its last lease: %.*s; to have that tried "
				 "again, run: ccwctl restore %s",
				 device->name, LIMIT_MESSAGE_BYTES / 2,
				 device->reason_text ?: "it was not given back", device->name);
	r = backend_choose(request->sysfs, wanted, device->name, &device->facts, ret, fault);
	return r >= 0 && *ret == BACKEND_VFIO_CCW ? plan_css_check(&terms, fault) : r;
}

/* One that is boxed may be free by now, which only an attempt shows. */
static int check_answers(const struct device *device, struct fault *fault)
{
	const char *why;

	if (device_reason(device, &why) != FAULT_DEVICE_NOT_OPERATIONAL)
		return 0;
	return fault_set(fault, FAULT_DEVICE_NOT_OPERATIONAL, "%s is not operational: %s",
			 device->name, why);
}

int admission_decide(const struct authority *authority, const struct ledger *ledger,
		     const struct admission_request *request, struct policy_verdict *ret_verdict,
		     struct fault *fault)
{
	const uid_t account = subject_account(request->subject);
	const struct device *device = request->device;
	int r;

	r = check_policy(authority, request, ret_verdict, fault);
	if (r < 0)
		return r;
	r = check_force(request, ret_verdict, fault);
	if (r < 0)
		return r;
	r = check_wish(request, ret_verdict->profile, fault);
	if (r < 0)
		return r;
	if (request->is_stopping)
		return fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
				 "the daemon is about to stop; try again in a moment");
	if (device->lease)
		return lease_explain(device->lease, device->name, fault);
	if (device->has_job)
		return fault_set(fault, FAULT_OPERATION_IN_PROGRESS,
				 "%s has a job under way; try again in a moment", device->name);
	r = check_answers(device, fault);
	if (r < 0)
		return r;
	r = check_backend(request, ret_verdict->profile, &ret_verdict->backend, fault);
	if (r < 0)
		return r;
	r = quota_check(ledger, ret_verdict, account, fault);
	if (r < 0)
		return r;
	return ledger_check_limits(ledger, account, fault);
}
