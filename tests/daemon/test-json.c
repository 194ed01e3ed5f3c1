/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* JSON: strictness, depth, duplicate keys, and the way back to a line. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "json.h"

static int parse(const char *text, const char **ret_reason, unsigned int *ret_line)
{
	_cleanup_json_ struct json_object *object = NULL;

	return json_parse(text, strlen(text), 4, &object, ret_reason, ret_line);
}

START_TEST(test_an_object_is_read)
{
	_cleanup_json_ struct json_object *object = NULL;
	const char *text =
		"{\"s\": \"x\", \"n\": 7, \"b\": true, \"neg\": -1, \"nul\": \"a\\u0000\"}\n";
	const char *reason, *string;
	unsigned int line;
	uint64_t number;
	int boolean;

	ck_assert_int_eq(json_parse(text, strlen(text), 4, &object, &reason, &line), 0);
	ck_assert_int_eq(json_get_string(object, "s", &string), 0);
	ck_assert_str_eq(string, "x");
	ck_assert_int_eq(json_get_uint64(object, "n", &number), 0);
	ck_assert_uint_eq(number, 7);
	ck_assert_int_eq(json_get_bool(object, "b", &boolean), 0);
	ck_assert(boolean);
	ck_assert_int_eq(json_get_string(object, "n", &string), -EBADMSG);
	ck_assert_int_eq(json_get_uint64(object, "neg", &number), -EBADMSG);
	ck_assert_int_eq(json_get_string(object, "nul", &string), -EBADMSG);
	ck_assert_int_eq(json_get_bool(object, "none", &boolean), -ENODATA);
}
END_TEST

START_TEST(test_what_is_not_one_strict_object_is_refused_with_its_line)
{
	static const struct {
		const char *text;
		unsigned int line;
	} cases[] = {
		{ "", 1 },
		{ "\n\nhello", 3 },
		{ "{\n\"a\": 1", 2 },
		{ "{\n\"a\": 1\n}\nx", 4 },
		{ "{} {}", 1 },
		{ "[]", 1 },
		{ "\"text\"", 1 },
		{ "null", 1 },
		{ "{\n\"a\": 1,\n}", 3 },
		{ "{\"a\": 1, /* why */ \"b\": 2}", 1 },
		{ "{'a': 1}", 1 },
		{ "{'a\"b': 1}", 1 },
		{ "{\"a\": \"\xff\"}", 1 },
		{ "{\"a\": 1, \"a\": 2}", 1 },
		{ "{\"o\": [{\"a\": 1, \"\\u0061\": 2}]}", 1 },
		{ "{\"a\": tru", 1 },
	};
	const char *reason;
	unsigned int line;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		reason = NULL;
		line = 0;
		ck_assert_msg(parse(cases[n].text, &reason, &line) == -EBADMSG, "%s",
			      cases[n].text);
		ck_assert_ptr_nonnull(reason);
		ck_assert_msg(line == cases[n].line, "%s: line %u", cases[n].text, line);
	}
}
END_TEST

START_TEST(test_characters_beyond_ascii_are_kept)
{
	_cleanup_json_ struct json_object *object = NULL;
	const char *text = "{\"caf\xc3\xa9\":\n\"\xc2\x80\xdf\xbf\xe2\x82\xac\xed\x9f\xbf"
			   "\xf0\x9f\x99\x82\xf4\x8f\xbf\xbf\\\\\xc3\xa9\\n\"}";
	const char *reason, *string;
	unsigned int line;

	ck_assert_int_eq(json_parse(text, strlen(text), 4, &object, &reason, &line), 0);
	ck_assert_int_eq(json_get_string(object, "caf\xc3\xa9", &string), 0);
	ck_assert_str_eq(string, "\xc2\x80\xdf\xbf\xe2\x82\xac\xed\x9f\xbf"
				 "\xf0\x9f\x99\x82\xf4\x8f\xbf\xbf\\\xc3\xa9\n");
}
END_TEST

START_TEST(test_what_is_no_utf8_is_refused)
{
	static const char *const texts[] = { "\x80",
					     "\xc3",
					     "\xc0\xaf",
					     "\xe0\x9f\xbf",
					     "\xed\xa0\x80",
					     "\xf0\x8f\xbf\xbf",
					     "\xf4\x90\x80\x80",
					     "\xf8\x88\x80\x80",
					     "\\\xc3\xa9",
					     "\xe2\x82" };
	const char *reason;
	char text[32];
	unsigned int line;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(texts); n++) {
		snprintf(text, sizeof(text), "{\"a\": \"%s\"}", texts[n]);
		ck_assert_msg(parse(text, &reason, &line) == -EBADMSG, "%zu", n);
	}
	ck_assert_int_eq(parse("{\xc3\xa9: 1}", &reason, &line), -EBADMSG);
}
END_TEST

START_TEST(test_a_nul_byte_ends_nothing)
{
	_cleanup_json_ struct json_object *object = NULL;
	const char text[] = "{\"a\": 1}\0{}";
	const char *reason;
	unsigned int line;

	ck_assert_int_eq(json_parse(text, sizeof(text) - 1, 4, &object, &reason, &line), -EBADMSG);
}
END_TEST

START_TEST(test_the_depth_given_is_the_deepest)
{
	const char *reason;
	unsigned int line;

	ck_assert_int_eq(parse("{\"a\": [[1]]}", &reason, &line), 0);
	ck_assert_int_eq(parse("{\"a\": [[[1]]]}", &reason, &line), -EBADMSG);
}
END_TEST

START_TEST(test_values_are_found_by_line)
{
	static const char text[] = "{\n"	     /* 1 */
				   " \"other\": [\n" /* 2 */
				   "  {\"action\": \"}\\\"{\"}],\n"
				   " \"rules\": [\n" /* 4 */
				   "  {\"action\": \"allow\",\n"
				   "   \"users\": [\"rules\"]},\n" /* 6 */
				   "  {\n"
				   "   \"action\": \"users\",\n" /* 8 */
				   "   \"users\": []}\n"
				   "]}\n";

	ck_assert_uint_eq(json_line(text, "rules", 0, NULL), 5);
	ck_assert_uint_eq(json_line(text, "rules", 0, "users"), 6);
	ck_assert_uint_eq(json_line(text, "rules", 1, NULL), 7);
	ck_assert_uint_eq(json_line(text, "rules", 1, "users"), 9);
	ck_assert_uint_eq(json_line(text, "other", 0, "action"), 3);
	ck_assert_uint_eq(json_line(text, "rules", 1, "none"), 7);
	ck_assert_uint_eq(json_line(text, "rules", 9, NULL), 4);
	ck_assert_uint_eq(json_line(text, "none", 0, NULL), 1);
}
END_TEST

CHECK_MAIN("json", test_an_object_is_read,
	   test_what_is_not_one_strict_object_is_refused_with_its_line,
	   test_characters_beyond_ascii_are_kept, test_what_is_no_utf8_is_refused,
	   test_a_nul_byte_ends_nothing, test_the_depth_given_is_the_deepest,
	   test_values_are_found_by_line)
