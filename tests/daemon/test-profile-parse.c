/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Profiles in policy files: all their keys, and what is wrong in one, by line and key. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "config.h"
#include "limits.h"

static struct fault fault;

static int parse(const char *text, struct policy **ret)
{
	ck_assert_int_eq(policy_new("main", ret), 0);
	fault = (struct fault){};
	return config_parse(*ret, "f.json", text, strlen(text), &fault);
}

START_TEST(test_a_complete_profile_is_read)
{
	static const char text[] =
		"{\"profiles\": {\n"
		" \"a\": {},\n"
		" \"b\": {\"description\": \"reads\", \"types\": [\"3490\"], \"devices\": [\"580\"],\n"
		"  \"commands\": [\"02\", \"E0-ff\"], \"reset-before\": true, \"reset-after\": true,\n"
		"  \"restore\": false, \"grants\": [\"fds\"], \"lifetimes\": [\"pidfd\", \"lease-fd\"],\n"
		"  \"backend\": \"ccwbroker\",\n"
		"  \"leases\": 9, \"leases-per-user\": 8, \"leases-per-group\": 1024}\n"
		"}}\n";
	_cleanup_(policy_freep) struct policy *policy = NULL;
	const struct profile *profile;

	ck_assert_int_eq(parse(text, &policy), 0);
	ck_assert_uint_eq(policy->n_profiles, 3);
	profile = policy_find_profile(policy, "a");
	ck_assert_uint_eq(profile->line, 2);
	ck_assert(profile_permits_all(profile));
	ck_assert_int_eq(profile->backend, BACKEND_AUTO);
	profile = policy_find_profile(policy, "b");
	ck_assert_str_eq(profile->file, "f.json");
	ck_assert_uint_eq(profile->line, 3);
	ck_assert_str_eq(profile->description, "reads");
	ck_assert_uint_eq(profile->devices.n_types, 1);
	ck_assert_uint_eq(profile->devices.n_ranges, 1);
	ck_assert_uint_eq(profile->commands[0], 0x20);
	ck_assert_uint_eq(profile->commands[27], 0);
	ck_assert_uint_eq(profile->commands[28], 0xff);
	ck_assert(profile->reset_before && profile->reset_after && !profile->restore);
	ck_assert_uint_eq(profile->grants, 1U << PROFILE_GRANT_FDS);
	ck_assert_uint_eq(profile->lifetimes,
			  1U << PROFILE_LIFETIME_PIDFD | 1U << PROFILE_LIFETIME_LEASE_FD);
	ck_assert_int_eq(profile->backend, BACKEND_CCWBROKER);
	ck_assert_uint_eq(profile->leases, 9);
	ck_assert_uint_eq(profile->leases_per_user, 8);
	ck_assert_uint_eq(profile->leases_per_group, LIMIT_LEASES);
}
END_TEST

START_TEST(test_what_is_wrong_is_named_with_file_line_and_key)
{
	static const struct {
		const char *profile; /* after "p": on line 2 */
		const char *start;
		const char *words;
	} cases[] = {
		{ "{\n\"command\": [\"02\"]}", "f.json:3: \"command\": ", "\"commands\"" },
		{ "{\n\"commands\": []}", "f.json:3: \"commands\": ", "empty" },
		{ "{\"commands\": \"02\"}", "f.json:2: \"commands\": ", "list" },
		{ "{\"backend\": \"vfio-ccw\"}", "f.json:2: \"backend\": ", "\"vfio_ccw\"" },
		{ "{\"backend\": \"vfio_ccw\", \"commands\": [\"02\"]}",
		  "f.json:2: \"backend\": ", "every channel command" },
		{ "{\"backend\": \"vfio_ccw\", \"reset-after\": true}",
		  "f.json:2: \"backend\": ", "without resets" },
		{ "{\"restore\": false, \"backend\": \"vfio_ccw\"}",
		  "f.json:2: \"backend\": ", "gives every device back" },
		{ "{\"commands\": [2]}", "f.json:2: \"commands\": ", "list" },
		{ "{\"commands\": [\"2\"]}", "f.json:2: \"commands\": ", "like 02" },
		{ "{\"commands\": [\"0x2\"]}", "f.json:2: \"commands\": ", "like 02" },
		{ "{\"commands\": [\"02-\"]}", "f.json:2: \"commands\": ", "like 02" },
		{ "{\"commands\": [\"02-1\"]}", "f.json:2: \"commands\": ", "like 02" },
		{ "{\"commands\": [\"02-01\"]}", "f.json:2: \"commands\": ", "like 02" },
		{ "{\"commands\": [\"02-033\"]}", "f.json:2: \"commands\": ", "like 02" },
		{ "{\"commands\": [\"023\"]}", "f.json:2: \"commands\": ", "like 02" },
		{ "{\"restore\": \"no\"}", "f.json:2: \"restore\": ", "true or false" },
		{ "{\"reset-after\": 1}", "f.json:2: \"reset-after\": ", "true or false" },
		{ "{\"grants\": [\"fd\"]}", "f.json:2: \"grants\": ", "\"fds\" and" },
		{ "{\"lifetimes\": [\"ever\"]}", "f.json:2: \"lifetimes\": ", "\"pidfd\"" },
		{ "{\"leases\": 0}", "f.json:2: \"leases\": ", "from 1 to 1024" },
		{ "{\"leases-per-user\": 1025}", "f.json:2: \"leases-per-user\": ", "1 to 1024" },
		{ "{\"types\": [\"34\"]}", "f.json:2: \"types\": ", "3490" },
		{ "{\"devices\": [\"tape\"]}", "f.json:2: \"devices\": ", "0.0.0580" },
		{ "{\"description\": 1}", "f.json:2: \"description\": ", "string" },
		{ "1", "f.json:1: \"profiles\": ", "object" },
		{ "{}, \n\"full\": {}", "f.json:3: ", "built in" },
		{ "{}, \n\"a b\": {}", "f.json:3: ", "cannot be" },
		{ "{}, \n\"p\": {}", "f.json:", "twice" },
		{ "{\"leases\": 1, \"leases\": 2}", "f.json:", "twice" },
	};
	char text[512];
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		_cleanup_(policy_freep) struct policy *policy = NULL;

		snprintf(text, sizeof(text), "{\"profiles\": {\n\"p\": %s}}", cases[n].profile);
		ck_assert_msg(parse(text, &policy) == -EBADMSG, "%s", text);
		ck_assert_int_eq(fault.code, FAULT_POLICY_INVALID);
		ck_assert_msg(strncmp(fault.text, cases[n].start, strlen(cases[n].start)) == 0,
			      "%s", fault.text);
		ck_assert_msg(strstr(fault.text, cases[n].words) != NULL, "%s", fault.text);
	}
}
END_TEST

START_TEST(test_descriptions_end_at_their_limit)
{
	char text[512], words[LIMIT_DESCRIPTION_BYTES + 2];
	_cleanup_(policy_freep) struct policy *policy = NULL, *other = NULL;

	memset(words, 'd', sizeof(words));
	words[LIMIT_DESCRIPTION_BYTES + 1] = '\0';
	snprintf(text, sizeof(text), "{\"profiles\": {\"p\": {\"description\": \"%s\"}}}", words);
	ck_assert_int_eq(parse(text, &policy), -EBADMSG);
	words[LIMIT_DESCRIPTION_BYTES] = '\0';
	snprintf(text, sizeof(text), "{\"profiles\": {\"p\": {\"description\": \"%s\"}}}", words);
	ck_assert_int_eq(parse(text, &other), 0);
}
END_TEST

START_TEST(test_a_profile_of_a_name_that_another_file_has_is_refused)
{
	static const char text[] = "{\"profiles\": {\n\"p\": {}}}";
	_cleanup_(policy_freep) struct policy *policy = NULL;

	ck_assert_int_eq(parse(text, &policy), 0);
	ck_assert_int_eq(config_parse(policy, "g.json", text, strlen(text), &fault), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(fault.text, "g.json:2: "));
	ck_assert_ptr_nonnull(strstr(fault.text, "at f.json:2"));
}
END_TEST

CHECK_MAIN("profile-parse", test_a_complete_profile_is_read,
	   test_what_is_wrong_is_named_with_file_line_and_key, test_descriptions_end_at_their_limit,
	   test_a_profile_of_a_name_that_another_file_has_is_refused)
