/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The decision as a table: rules, who asks, for what, and which rule decides. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "policy.h"

static char *one(const char *text)
{
	return strdup(text);
}

static char **list_of(const char *text, size_t *ret_n)
{
	char **list = calloc(1, sizeof(*list));

	list[0] = one(text);
	*ret_n = 1;
	return list;
}

/* A rule with at most one entry of each kind; NULL: no such list. */
static void add(struct policy *policy, enum policy_action action, const char *range,
		const char *type, const char *user, const char *group)
{
	struct policy_rule *rule;

	ck_assert_int_eq(policy_add_rule(policy, &rule), 0);
	rule->action = action;
	rule->file = one("/etc/ccwbroker/policy.json");
	rule->line = (unsigned int)policy->n_rules;
	if (range) {
		rule->devices.ranges = calloc(1, sizeof(*rule->devices.ranges));
		rule->devices.n_ranges = 1;
		ck_assert_int_eq(ccw_id_parse_range(range, &rule->devices.ranges->first,
						    &rule->devices.ranges->last),
				 0);
	}
	if (type)
		rule->devices.types = list_of(type, &rule->devices.n_types);
	if (user)
		rule->users = list_of(user, &rule->n_users);
	if (group)
		rule->groups = list_of(group, &rule->n_groups);
}

static gid_t alices_gids[] = { 1001, 2001 };
static char *alices_groups[] = { (char *)"alice", (char *)"operators" };
static const struct subject alice = {
	.uid = 1001,
	.user = (char *)"alice",
	.n_groups = 2,
	.gids = alices_gids,
	.groups = alices_groups,
};
static const struct subject bob = { .uid = 1002, .user = (char *)"bob" };
static const struct subject root = { .uid = 0, .user = (char *)"root" };

static const struct device_traits tape = { { 0, 0, 0x580 }, "3490/50", "3490/50" };
static const struct device_traits disk = { { 0, 0, 0x120 }, "3390/0c", "3990/E9" };
static const struct device_traits mute = { { 0, 0, 0x900 }, "n/a", "n/a" };

static struct policy_verdict verdict;
static struct fault why;

static bool may(struct policy *policy, const struct subject *subject,
		const struct device_traits *device)
{
	ck_assert_int_eq(policy_link(policy, &why), 0);
	policy_decide(policy, subject, device, &verdict);
	why = verdict.why;
	ck_assert_ptr_nonnull(verdict.profile);
	ck_assert_str_ne(why.text, "");
	ck_assert_int_eq(why.code,
			 verdict.action == POLICY_ALLOW ? FAULT_NONE : FAULT_ACCESS_DENIED);
	return verdict.action == POLICY_ALLOW;
}

static struct policy *new_policy(void)
{
	struct policy *policy;

	ck_assert_int_eq(policy_new("/etc/ccwbroker/policy.json", &policy), 0);
	return policy;
}

START_TEST(test_without_rules_only_root_may)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();

	ck_assert(may(policy, &root, &tape));
	ck_assert(!may(policy, &alice, &tape));
	ck_assert_int_eq(why.code, FAULT_ACCESS_DENIED);
	ck_assert_ptr_nonnull(strstr(why.text, "alice"));
	ck_assert_ptr_nonnull(strstr(why.text, "0.0.0580"));
	ck_assert_ptr_nonnull(strstr(why.text, "/etc/ccwbroker/policy.json"));
}
END_TEST

START_TEST(test_the_first_match_decides)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();

	add(policy, POLICY_DENY, "0.0.0580", NULL, "alice", NULL);
	add(policy, POLICY_ALLOW, "0.0.0500-0.0.05ff", NULL, NULL, NULL);
	add(policy, POLICY_DENY, NULL, NULL, NULL, NULL);
	ck_assert(!may(policy, &alice, &tape));
	ck_assert_ptr_nonnull(strstr(why.text, "policy.json:1"));
	ck_assert(may(policy, &bob, &tape));
	ck_assert(!may(policy, &bob, &disk));
	ck_assert_ptr_nonnull(strstr(why.text, "policy.json:3"));
	ck_assert(!may(policy, &root, &disk));
}
END_TEST

START_TEST(test_every_list_of_a_rule_must_match)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();

	add(policy, POLICY_ALLOW, "0.0.0580", "3490", "alice", "operators");
	add(policy, POLICY_ALLOW, "0.0.0120", "3490", "alice", "operators");
	add(policy, POLICY_ALLOW, "0.0.0120", "3390", "alice", "wheel");
	ck_assert(may(policy, &alice, &tape));
	ck_assert(!may(policy, &alice, &disk));
	ck_assert(!may(policy, &bob, &tape));
}
END_TEST

START_TEST(test_users_and_groups_match_by_name_and_number)
{
	static const struct {
		const char *user;
		const char *group;
		bool alice;
		bool bob;
	} cases[] = {
		{ "alice", NULL, true, false },	      { "1001", NULL, true, false },
		{ "01001", NULL, false, false },      { "alic", NULL, false, false },
		{ "root", NULL, false, false },	      { NULL, "operators", true, false },
		{ NULL, "2001", true, false },	      { NULL, "operator", false, false },
		{ "bob", "operators", false, false },
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		_cleanup_(policy_freep) struct policy *policy = new_policy();

		add(policy, POLICY_ALLOW, NULL, NULL, cases[n].user, cases[n].group);
		ck_assert_msg(may(policy, &alice, &tape) == cases[n].alice, "%zu", n);
		ck_assert_msg(may(policy, &bob, &tape) == cases[n].bob, "%zu", n);
	}
}
END_TEST

START_TEST(test_a_unit_matches_by_its_whole_name_and_only_when_it_is_sure)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();
	struct subject service = alice;

	add(policy, POLICY_ALLOW, NULL, NULL, NULL, NULL);
	policy->rules[0].units = list_of("qemu.service", &policy->rules[0].n_units);
	ck_assert(!may(policy, &service, &tape));
	service.unit = (char *)"qemu.service";
	ck_assert(may(policy, &service, &tape));
	service.unit = (char *)"qemu.services";
	ck_assert(!may(policy, &service, &tape));
}
END_TEST

START_TEST(test_who_hides_the_unit_is_denied_with_it)
{
	static const enum policy_action stricter[] = { POLICY_DENY, POLICY_ASK };
	_cleanup_(policy_freep) struct policy *policy = new_policy();
	struct subject hidden = alice;
	size_t n;

	add(policy, POLICY_DENY, NULL, NULL, NULL, NULL);
	policy->rules[0].units = list_of("guests.service", &policy->rules[0].n_units);
	add(policy, POLICY_ALLOW, NULL, NULL, "alice", NULL);
	for (n = 0; n < ARRAY_SIZE(stricter); n++) {
		policy->rules[0].action = stricter[n];
		hidden.unit = NULL;
		ck_assert(!may(policy, &hidden, &tape));
		hidden.unit = (char *)"guests.service";
		ck_assert(!may(policy, &hidden, &tape));
		hidden.unit = (char *)"user@1001.service";
		ck_assert(may(policy, &hidden, &tape));
	}
}
END_TEST

START_TEST(test_types_match_device_and_control_unit)
{
	static const struct {
		const char *type;
		bool tape;
		bool disk;
	} cases[] = {
		{ "3490", true, false },     { "3490/50", true, false },
		{ "3490/51", false, false }, { "3390", false, true },
		{ "3390/0C", false, true },  { "3990/*", false, true },
		{ "3990/e9", false, true },  { "3990/e8", false, false },
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		_cleanup_(policy_freep) struct policy *policy = new_policy();

		add(policy, POLICY_ALLOW, NULL, cases[n].type, NULL, NULL);
		ck_assert_msg(may(policy, &bob, &tape) == cases[n].tape, "%s", cases[n].type);
		ck_assert_msg(may(policy, &bob, &disk) == cases[n].disk, "%s", cases[n].type);
		ck_assert(!may(policy, &bob, &mute));
	}
}
END_TEST

START_TEST(test_ranges_hold_at_their_ends_and_not_beyond)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();
	struct device_traits device = tape;

	add(policy, POLICY_ALLOW, "0.0.0580-0.0.058f", NULL, NULL, NULL);
	ck_assert(may(policy, &bob, &device));
	device.id.devno = 0x58f;
	ck_assert(may(policy, &bob, &device));
	device.id.devno = 0x590;
	ck_assert(!may(policy, &bob, &device));
	device.id.devno = 0x57f;
	ck_assert(!may(policy, &bob, &device));
	device.id = (struct ccw_id){ 0, 1, 0x580 };
	ck_assert(!may(policy, &bob, &device));
}
END_TEST

/* The last rule added gets a profile of that name. */
static void give_profile(struct policy *policy, const char *name)
{
	policy->rules[policy->n_rules - 1].profile_name = one(name);
}

static struct profile *new_profile(struct policy *policy, const char *name)
{
	struct profile *profile;

	ck_assert_int_eq(profile_new(name, &profile), 0);
	profile->file = one("/etc/ccwbroker/policy.json");
	profile->line = 77;
	ck_assert_int_eq(policy_add_profile(policy, profile), 0);
	return profile;
}

START_TEST(test_ask_asks_everybody_but_root)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();

	add(policy, POLICY_ASK, "0.0.0580", NULL, NULL, NULL);
	ck_assert(may(policy, &root, &tape));
	ck_assert(!may(policy, &alice, &tape));
	ck_assert_int_eq(verdict.action, POLICY_ASK);
	ck_assert_ptr_nonnull(strstr(why.text, "policy.json:1"));
	ck_assert_ptr_nonnull(strstr(why.text, "polkit"));
	ck_assert(!may(policy, &alice, &disk));
	ck_assert_int_eq(verdict.action, POLICY_DENY);
}
END_TEST

START_TEST(test_the_verdict_says_which_rule_and_under_which_profile)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();

	new_profile(policy, "reading");
	add(policy, POLICY_ALLOW, "0.0.0580", NULL, "alice", NULL);
	give_profile(policy, "reading");
	add(policy, POLICY_ALLOW, NULL, NULL, "bob", NULL);
	ck_assert(may(policy, &alice, &tape));
	ck_assert_str_eq(verdict.profile->name, "reading");
	ck_assert_ptr_eq(verdict.rule, &policy->rules[0]);
	ck_assert(may(policy, &bob, &tape));
	ck_assert_str_eq(verdict.profile->name, PROFILE_FULL);
	ck_assert_ptr_eq(verdict.rule, &policy->rules[1]);
	ck_assert(may(policy, &root, &tape));
	ck_assert_str_eq(verdict.profile->name, PROFILE_FULL);
	ck_assert_ptr_null(verdict.rule);
}
END_TEST

START_TEST(test_a_profile_is_not_had_for_a_device_that_is_none_of_its)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();
	struct profile *profile = new_profile(policy, "reading");

	profile->devices.types = list_of("3490", &profile->devices.n_types);
	add(policy, POLICY_ALLOW, NULL, NULL, NULL, NULL);
	give_profile(policy, "reading");
	ck_assert(may(policy, &alice, &tape));
	ck_assert(!may(policy, &alice, &disk));
	ck_assert_ptr_nonnull(strstr(why.text, "policy.json:1"));
	ck_assert_ptr_nonnull(strstr(why.text, "policy.json:77"));
	ck_assert_ptr_nonnull(strstr(why.text, "3390/0c"));
	ck_assert(!may(policy, &root, &disk));
}
END_TEST

START_TEST(test_the_group_that_counts_is_the_rules_first_of_the_subject)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();
	struct profile *profile = new_profile(policy, "reading");

	profile->leases_per_group = 1;
	add(policy, POLICY_ALLOW, NULL, NULL, NULL, "operators");
	give_profile(policy, "reading");
	ck_assert(may(policy, &alice, &tape));
	ck_assert(verdict.has_group);
	ck_assert_uint_eq(verdict.gid, 2001);
	ck_assert(!may(policy, &bob, &tape));
	ck_assert(may(policy, &root, &tape)); /* which is in none: no rule matches */
	ck_assert(!verdict.has_group);
}
END_TEST

START_TEST(test_a_rule_and_its_profile_must_fit)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();

	add(policy, POLICY_ALLOW, NULL, NULL, "alice", NULL);
	give_profile(policy, "reading");
	ck_assert_int_eq(policy_link(policy, &why), -EBADMSG);
	ck_assert_int_eq(why.code, FAULT_POLICY_INVALID);
	ck_assert_ptr_nonnull(strstr(why.text, "policy.json:1: \"profile\": "));
	ck_assert_ptr_nonnull(strstr(why.text, "reading"));
	new_profile(policy, "reading")->leases_per_group = 1;
	ck_assert_int_eq(policy_link(policy, &why), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(why.text, "leases-per-group"));
}
END_TEST

START_TEST(test_profiles_end_at_the_limit_and_have_one_name_each)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();
	struct profile *profile;
	char name[16];
	int n;

	for (n = 0; n < LIMIT_PROFILES - 1; n++) {
		snprintf(name, sizeof(name), "p%d", n);
		new_profile(policy, name);
	}
	ck_assert_int_eq(profile_new("one-more", &profile), 0);
	ck_assert_int_eq(policy_add_profile(policy, profile), -E2BIG);
	ck_assert_int_eq(profile_new("p0", &profile), 0);
	ck_assert_int_eq(policy_add_profile(policy, profile), -EEXIST);
	ck_assert_int_eq(profile_new(PROFILE_FULL, &profile), 0);
	ck_assert_int_eq(policy_add_profile(policy, profile), -EEXIST);
}
END_TEST

START_TEST(test_rules_end_at_the_limit)
{
	_cleanup_(policy_freep) struct policy *policy = new_policy();
	struct policy_rule *rule;
	int n;

	for (n = 0; n < LIMIT_POLICY_RULES; n++)
		ck_assert_int_eq(policy_add_rule(policy, &rule), 0);
	ck_assert_int_eq(policy_add_rule(policy, &rule), -E2BIG);
}
END_TEST

CHECK_MAIN("policy", test_without_rules_only_root_may, test_the_first_match_decides,
	   test_every_list_of_a_rule_must_match, test_users_and_groups_match_by_name_and_number,
	   test_types_match_device_and_control_unit,
	   test_a_unit_matches_by_its_whole_name_and_only_when_it_is_sure,
	   test_who_hides_the_unit_is_denied_with_it, test_ranges_hold_at_their_ends_and_not_beyond,
	   test_ask_asks_everybody_but_root,
	   test_the_verdict_says_which_rule_and_under_which_profile,
	   test_a_profile_is_not_had_for_a_device_that_is_none_of_its,
	   test_the_group_that_counts_is_the_rules_first_of_the_subject,
	   test_a_rule_and_its_profile_must_fit,
	   test_profiles_end_at_the_limit_and_have_one_name_each, test_rules_end_at_the_limit)
