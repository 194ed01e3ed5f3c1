/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl policy check`: whether the daemon would take a policy, before it is asked to.
 */
#include <stdio.h>

#include "policy-source.h"

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

enum exit_code verb_policy_check(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(policy_freep) struct policy *policy = NULL;
	enum exit_code code;
	size_t n_profiles;

	code = policy_source_load(arguments->words, arguments->n_words, &policy);
	if (code || options->quiet)
		return code;
	n_profiles = policy->n_profiles - 1; /* the built-in one is nobody's merit */
	printf("the policy is good: %zu rule%s, %zu profile%s\n", policy->n_rules,
	       plural(policy->n_rules), n_profiles, plural(n_profiles));
	return EXIT_CODE_OK;
}
