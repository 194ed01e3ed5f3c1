/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Which word stands for which reason, and what is told to whom. */
#include <string.h>

#include "answer.h"
#include "check-main.h"

static struct profile *profile;
static struct policy_rule rule = { .file = (char *)"/etc/p.json", .line = 7 };
static struct policy_verdict verdict;
static struct answer answer;

static void setup(void)
{
	ck_assert_int_eq(profile_new("reading", &profile), 0);
	verdict = (struct policy_verdict){ .action = POLICY_ALLOW, .rule = &rule };
	verdict.profile = profile;
}

START_TEST(test_every_reason_has_its_word)
{
	static const struct {
		enum fault_code code;
		const char *word;
	} cases[] = {
		{ FAULT_ACCESS_DENIED, "no" },	   { FAULT_DEVICE_LEASED, "busy" },
		{ FAULT_LIMITS_EXCEEDED, "busy" }, { FAULT_OPERATION_IN_PROGRESS, "busy" },
		{ FAULT_DEVICE_IN_USE, "in-use" }, { FAULT_NO_SUCH_DEVICE, "na" },
		{ FAULT_NOT_SUPPORTED, "na" },	   { FAULT_DEVICE_NOT_OPERATIONAL, "na" },
	};
	struct fault fault;
	size_t n;

	setup();
	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		(void)fault_set(&fault, cases[n].code, "why");
		answer_init(&answer, NULL, &fault);
		ck_assert_str_eq(answer_kind_to_string(answer.kind), cases[n].word);
		ck_assert_uint_eq(answer.n_reasons, 1);
		ck_assert_str_eq(answer.reasons[0].code, fault_code_to_string(cases[n].code));
		ck_assert_str_eq(answer.reasons[0].text, "why");
	}
	profile_free(profile);
}
END_TEST

START_TEST(test_a_yes_names_its_rule_and_profile)
{
	const struct fault none = {};

	setup();
	answer_init(&answer, &verdict, &none);
	ck_assert_int_eq(answer.kind, ANSWER_YES);
	ck_assert_uint_eq(answer.n_reasons, 2);
	ck_assert_str_eq(answer.reasons[0].code, "Rule");
	ck_assert_str_eq(answer.reasons[0].text, "/etc/p.json:7");
	ck_assert_str_eq(answer.reasons[1].code, "Profile");
	ck_assert_str_eq(answer.reasons[1].text, "reading");
	answer_warn(&answer, "but");
	ck_assert_int_eq(answer.kind, ANSWER_YES);
	ck_assert_uint_eq(answer.n_reasons, 3);
	ck_assert_str_eq(answer.reasons[2].code, "Warning");
	ck_assert_str_eq(answer.reasons[2].text, "but");
	answer_warn(&answer, "and but");
	answer_warn(&answer, "never more than there is room for");
	ck_assert_uint_eq(answer.n_reasons, ANSWER_REASONS_MAX);
	verdict.rule = NULL;
	answer_init(&answer, &verdict, &none);
	ck_assert_uint_eq(answer.n_reasons, 1);
	profile_free(profile);
}
END_TEST

START_TEST(test_names_of_files_are_made_printable)
{
	const struct fault none = {};
	struct policy_rule strange = { .file = (char *)"/etc/\xff\x1b.json", .line = 7 };

	setup();
	verdict.rule = &strange;
	answer_init(&answer, &verdict, &none);
	ck_assert_str_eq(answer.reasons[0].text, "/etc/??.json:7");
	profile_free(profile);
}
END_TEST

START_TEST(test_who_is_denied_is_told_no_profile)
{
	struct fault fault;

	setup();
	verdict.action = POLICY_DENY;
	(void)fault_set(&fault, FAULT_ACCESS_DENIED, "denied");
	answer_init(&answer, &verdict, &fault);
	ck_assert_uint_eq(answer.n_reasons, 2);
	ck_assert_str_eq(answer.reasons[1].code, "Rule");
	ck_assert_int_eq(answer.kind, ANSWER_NO);
	verdict.action = POLICY_ASK;
	answer_init(&answer, &verdict, &fault);
	ck_assert_int_eq(answer.kind, ANSWER_CHALLENGE);
	profile_free(profile);
}
END_TEST

START_TEST(test_what_a_worker_finds_takes_the_place_of_the_yes)
{
	const struct fault none = {};
	struct fault fault;

	setup();
	answer_init(&answer, &verdict, &none);
	(void)fault_set(&fault, FAULT_DEVICE_IN_USE, "mounted");
	answer_refuse(&answer, &fault);
	ck_assert_int_eq(answer.kind, ANSWER_IN_USE);
	ck_assert_uint_eq(answer.n_reasons, 3);
	ck_assert_str_eq(answer.reasons[0].code, "DeviceInUse");
	ck_assert_str_eq(answer.reasons[0].text, "mounted");
	ck_assert_str_eq(answer.reasons[2].code, "Profile");
	answer_refuse(&answer, &fault);
	answer_refuse(&answer, &fault); /* never more than there is room for */
	ck_assert_uint_eq(answer.n_reasons, ANSWER_REASONS_MAX);
	profile_free(profile);
}
END_TEST

START_TEST(test_the_kernels_own_backend_is_named)
{
	const struct fault none = {};
	struct fault fault;

	setup();
	verdict.backend = BACKEND_VFIO_CCW;
	answer_init(&answer, &verdict, &none);
	ck_assert_int_eq(answer.kind, ANSWER_YES);
	ck_assert_uint_eq(answer.n_reasons, 3);
	ck_assert_str_eq(answer.reasons[2].code, "Backend");
	ck_assert_ptr_nonnull(strstr(answer.reasons[2].text, "vfio_ccw"));
	(void)fault_set(&fault, FAULT_LIMITS_EXCEEDED, "too many");
	answer_init(&answer, &verdict, &fault);
	ck_assert_uint_eq(answer.n_reasons, 3); /* the fault, and no such word */
	ck_assert_str_eq(answer.reasons[2].code, "Profile");
	profile_free(profile);
}
END_TEST

CHECK_MAIN("answer", test_the_kernels_own_backend_is_named, test_every_reason_has_its_word,
	   test_a_yes_names_its_rule_and_profile, test_names_of_files_are_made_printable,
	   test_who_is_denied_is_told_no_profile,
	   test_what_a_worker_finds_takes_the_place_of_the_yes)
