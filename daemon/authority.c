/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the policy in force, its replacement, and what happens when the files are wrong: a policy
 * that was read once stays; with none, only root may. Takes no rule's decision itself.
 */
#include "authority.h"

#include <errno.h>
#include <string.h>

#include "config.h"

struct authority {
	const char *const *directories;
	struct policy *policy;
	struct policy *none; /* what holds while there is no policy */
	struct fault problem;
};

int authority_new(const char *const *directories, struct authority **ret)
{
	_cleanup_(authority_freep) struct authority *authority = calloc(1, sizeof(*authority));
	int r;

	if (!authority)
		return -ENOMEM;
	r = policy_new("", &authority->none);
	if (r < 0)
		return r;
	authority->directories = directories;
	(void)fault_set(&authority->problem, FAULT_POLICY_INVALID, "it was never read");
	*ret = TAKE_PTR(authority);
	return 0;
}

void authority_free(struct authority *authority)
{
	if (!authority)
		return;
	policy_free(authority->policy);
	policy_free(authority->none);
	free(authority);
}

static int load(const char *const *directories, struct policy **ret, struct fault *fault)
{
	int r;

	*fault = (struct fault){};
	r = config_load(directories, ret, fault);
	if (r < 0 && fault->code == FAULT_NONE)
		(void)fault_set(fault, FAULT_POLICY_INVALID, "%s", strerror(-r));
	return r;
}

int authority_check(const char *const *directories, struct fault *fault)
{
	_cleanup_(policy_freep) struct policy *policy = NULL;

	return load(directories, &policy, fault);
}

int authority_reload(struct authority *authority, struct fault *fault)
{
	struct policy *policy;
	int r;

	r = load(authority->directories, &policy, fault);
	if (r < 0) {
		authority->problem = *fault;
		return r;
	}
	policy_free(authority->policy);
	authority->policy = policy;
	authority->problem = (struct fault){};
	return 0;
}

const char *authority_problem(const struct authority *authority)
{
	return authority->problem.code == FAULT_NONE ? NULL : authority->problem.text;
}

void authority_decide(const struct authority *authority, const struct device *device,
		      const struct subject *subject, struct policy_verdict *ret)
{
	const struct device_traits traits = {
		.id = device->id,
		.device_type = device->facts.device_type,
		.control_unit = device->facts.control_unit,
	};

	if (authority->policy) {
		policy_decide(authority->policy, subject, &traits, ret);
		return;
	}
	policy_decide(authority->none, subject, &traits, ret);
	if (ret->action != POLICY_ALLOW)
		(void)fault_set(&ret->why, FAULT_ACCESS_DENIED,
				"only root may have devices until the policy is mended: %.*s",
				LIMIT_MESSAGE_BYTES / 2, authority->problem.text);
}
