// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Target: a policy file. What is wrong is said in words, and what is right decides: who is allowed has a
 * rule that says so, and the same text decides the same twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "target.h"

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

/* NULL: it is no policy. */
static struct policy *parse(const char *text, size_t size)
{
	struct fault fault = {};
	struct policy *policy;
	int r;

	if (policy_new("/etc/ccwbroker/policy.json", &policy) < 0)
		abort();
	r = config_parse(policy, "policy.json", text, size, &fault);
	if (r >= 0)
		r = policy_link(policy, &fault);
	if (r >= 0)
		return policy;
	require(fault.code == FAULT_POLICY_INVALID, "a policy that is refused is called invalid");
	require(strstr(fault.text, "policy.json") != NULL, "what is wrong names its file");
	policy_free(policy);
	return NULL;
}

static void decide(const struct policy *policy, const struct policy *same, uid_t uid)
{
	char *groups[] = { (char *)"tape", (char *)"alice" };
	gid_t gids[] = { 26, 1000 };
	const struct subject subject = { .uid = uid,
					 .pidfd = -1,
					 .user = (char *)(uid ? "alice" : "root"),
					 .n_groups = 2,
					 .gids = gids,
					 .groups = groups };
	struct device_traits device = { .id = { 0, 0, 0x580 },
					.device_type = "3490/50",
					.control_unit = "3490/50" };
	struct policy_verdict verdict = {}, again = {};

	policy_decide(policy, &subject, &device, &verdict);
	policy_decide(same, &subject, &device, &again);
	require(verdict.action == again.action, "the same text decides the same");
	require(verdict.profile && *verdict.why.text, "a verdict has a profile and words");
	require(verdict.action == POLICY_DENY || verdict.rule || uid == 0,
		"nobody is allowed without a rule");
	require(!verdict.rule || verdict.rule->action == verdict.action || uid == 0 ||
			verdict.action == POLICY_DENY,
		"the rule says what the verdict says");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct policy *policy, *same;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	policy = parse(text, size);
	same = parse(text, size);
	require(!policy == !same, "the same text is taken twice, or not at all");
	if (policy) {
		decide(policy, same, 0);
		decide(policy, same, 1000);
	}
	policy_free(policy);
	policy_free(same);
	free(text);
	return 0;
}
