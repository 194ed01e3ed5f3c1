/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Policy files: what may stand in them, limits, messages, and which file counts. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "check-main.h"
#include "config.h"
#include "limits.h"
#include "scratch.h"

static struct scratch scratch;
static struct fault fault;

static int parse(const char *text)
{
	_cleanup_(policy_freep) struct policy *policy = NULL;

	ck_assert_int_eq(policy_new("main", &policy), 0);
	fault = (struct fault){};
	return config_parse(policy, "f.json", text, strlen(text), &fault);
}

START_TEST(test_a_complete_rule_is_read)
{
	static const char text[] =
		"{\"rules\": [\n"
		" {\"action\": \"deny\"},\n"
		" {\"action\": \"allow\",\n"
		"  \"devices\": [\"0.0.0580\", \"0100-01ff\"],\n"
		"  \"types\": [\"3490\", \"3390/0c\", \"3990/*\"],\n"
		"  \"users\": [\"alice\", \"1001\"], \"groups\": [\"operators\"]},\n"
		" {\"action\": \"ask\", \"profile\": \"reading\"}\n"
		"]}\n";
	_cleanup_(policy_freep) struct policy *policy = NULL;
	const struct policy_rule *rule;

	ck_assert_int_eq(policy_new("main", &policy), 0);
	ck_assert_int_eq(config_parse(policy, "f.json", text, strlen(text), &fault), 0);
	ck_assert_uint_eq(policy->n_rules, 3);
	ck_assert_int_eq(policy->rules[2].action, POLICY_ASK);
	ck_assert_str_eq(policy->rules[2].profile_name, "reading");
	ck_assert_int_eq(policy->rules[0].action, POLICY_DENY);
	ck_assert_ptr_null(policy->rules[0].profile_name);
	ck_assert_uint_eq(policy->rules[0].line, 2);
	rule = &policy->rules[1];
	ck_assert_int_eq(rule->action, POLICY_ALLOW);
	ck_assert_str_eq(rule->file, "f.json");
	ck_assert_uint_eq(rule->line, 3);
	ck_assert_uint_eq(rule->devices.n_ranges, 2);
	ck_assert_int_eq(rule->devices.ranges[1].first.devno, 0x100);
	ck_assert_int_eq(rule->devices.ranges[1].last.devno, 0x1ff);
	ck_assert_uint_eq(rule->devices.n_types, 3);
	ck_assert_str_eq(rule->devices.types[2], "3990/*");
	ck_assert_uint_eq(rule->n_users, 2);
	ck_assert_str_eq(rule->groups[0], "operators");
}
END_TEST

START_TEST(test_an_empty_policy_is_one)
{
	ck_assert_int_eq(parse("{}"), 0);
	ck_assert_int_eq(parse("{\"rules\": []}"), 0);
}
END_TEST

START_TEST(test_what_is_wrong_is_named_with_file_line_and_key)
{
	static const struct {
		const char *text;
		const char *start;
		const char *words;
	} cases[] = {
		{ "hello", "f.json:1: ", "" },
		{ "", "f.json:1: ", "" },
		{ "[]", "f.json:1: ", "object" },
		{ "{\"rules\": [\n{\"action\": \"allow\"", "f.json:2: ", "" },
		{ "{\n\"rule\": []}", "f.json:2: \"rule\": ", "unknown key" },
		{ "{\n\"rules\": {}}", "f.json:2: \"rules\": ", "list of objects" },
		{ "{\"rules\": [1]}", "f.json:1: \"rules\": ", "list of objects" },
		{ "{\"rules\": [\n{}]}", "f.json:2: ", "without \"action\"" },
		{ "{\"rules\": [{\n\"acton\": \"allow\"}]}",
		  "f.json:2: \"acton\": ", "unknown key" },
		{ "{\"rules\": [{\n\"action\": \"maybe\"}]}", "f.json:2: \"action\": ", "allow" },
		{ "{\"rules\": [{\n\"action\": 1}]}", "f.json:2: \"action\": ", "allow" },
		{ "{\"rules\": [{\"action\": \"allow\",\n\"colour\": \"red\"}]}",
		  "f.json:2: \"colour\": ", "unknown key" },
		{ "{\"rules\": [{\"action\": \"allow\"},\n{\"action\": \"allow\",\n\"users\": \"a\"}]}",
		  "f.json:3: \"users\": ", "list of strings" },
		{ "{\"rules\": [{\"action\": \"allow\", \"users\": [1]}]}",
		  "f.json:1: \"users\": ", "list of strings" },
		{ "{\"rules\": [{\"action\": \"allow\", \"users\": []}]}",
		  "f.json:1: \"users\": ", "empty" },
		{ "{\"rules\": [{\"action\": \"allow\", \"users\": [\"\"]}]}",
		  "f.json:1: \"users\": ", "empty string" },
		{ "{\"rules\": [{\"action\": \"allow\", \"users\": [\"a\\u0000b\"]}]}",
		  "f.json:1: \"users\": ", "control" },
		{ "{\"rules\": [{\"action\": \"allow\", \"groups\": [null]}]}",
		  "f.json:1: \"groups\": ", "list of strings" },
		{ "{\"rules\": [{\"action\": \"allow\", \"types\": [\"34\"]}]}",
		  "f.json:1: \"types\": ", "3490" },
		{ "{\"rules\": [{\"action\": \"allow\", \"devices\": [\"tape\"]}]}",
		  "f.json:1: \"devices\": ", "0.0.0580" },
		{ "{\"rules\": [{\"action\": \"allow\", \"devices\": [\"0.0.2-0.0.1\"]}]}",
		  "f.json:1: \"devices\": ", "0.0.0580" },
		{ "{\"rules\": [{\"action\": \"deny\",\n\"profile\": \"p\"}]}",
		  "f.json:2: \"profile\": ", "denies" },
		{ "{\"rules\": [{\"action\": \"allow\", \"profile\": [\"p\"]}]}",
		  "f.json:1: \"profile\": ", "a string" },
		{ "{\"profiles\": []}", "f.json:1: \"profiles\": ", "object" },
		{ "{\"rules\": [{\"action\": \"allow\", \"action\": \"deny\"}]}",
		  "f.json:1: ", "twice" },
		{ "{\"rules\": [{\"action\": \"allow\", \"users\": [[[[[[[1]]]]]]]}]}",
		  "f.json:1: ", "" },
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		ck_assert_msg(parse(cases[n].text) == -EBADMSG, "%s", cases[n].text);
		ck_assert_int_eq(fault.code, FAULT_POLICY_INVALID);
		ck_assert_msg(strncmp(fault.text, cases[n].start, strlen(cases[n].start)) == 0,
			      "%s", fault.text);
		ck_assert_msg(strstr(fault.text, cases[n].words) != NULL, "%s", fault.text);
	}
}
END_TEST

/* {"rules": [{"action": "allow", "users": [n times an entry of length bytes]}]} */
static char *with_users(size_t n, size_t length)
{
	char *text = malloc(n * (length + 4) + 128), *at = text;

	at += sprintf(at, "{\"rules\": [{\"action\": \"allow\", \"users\": [");
	while (n-- > 0) {
		*at++ = '"';
		memset(at, 'u', length);
		at += length;
		at += sprintf(at, "\"%s", n ? ", " : "");
	}
	sprintf(at, "]}]}");
	return text;
}

START_TEST(test_lists_and_strings_end_at_their_limits)
{
	_cleanup_free_ char *most = with_users(LIMIT_POLICY_LIST, 1);
	_cleanup_free_ char *too_many = with_users(LIMIT_POLICY_LIST + 1, 1);
	_cleanup_free_ char *longest = with_users(1, LIMIT_POLICY_NAME_BYTES);
	_cleanup_free_ char *too_long = with_users(1, LIMIT_POLICY_NAME_BYTES + 1);

	ck_assert_int_eq(parse(most), 0);
	ck_assert_int_eq(parse(too_many), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(fault.text, "256"));
	ck_assert_int_eq(parse(longest), 0);
	ck_assert_int_eq(parse(too_long), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(fault.text, "64"));
}
END_TEST

/* {"rules": [n rules]} */
static char *with_rules(size_t n)
{
	static const char rule[] = "{\"action\": \"deny\"}";
	char *text = malloc(n * (sizeof(rule) + 2) + 64), *at = text;

	at += sprintf(at, "{\"rules\": [");
	while (n-- > 0)
		at += sprintf(at, "%s%s", rule, n ? ",\n" : "");
	sprintf(at, "]}");
	return text;
}

START_TEST(test_rules_end_at_their_limit)
{
	_cleanup_free_ char *most = with_rules(LIMIT_POLICY_RULES);
	_cleanup_free_ char *too_many = with_rules(LIMIT_POLICY_RULES + 1);

	ck_assert_int_eq(parse(most), 0);
	ck_assert_int_eq(parse(too_many), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(fault.text, "f.json:4097: more than 4096 rules"));
}
END_TEST

static int load(struct policy **ret)
{
	_cleanup_free_ char *etc = scratch_path(&scratch, "etc");
	_cleanup_free_ char *run = scratch_path(&scratch, "run");
	_cleanup_free_ char *lib = scratch_path(&scratch, "lib");
	const char *const directories[] = { etc, run, lib, NULL };

	*ret = NULL;
	fault = (struct fault){};
	return config_load(directories, ret, &fault);
}

static void write_rule(const char *path, const char *user)
{
	char text[128];

	snprintf(text, sizeof(text), "{\"rules\": [{\"action\": \"allow\", \"users\": [\"%s\"]}]}",
		 user);
	scratch_write(&scratch, path, text);
}

/* The users of all rules in order. */
static const char *users_of(const struct policy *policy)
{
	static char text[256];
	size_t n;

	*text = '\0';
	for (n = 0; n < policy->n_rules; n++) {
		strcat(text, n ? " " : "");
		strcat(text, policy->rules[n].users[0]);
	}
	return text;
}

START_TEST(test_files_are_read_in_order_and_the_first_directory_counts)
{
	_cleanup_(policy_freep) struct policy *policy = NULL, *other = NULL;

	scratch_init(&scratch);
	ck_assert_int_eq(load(&policy), 0);
	ck_assert_uint_eq(policy->n_rules, 0);
	policy = (policy_free(policy), NULL);
	write_rule("lib/policy.json", "vendor");
	write_rule("etc/policy.json", "admin");
	write_rule("lib/policy.d/50-b.json", "b-lib");
	write_rule("etc/policy.d/50-b.json", "b-etc");
	write_rule("run/policy.d/10-a.json", "a-run");
	write_rule("lib/policy.d/90-c.json", "c-lib");
	write_rule("lib/policy.d/.hidden.json", "hidden");
	write_rule("lib/policy.d/readme", "readme");
	ck_assert_int_eq(load(&policy), 0);
	ck_assert_str_eq(users_of(policy), "admin a-run b-etc c-lib");
	/* hidden by an empty file and by a link */
	scratch_write(&scratch, "etc/policy.d/90-c.json", "");
	scratch_symlink(&scratch, "/dev/null", "etc/policy.d/10-a.json");
	ck_assert_int_eq(load(&other), 0);
	ck_assert_str_eq(users_of(other), "admin b-etc");
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_one_bad_file_spoils_all)
{
	_cleanup_(policy_freep) struct policy *policy = NULL;

	scratch_init(&scratch);
	write_rule("etc/policy.json", "admin");
	scratch_write(&scratch, "lib/policy.d/x.json", "{\n\"x\": 1}");
	ck_assert_int_eq(load(&policy), -EBADMSG);
	ck_assert_ptr_null(policy);
	ck_assert_ptr_nonnull(strstr(fault.text, "/lib/policy.d/x.json:2: \"x\""));
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_file_that_others_may_write_is_refused)
{
	_cleanup_(policy_freep) struct policy *policy = NULL;

	scratch_init(&scratch);
	write_rule("etc/policy.json", "admin");
	ck_assert_int_eq(fchmodat(scratch.fd, "etc/policy.json", 0664, 0), 0);
	ck_assert_int_eq(load(&policy), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(fault.text, "chmod go-w"));
	scratch_remove(&scratch, "etc/policy.json");
	scratch_mkdir(&scratch, "etc/policy.json");
	ck_assert_int_eq(load(&policy), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(fault.text, "regular file"));
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_not)
{
	_cleanup_(policy_freep) struct policy *policy = NULL, *other = NULL;
	_cleanup_free_ char *text = malloc(LIMIT_POLICY_FILE_BYTES + 2);

	scratch_init(&scratch);
	memset(text, ' ', LIMIT_POLICY_FILE_BYTES + 1);
	memcpy(text, "{}", 2);
	text[LIMIT_POLICY_FILE_BYTES] = '\0';
	scratch_write(&scratch, "etc/policy.json", text);
	ck_assert_int_eq(load(&policy), 0);
	text[LIMIT_POLICY_FILE_BYTES] = ' ';
	text[LIMIT_POLICY_FILE_BYTES + 1] = '\0';
	scratch_write(&scratch, "etc/policy.json", text);
	ck_assert_int_eq(load(&other), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(fault.text, "larger than"));
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_there_may_be_so_many_files_and_no_more)
{
	_cleanup_(policy_freep) struct policy *policy = NULL, *other = NULL;
	char name[64];
	int n;

	scratch_init(&scratch);
	for (n = 0; n < LIMIT_POLICY_FILES - 1; n++) {
		snprintf(name, sizeof(name), "etc/policy.d/%03d.json", n);
		scratch_write(&scratch, name, "{}");
	}
	ck_assert_int_eq(load(&policy), 0);
	scratch_write(&scratch, "lib/policy.d/one-more.json", "{}");
	ck_assert_int_eq(load(&other), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(fault.text, "more than"));
	scratch_deinit(&scratch);
}
END_TEST

CHECK_MAIN("config", test_a_complete_rule_is_read, test_an_empty_policy_is_one,
	   test_what_is_wrong_is_named_with_file_line_and_key,
	   test_lists_and_strings_end_at_their_limits, test_rules_end_at_their_limit,
	   test_files_are_read_in_order_and_the_first_directory_counts,
	   test_one_bad_file_spoils_all, test_a_file_that_others_may_write_is_refused,
	   test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_not,
	   test_there_may_be_so_many_files_and_no_more)
