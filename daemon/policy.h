/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ccw-id.h"
#include "fault.h"
#include "macro.h"
#include "subject.h"

enum policy_action {
	POLICY_DENY,
	POLICY_ALLOW,
};

struct policy_range {
	struct ccw_id first;
	struct ccw_id last;
};

/* A list that is not given has n 0 and a NULL array, and matches everything. */
struct policy_rule {
	enum policy_action action;
	struct policy_range *devices;
	size_t n_devices;
	char **types;
	size_t n_types;
	char **users;
	size_t n_users;
	char **groups;
	size_t n_groups;
	char *file; /* where the rule stands, for explanations */
	unsigned int line;
};

/* The rules in the order in which they are asked. */
struct policy {
	struct policy_rule *rules;
	size_t n_rules;
	char *main_file; /* where an administrator would add a rule */
};

/* What is asked for. */
struct policy_device {
	struct ccw_id id;
	const char *device_type;  /* "3490/50" or "n/a" */
	const char *control_unit; /* likewise */
};

_must_check_ int policy_new(const char *main_file, struct policy **ret);
void policy_free(struct policy *policy);
DEFINE_CLEANUP(struct policy *, policy_free)

/* Appends an empty rule, which the policy owns. -E2BIG past LIMIT_POLICY_RULES. */
_must_check_ int policy_add_rule(struct policy *policy, struct policy_rule **ret);

/* Whether text can stand in a rule's list of types: "3490", "3490/50" or "3490/ *" unspaced. */
bool policy_type_is_valid(const char *text);

/* Whether value, "3490/50" or "n/a", is of the valid type pattern. */
bool policy_type_matches(const char *pattern, const char *value);

/* True when subject may have device. Otherwise *ret_why says which rule decided, or that none did. */
bool policy_decide(const struct policy *policy, const struct subject *subject,
		   const struct policy_device *device, struct fault *ret_why);
