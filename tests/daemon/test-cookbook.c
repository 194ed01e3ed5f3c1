/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Every example of doc/policy.md is a policy, together with the profiles that are shipped. */
#include <fcntl.h>
#include <string.h>

#include "check-main.h"
#include "config.h"
#include "io.h"

static struct policy *policy;
static struct fault fault;

static char *read_file(const char *name)
{
	_cleanup_free_ char *path = NULL;
	char *text;

	ck_assert_int_ge(asprintf(&path, "%s/%s", getenv("top_srcdir"), name), 0);
	ck_assert_int_ge(io_read_at(AT_FDCWD, path, 262144, &text, NULL), 0);
	return text;
}

static void start_policy(void)
{
	_cleanup_free_ char *shipped = read_file("policy/50-read-only.json");

	policy_free(policy);
	ck_assert_int_eq(policy_new("main", &policy), 0);
	ck_assert_msg(config_parse(policy, "50-read-only.json", shipped, strlen(shipped), &fault) ==
			      0,
		      "%s", fault.text);
}

static enum policy_action ask(const char *user, const char *group, const char *id, const char *type)
{
	static gid_t gid = 500;
	char *groups[] = { (char *)group };
	const struct subject subject = {
		.uid = strcmp(user, "root") == 0 ? 0 : 1000,
		.user = (char *)user,
		.n_groups = group ? 1 : 0,
		.gids = &gid,
		.groups = groups,
	};
	struct device_traits device = { .device_type = type, .control_unit = "n/a" };
	struct policy_verdict verdict;

	ck_assert_int_eq(ccw_id_parse(id, &device.id), 0);
	policy_decide(policy, &subject, &device, &verdict);
	return verdict.action;
}

/* What each example of the cookbook says of itself. */
static void check_example(int n)
{
	switch (n) {
	case 1: /* tape operators */
		ck_assert_int_eq(ask("alice", "operators", "580", "3490/50"), POLICY_ALLOW);
		ck_assert_int_eq(ask("alice", "staff", "580", "3490/50"), POLICY_DENY);
		break;
	case 2: /* one machine, one disk */
		ck_assert_int_eq(ask("vm1", NULL, "200", "3390/0c"), POLICY_ALLOW);
		ck_assert_int_eq(ask("vm1", NULL, "201", "3390/0c"), POLICY_DENY);
		break;
	case 3: /* backup */
		ck_assert_int_eq(ask("backup", NULL, "120", "3390/0c"), POLICY_ALLOW);
		ck_assert_int_eq(ask("backup", NULL, "580", "3590/10"), POLICY_ALLOW);
		ck_assert_int_eq(ask("backup", NULL, "c", "3505/00"), POLICY_DENY);
		break;
	case 4: /* ask */
		ck_assert_int_eq(ask("alice", "staff", "580", "3490/50"), POLICY_ASK);
		ck_assert_int_eq(ask("root", NULL, "105", "3390/0c"), POLICY_DENY);
		break;
	}
}

START_TEST(test_every_example_is_a_policy_and_does_what_it_says)
{
	_cleanup_free_ char *text = read_file("doc/policy.md");
	char *at = text, *end;
	int n = 0;

	while ((at = strstr(at, "\n    {\n"))) {
		end = strstr(at, "\n    }\n");
		ck_assert_ptr_nonnull(end);
		start_policy();
		ck_assert_msg(config_parse(policy, "policy.md",
					   strndupa(at, (size_t)(end + 7 - at)),
					   (size_t)(end + 7 - at), &fault) == 0,
			      "%s", fault.text);
		ck_assert_msg(policy_link(policy, &fault) == 0, "%s", fault.text);
		check_example(n++);
		at = end;
	}
	ck_assert_int_eq(n, 5);
	policy_free(policy);
	policy = NULL;
}
END_TEST

START_TEST(test_shipped_profiles_give_nothing_that_writes)
{
	static const struct {
		const char *name;
		unsigned char writes[24];
	} cases[] = {
		{ "read-only-eckd",
		  { 0x01, 0x05, 0x09, 0x0d, 0x11, 0x15, 0x1d, 0x85, 0x8d, 0x95,
		    0x9d, 0xa5, 0x14, 0x94, 0xb4, 0x27, 0xaf, 0xe7, 0xf9, 0x4b } },
		{ "read-only-fba", { 0x01, 0x41, 0x14, 0x94, 0xb4, 0xaf } },
		{ "read-only-tape",
		  { 0x01, 0x17, 0x1f, 0x97, 0x0f, 0x77, 0xb7, 0xc7, 0xaf, 0x9f, 0x73, 0xe3 } },
	};
	const struct profile *profile;
	size_t n, m;

	start_policy();
	ck_assert_uint_eq(policy->n_rules, 0);
	ck_assert_uint_eq(policy->n_profiles, 1 + ARRAY_SIZE(cases));
	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		profile = policy_find_profile(policy, cases[n].name);
		ck_assert_ptr_nonnull(profile);
		ck_assert_uint_gt(profile->devices.n_types, 0);
		for (m = 0; cases[n].writes[m]; m++)
			ck_assert_msg(!profile_permits(profile, cases[n].writes[m]), "%s %02x",
				      cases[n].name, cases[n].writes[m]);
		ck_assert(profile_permits(profile, 0x04) && profile_permits(profile, 0xe4));
	}
	policy_free(policy);
	policy = NULL;
}
END_TEST

CHECK_MAIN("cookbook", test_every_example_is_a_policy_and_does_what_it_says,
	   test_shipped_profiles_give_nothing_that_writes)
