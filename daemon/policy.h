/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "backend.h"
#include "device-set.h"
#include "fault.h"
#include "macro.h"
#include "profile.h"
#include "subject.h"

enum policy_action {
	POLICY_DENY,
	POLICY_ALLOW,
	POLICY_ASK, /* an administrator must agree */
};

/* A list that is not given has n 0 and a NULL array, and matches everything. */
struct policy_rule {
	enum policy_action action;
	struct device_set devices;
	char **users;
	size_t n_users;
	char **groups;
	size_t n_groups;
	char **units;
	size_t n_units;
	char *profile_name;	       /* NULL: PROFILE_FULL */
	const struct profile *profile; /* from policy_link on; peek: the policy owns it */
	char *file;		       /* where the rule stands, for explanations */
	unsigned int line;
};

/* The rules in the order in which they are asked. */
struct policy {
	struct policy_rule *rules;
	size_t n_rules;
	struct profile **profiles; /* the first is PROFILE_FULL */
	size_t n_profiles;
	char *main_file; /* where an administrator would add a rule */
};

/* The answer. Its pointers are the policy's. */
struct policy_verdict {
	enum policy_action action;
	const struct policy_rule *rule; /* NULL: none matched */
	const struct profile *profile;	/* what it would be had under; never NULL */
	bool has_group;			/* had by one of the rule's groups, that is */
	gid_t gid;
	enum backend_kind backend; /* by which it is had; of admission.h, when nothing forbids */
	struct fault why;	   /* FAULT_NONE when allowed; the text is there in any case */
};

_must_check_ int policy_new(const char *main_file, struct policy **ret);
void policy_free(struct policy *policy);
DEFINE_CLEANUP(struct policy *, policy_free)

/* Appends an empty rule, which the policy owns. -E2BIG past LIMIT_POLICY_RULES. */
_must_check_ int policy_add_rule(struct policy *policy, struct policy_rule **ret);

/* Takes the profile over in any case. -E2BIG past LIMIT_PROFILES, -EEXIST with that name there. */
_must_check_ int policy_add_profile(struct policy *policy, struct profile *profile_take);

/* NULL when there is none of that name. */
const struct profile *policy_find_profile(const struct policy *policy, const char *name);

/* To be called when all is added. FAULT_POLICY_INVALID names a rule whose profile does not fit. */
_must_check_ int policy_link(struct policy *policy, struct fault *fault);

/* Which rule decides, and how. Asks nobody, and changes nothing. */
void policy_decide(const struct policy *policy, const struct subject *subject,
		   const struct device_traits *device, struct policy_verdict *ret);
