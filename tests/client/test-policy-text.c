/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/policy-text.c: the words for rules and profiles. */
#include <string.h>

#include "check-main.h"
#include "config.h"
#include "policy-text.h"

static const char text[] =
	"{\"profiles\": {\"p\": {\"types\": [\"3490\"], \"commands\": [\"02\", \"80-8f\"], \"grants\": "
	"[\"path\"],\n\"leases\": 6, \"leases-per-user\": 2, \"reset-after\": true, \"restore\": false}},\n"
	"\"rules\": [{\"action\": \"deny\", \"devices\": [\"0.0.0580\", \"100-10f\"], \"types\": "
	"[\"3490\"], \"users\": [\"a\", \"b\"], \"groups\": [\"g\"], \"units\": [\"x.service\"]},\n"
	"{\"action\": \"ask\"}]}";
static struct policy *policy;

static void setup(void)
{
	struct fault fault = {};

	ck_assert_int_eq(policy_new("main", &policy), 0);
	ck_assert_int_eq(config_parse(policy, "f.json", text, strlen(text), &fault), 0);
	ck_assert_int_eq(policy_link(policy, &fault), 0);
}

static void expect(char *got_take, const char *wanted)
{
	ck_assert_ptr_nonnull(got_take);
	ck_assert_str_eq(got_take, wanted);
	free(got_take);
}

START_TEST(test_a_rule_says_what_it_matches)
{
	setup();
	expect(policy_text_matches(&policy->rules[0]),
	       "0.0.0580, 0.0.0100-0.0.010f; type 3490; user a, b; group g; unit x.service");
	expect(policy_text_matches(&policy->rules[1]), "everything");
	expect(policy_text_place(policy->rules[1].file, policy->rules[1].line), "f.json:4");
	ck_assert_str_eq(policy_text_action(policy->rules[0].action), "deny");
	ck_assert_str_eq(policy_text_action(policy->rules[1].action), "ask");
	policy_free(policy);
}
END_TEST

START_TEST(test_a_profile_says_what_it_gives)
{
	const struct profile *profile;

	setup();
	profile = policy_find_profile(policy, "p");
	expect(policy_text_gives(profile),
	       "type 3490; commands 02 80-8f; by path; reset after; stays bound");
	expect(policy_text_quotas(profile), "6, 2 a user");
	expect(policy_text_commands(profile), "02 80-8f");
	profile = policy_find_profile(policy, "full");
	expect(policy_text_gives(profile), "every command");
	expect(policy_text_quotas(profile), "");
	expect(policy_text_commands(profile), "all");
	expect(policy_text_place(profile->file, profile->line), "built in");
	policy_free(policy);
}
END_TEST

CHECK_MAIN("policy-text", test_a_rule_says_what_it_matches, test_a_profile_says_what_it_gives)
