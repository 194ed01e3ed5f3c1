/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Single values of a policy file, at their limits and past them, and where one that is wrong is. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "place.h"

static struct fault fault;
static struct place place = { .file = "f.json", .member = "rules", .fault = &fault };
static struct json_object *object;

/* The value of "k" in a rule, on line 2. */
static struct json_object *value_of(const char *json)
{
	static char text[512];
	struct json_object *rules, *value;
	const char *reason;
	unsigned int line;

	snprintf(text, sizeof(text), "{\"rules\": [{\n\"k\": %s}]}", json);
	place.text = text;
	json_object_put(object);
	ck_assert_int_eq(json_parse(text, strlen(text), 8, &object, &reason, &line), 0);
	ck_assert(json_object_object_get_ex(object, "rules", &rules));
	ck_assert(json_object_object_get_ex(json_object_array_get_idx(rules, 0), "k", &value));
	fault = (struct fault){};
	return value;
}

static void expect_words(const char *words)
{
	ck_assert_int_eq(fault.code, FAULT_POLICY_INVALID);
	ck_assert_msg(strncmp(fault.text, "f.json:2: \"k\": ", 15) == 0, "%s", fault.text);
	ck_assert_msg(strstr(fault.text, words) != NULL, "%s", fault.text);
}

START_TEST(test_numbers_are_from_one_to_their_most)
{
	static const char *const bad[] = { "0",	    "-1",   "11",   "1.5",
					   "\"3\"", "true", "null", "9223372036854775807" };
	unsigned int number = 7;
	size_t n;

	ck_assert_int_eq(place_read_number(&place, "k", value_of("1"), 10, &number), 0);
	ck_assert_uint_eq(number, 1);
	ck_assert_int_eq(place_read_number(&place, "k", value_of("10"), 10, &number), 0);
	ck_assert_uint_eq(number, 10);
	for (n = 0; n < ARRAY_SIZE(bad); n++) {
		ck_assert_int_eq(place_read_number(&place, "k", value_of(bad[n]), 10, &number),
				 -EBADMSG);
		expect_words("from 1 to 10");
	}
	ck_assert_uint_eq(number, 10);
}
END_TEST

START_TEST(test_flags_are_true_or_false)
{
	bool flag = false;

	ck_assert_int_eq(place_read_flag(&place, "k", value_of("true"), &flag), 0);
	ck_assert(flag);
	ck_assert_int_eq(place_read_flag(&place, "k", value_of("1"), &flag), -EBADMSG);
	expect_words("true or false");
}
END_TEST

START_TEST(test_texts_are_printable_and_end_at_their_most)
{
	const char *text = NULL;

	ck_assert_int_eq(place_read_text(&place, "k", value_of("\"abcd\""), 4, &text), 0);
	ck_assert_str_eq(text, "abcd");
	ck_assert_int_eq(place_read_text(&place, "k", value_of("\"abcde\""), 4, &text), -EBADMSG);
	expect_words("more than 4 bytes");
	ck_assert_int_eq(place_read_text(&place, "k", value_of("\"\""), 4, &text), -EBADMSG);
	expect_words("empty");
	ck_assert_int_eq(place_read_text(&place, "k", value_of("\"a\\n\""), 4, &text), -EBADMSG);
	expect_words("control");
	ck_assert_int_eq(place_read_text(&place, "k", value_of("[]"), 4, &text), -EBADMSG);
	expect_words("a string");
}
END_TEST

static int count(const struct place *where, const char *key, const char *text, void *userdata)
{
	(*(int *)userdata)++;
	return strcmp(text, "stop") == 0 ? -ECANCELED : 0;
}

START_TEST(test_every_string_of_a_list_is_passed_on_until_one_is_refused)
{
	int n = 0;

	ck_assert_int_eq(place_for_each(&place, "k", value_of("[\"a\", \"b\"]"), count, &n), 0);
	ck_assert_int_eq(n, 2);
	ck_assert_int_eq(place_for_each(&place, "k", value_of("[\"stop\", \"b\"]"), count, &n),
			 -ECANCELED);
	ck_assert_int_eq(n, 3);
	ck_assert_int_eq(place_for_each(&place, "k", value_of("[\"a\", 1]"), count, &n), -EBADMSG);
	expect_words("list of strings");
	ck_assert_int_eq(place_for_each(&place, "k", value_of("\"a\""), count, &n), -EBADMSG);
	expect_words("list of strings");
	ck_assert_int_eq(place_for_each(&place, "k", value_of("[]"), count, &n), -EBADMSG);
	expect_words("empty");
	json_object_put(object);
	object = NULL;
}
END_TEST

CHECK_MAIN("place", test_numbers_are_from_one_to_their_most, test_flags_are_true_or_false,
	   test_texts_are_printable_and_end_at_their_most,
	   test_every_string_of_a_list_is_passed_on_until_one_is_refused)
