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
		rule->devices = calloc(1, sizeof(*rule->devices));
		rule->n_devices = 1;
		ck_assert_int_eq(
			ccw_id_parse_range(range, &rule->devices->first, &rule->devices->last), 0);
	}
	if (type)
		rule->types = list_of(type, &rule->n_types);
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

static const struct policy_device tape = { { 0, 0, 0x580 }, "3490/50", "3490/50" };
static const struct policy_device disk = { { 0, 0, 0x120 }, "3390/0c", "3990/E9" };
static const struct policy_device mute = { { 0, 0, 0x900 }, "n/a", "n/a" };

static struct fault why;

static bool may(const struct policy *policy, const struct subject *subject,
		const struct policy_device *device)
{
	why = (struct fault){};
	return policy_decide(policy, subject, device, &why);
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
	struct policy_device device = tape;

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

START_TEST(test_type_patterns_are_checked)
{
	static const char *const good[] = { "3490", "3490/50", "3490/*", "abCD/eF" };
	static const char *const bad[] = { "",	       "349",	  "34900",   "3490/", "3490/5",
					   "3490/500", "3490/**", "3490-50", "*",     "349g",
					   "3490/5g",  " 3490",	  "n/a" };
	size_t n;

	for (n = 0; n < ARRAY_SIZE(good); n++)
		ck_assert_msg(policy_type_is_valid(good[n]), "%s", good[n]);
	for (n = 0; n < ARRAY_SIZE(bad); n++)
		ck_assert_msg(!policy_type_is_valid(bad[n]), "%s", bad[n]);
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
	   test_types_match_device_and_control_unit, test_ranges_hold_at_their_ends_and_not_beyond,
	   test_type_patterns_are_checked, test_rules_end_at_the_limit)
