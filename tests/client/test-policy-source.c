/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/policy-source.c: which files and directories make the policy, and what is said of bad ones. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check-main.h"
#include "policy-source.h"

static char directory[64];

/* A file of the directory with that text; its path is good until the next call but one. */
static char *write_file(const char *name, const char *text)
{
	static char paths[2][128];
	static int turn;
	char *path = paths[turn ^= 1];
	FILE *file;

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, 0644), 0);
	return path;
}

static void setup(void)
{
	char drop_ins[96];

	strcpy(directory, "/tmp/test-policy-source-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(drop_ins, sizeof(drop_ins), "%s/policy.d", directory);
	ck_assert_int_eq(mkdir(drop_ins, 0755), 0);
	write_file("policy.json", "{\"rules\": [{\"action\": \"deny\"}]}");
	write_file("policy.d/50.json", "{\"profiles\": {\"one\": {}}}");
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", directory);
	ck_assert_int_eq(system(command), 0);
}

static size_t count_rules(char *const *paths, size_t n, size_t *ret_profiles)
{
	_cleanup_(policy_freep) struct policy *policy = NULL;

	ck_assert_int_eq(policy_source_load(paths, n, &policy), EXIT_CODE_OK);
	*ret_profiles = policy->n_profiles - 1;
	return policy->n_rules;
}

START_TEST(test_a_directory_is_read_as_the_daemon_reads_it)
{
	char *paths[] = { directory };
	size_t n_profiles;

	setup();
	ck_assert_uint_eq(count_rules(paths, 1, &n_profiles), 1);
	ck_assert_uint_eq(n_profiles, 1);
	teardown();
}
END_TEST

START_TEST(test_a_file_stands_in_place_of_the_main_one)
{
	char *paths[2] = { directory };
	size_t n_profiles;

	setup();
	paths[1] =
		write_file("new.json", "{\"rules\": [{\"action\": \"allow\", \"profile\": \"one\"},"
				       " {\"action\": \"deny\"}]}");
	ck_assert_uint_eq(count_rules(paths, 2, &n_profiles), 2);
	ck_assert_uint_eq(n_profiles, 1);
	/* a drop-in that is named is not read twice */
	paths[1] = write_file("policy.d/50.json", "{\"profiles\": {\"one\": {}, \"two\": {}}}");
	ck_assert_uint_eq(count_rules(paths, 2, &n_profiles), 0);
	ck_assert_uint_eq(n_profiles, 2);
	teardown();
}
END_TEST

static void expect_invalid(char *path)
{
	char *paths[] = { directory, path };
	struct policy *policy = NULL;

	ck_assert_int_eq(policy_source_load(paths, 2, &policy), EXIT_CODE_INVALID);
	ck_assert_ptr_null(policy);
}

START_TEST(test_what_is_wrong_is_no_policy)
{
	char missing[] = "/no/such/file.json";

	setup();
	expect_invalid(write_file("bad.json", "{\"rules\": [{\"action\": \"alow\"}]}"));
	expect_invalid(write_file("bad.json",
				  "{\"rules\": [{\"action\": \"allow\", \"profile\": \"x\"}]}"));
	expect_invalid(write_file("bad.json", "no JSON"));
	expect_invalid(missing);
	expect_invalid(write_file("policy.d/51.json", "{\"profiles\": {\"one\": {}}}"));
	teardown();
}
END_TEST

CHECK_MAIN("policy-source", test_a_directory_is_read_as_the_daemon_reads_it,
	   test_a_file_stands_in_place_of_the_main_one, test_what_is_wrong_is_no_policy)
