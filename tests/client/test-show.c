/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/show.c: golden tables, fields, JSON modes, users and times. */
#include <json-c/json.h>
#include <string.h>
#include <time.h>

#include "check-main.h"
#include "show.h"

static const char *const headings[] = { "ID", "TYPE", "WHO", NULL };

struct capture {
	FILE *out;
	char *text;
	size_t size;
};

static struct capture *begin(void)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	ck_assert_ptr_nonnull(capture);
	capture->out = open_memstream(&capture->text, &capture->size);
	ck_assert_ptr_nonnull(capture->out);
	return capture;
}

static void expect(struct capture *capture, const char *text)
{
	ck_assert_int_eq(fclose(capture->out), 0);
	ck_assert_str_eq(capture->text, text);
	free(capture->text);
	free(capture);
}

static struct show_table *sample_table(void)
{
	static const char *const cells[] = { "0.0.0580", "3490/50",    NULL,
					     "0.0.0120", "Zo\xc3\xab", "x" };
	struct show_table *table;

	ck_assert_int_eq(show_table_new(headings, &table), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		ck_assert_int_eq(show_table_add(table, cells[i]), 0);
	return table;
}

START_TEST(test_columns_are_as_wide_as_their_widest_cell)
{
	_cleanup_(show_table_freep) struct show_table *table = sample_table();
	struct capture *capture = begin();

	show_table_print(table, capture->out, false);
	expect(capture, "ID        TYPE     WHO\n"
			"0.0.0580  3490/50  -\n"
			"0.0.0120  Zo\xc3\xab      x\n");
}
END_TEST

START_TEST(test_without_legend_only_rows)
{
	_cleanup_(show_table_freep) struct show_table *table = sample_table();
	struct capture *capture = begin();

	show_table_print(table, capture->out, true);
	expect(capture, "0.0.0580  3490/50  -\n0.0.0120  Zo\xc3\xab      x\n");
}
END_TEST

START_TEST(test_an_empty_table_prints_nothing)
{
	_cleanup_(show_table_freep) struct show_table *table = NULL;
	struct capture *capture = begin();

	ck_assert_int_eq(show_table_new(headings, &table), 0);
	show_table_print(table, capture->out, false);
	expect(capture, "");
}
END_TEST

START_TEST(test_fields_without_value_are_left_out)
{
	struct capture *capture = begin();

	show_field(capture->out, "Device", "0.0.0580");
	show_field(capture->out, "Because", "");
	show_field(capture->out, "Lease", NULL);
	expect(capture, "          Device: 0.0.0580\n");
}
END_TEST

START_TEST(test_json_short_is_one_line)
{
	struct json_object *object = json_object_new_object();
	struct capture *capture = begin();

	json_object_object_add(object, "path", json_object_new_string("/a/b"));
	ck_assert_int_eq(show_json(capture->out, object, JSON_SHORT), EXIT_CODE_OK);
	expect(capture, "{\"path\":\"/a/b\"}\n");
}
END_TEST

START_TEST(test_json_pretty_is_the_same_on_lines)
{
	struct json_object *object = json_object_new_object();
	struct capture *capture = begin();

	json_object_object_add(object, "n", json_object_new_int(1));
	ck_assert_int_eq(show_json(capture->out, object, JSON_PRETTY), EXIT_CODE_OK);
	expect(capture, "{\n  \"n\": 1\n}\n");
}
END_TEST

START_TEST(test_users_by_name_or_number)
{
	_cleanup_free_ char *root = NULL, *nobody_known = NULL;

	ck_assert_int_eq(show_user(0, &root), 0);
	ck_assert_str_eq(root, "root");
	ck_assert_int_eq(show_user(4294967294U, &nobody_known), 0);
	ck_assert_str_eq(nobody_known, "4294967294");
}
END_TEST

START_TEST(test_times_are_local)
{
	_cleanup_free_ char *text = NULL, *far = NULL;

	ck_assert_int_eq(setenv("TZ", "UTC0", 1), 0);
	tzset();
	ck_assert_int_eq(show_time(1700000000999999ULL, &text), 0);
	ck_assert_str_eq(text, "2023-11-14 22:13:20");
	ck_assert_int_eq(show_time(UINT64_MAX, &far), 0);
}
END_TEST

static const char hostile[] = "\x1b[2Jroot\r\n\xc2\x9b"
			      "31m\xe2\x80\xaegpj.\x7f caf\xc3\xa9";

START_TEST(test_no_control_character_reaches_the_terminal)
{
	struct show_table *table;
	struct capture *capture = begin();

	ck_assert_int_eq(show_table_new(headings, &table), 0);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_int_eq(show_table_add(table, i == 2 ? hostile : "x"), 0);
	show_table_print(table, capture->out, true);
	show_table_free(table);
	show_field(capture->out, "For", hostile);
	show_line(capture->out, "%s!", hostile);
	expect(capture, "x  x  ?[2Jroot????31m???gpj.? caf\xc3\xa9\n"
			"             For: ?[2Jroot????31m???gpj.? caf\xc3\xa9\n"
			"?[2Jroot????31m???gpj.? caf\xc3\xa9!\n");
}
END_TEST

START_TEST(test_json_has_control_characters_as_escapes)
{
	struct capture *capture = begin();

	ck_assert_int_eq(show_json(capture->out, json_object_new_string(hostile), JSON_SHORT), 0);
	expect(capture, "\"\\u001b[2Jroot\\r\\n\\u009b31m\\u202egpj.\\u007f caf\xc3\xa9\"\n");
	capture = begin();
	ck_assert_int_eq(show_json(capture->out, json_object_new_string("\xff\xe2\x81\xa6 \xc3"),
				   JSON_SHORT),
			 0);
	expect(capture, "\"?\\u2066 ?\"\n");
}
END_TEST

CHECK_MAIN("show", test_no_control_character_reaches_the_terminal,
	   test_json_has_control_characters_as_escapes,
	   test_columns_are_as_wide_as_their_widest_cell, test_without_legend_only_rows,
	   test_an_empty_table_prints_nothing, test_fields_without_value_are_left_out,
	   test_json_short_is_one_line, test_json_pretty_is_the_same_on_lines,
	   test_users_by_name_or_number, test_times_are_local)
