/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns one sentence on the files of the installed policy, as the caller may read them. Does not know what is in
 * force.
 */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "policy-state.h"

char *policy_state_describe(void)
{
	_cleanup_(policy_freep) struct policy *policy = NULL;
	struct fault fault = {};
	char *text;
	int n, r;

	r = config_load_with(NULL, config_directories, &policy, &fault);
	if (r >= 0)
		n = asprintf(&text, "good, %zu rule%s", policy->n_rules,
			     policy->n_rules == 1 ? "" : "s");
	else if (fault.code != FAULT_NONE)
		n = asprintf(&text, "bad: %s", fault.text);
	else
		n = asprintf(&text, "cannot be read: %s", strerror(-r));
	return n < 0 ? NULL : text;
}
