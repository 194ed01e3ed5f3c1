/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#include <errno.h>
#include <libccwbroker.h>
#include <string.h>

#include "check-main.h"
#include "option.h"
#include "selection.h"

static size_t longest_line(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length > longest)
			longest = length;
		text += length + (text[length] == '\n');
	}
	return longest;
}

START_TEST(test_every_verb_is_described)
{
	for (const struct verb *const *verb = option_verbs; *verb; verb++) {
		ck_assert_msg((*verb)->help && *(*verb)->help, "%s", (*verb)->name);
		ck_assert_msg(strlen((*verb)->help) <= 60, "%s: %s", (*verb)->name, (*verb)->help);
		ck_assert_msg((*verb)->text && *(*verb)->text, "%s", (*verb)->name);
		ck_assert_msg(longest_line((*verb)->text) <= 78, "%s", (*verb)->name);
		ck_assert_msg((*verb)->examples && longest_line((*verb)->examples) <= 78, "%s",
			      (*verb)->name);
		ck_assert_msg((*verb)->words && (*verb)->exits, "%s", (*verb)->name);
		ck_assert_msg((*verb)->words_min <= (*verb)->words_max, "%s", (*verb)->name);
		ck_assert_msg(!!*(*verb)->words == !!(*verb)->words_max, "%s", (*verb)->name);
	}
	ck_assert_str_eq(option_verbs[0]->name, "list"); /* the default */
	ck_assert_uint_eq(row_io.words_max, 1 + CCWB_PROGRAM_CCWS_MAX);
	ck_assert_uint_eq(row_info.words_max, SELECTION_MAX);
}
END_TEST

START_TEST(test_every_option_of_a_verb_is_in_the_table)
{
	for (const struct verb *const *verb = option_verbs; *verb; verb++) {
		const char *list = (*verb)->options, *word;
		size_t length;

		ck_assert_msg(list, "%s", (*verb)->name);
		while ((length = option_next_word(&list, &word)) > 0) {
			char *name = strndup(word, length);

			ck_assert_msg(option_find(*verb, name), "%s: %s", (*verb)->name, name);
			ck_assert_msg(option_is_of(option_find(*verb, name), *verb), "%s", name);
			free(name);
		}
	}
}
END_TEST

/* The parser has to know whether a value follows before it knows the verb. */
START_TEST(test_rows_of_one_name_agree_and_each_is_used)
{
	for (const struct option_row *row = option_table; row->name; row++) {
		const struct option_row *first = option_find(NULL, row->name);
		bool is_used = row->is_general;

		ck_assert_int_eq(!row->argument, !first->argument);
		ck_assert_int_eq(!row->implied, !first->implied);
		ck_assert_int_eq(!row->argument, row->kind == OPTION_FLAG);
		ck_assert(row->kind != OPTION_CHOICE || row->values);
		ck_assert_uint_le(strlen(row->help), 64);
		for (const struct verb *const *verb = option_verbs; *verb; verb++)
			is_used |= option_is_of(row, *verb);
		ck_assert_msg(is_used, "--%s", row->name);
	}
	ck_assert_ptr_ne(option_find(&row_revoke, "timeout"), option_find(&row_io, "timeout"));
	ck_assert_ptr_null(option_find(&row_list, "timeout"));
	ck_assert_ptr_null(option_find(NULL, "time"));
}
END_TEST

START_TEST(test_every_status_has_a_meaning)
{
	for (const struct verb *const *verb = option_verbs; *verb; verb++) {
		const char *list = (*verb)->exits, *word;

		while (option_next_word(&list, &word) > 0) {
			unsigned long code = strtoul(word, NULL, 10);
			bool is_known = false;

			for (const struct option_exit *row = option_exits; row->help; row++)
				is_known |= row->code == code;
			ck_assert_msg(is_known, "%s: %lu", (*verb)->name, code);
		}
	}
}
END_TEST

START_TEST(test_seconds_have_limits)
{
	static const struct {
		const char *text;
		int ms; /* -1: none */
	} rows[] = {
		{ "3600", 3600000 },
		{ "3600.001", -1 },
		{ "0.001", 1 },
		{ "0.0001", -1 },
		{ "30", 30000 },
		{ "1.5", 1500 },
		{ "", -1 },
		{ ".5", -1 },
		{ "1.", 1000 },
		{ "1.2.3", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ " 1", -1 },
		{ "1 ", -1 },
		{ "1\n", -1 },
		{ "0x1", -1 },
		{ "1e3", -1 },
		{ "3600.000", 3600000 },
		{ "18446744073709551616", -1 },
	};
	const struct option_row *io = option_find(&row_io, "timeout");
	const struct option_row *revoke = option_find(&row_revoke, "timeout");
	struct options options;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		options = (struct options){};
		if (rows[i].ms < 0) {
			ck_assert_int_eq(option_store(io, rows[i].text, &options), -EINVAL);
			ck_assert(!options.has_timeout);
			continue;
		}
		ck_assert_int_eq(option_store(io, rows[i].text, &options), 0);
		ck_assert(options.has_timeout);
		ck_assert_uint_eq(options.timeout_ms, rows[i].ms);
	}
	ck_assert_int_eq(option_store(io, "0", &options), -EINVAL);
	ck_assert_int_eq(option_store(revoke, "0.000", &options), 0);
	ck_assert_uint_eq(options.timeout_ms, 0);
}
END_TEST

START_TEST(test_numbers_have_limits)
{
	const struct option_row *count = option_find(&row_top, "count");
	static const char *const bad[] = { "",	 "0",  "00",  "-1",	 "+1",
					   " 1", "1 ", "0x1", "1000001", "4294967297" };
	struct options options = {};
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(option_store(count, bad[i], &options), -EINVAL);
	ck_assert_uint_eq(options.count, 0);
	ck_assert_int_eq(option_store(count, "1", &options), 0);
	ck_assert_uint_eq(options.count, 1);
	ck_assert_int_eq(option_store(count, "1000000", &options), 0);
	ck_assert_uint_eq(options.count, OPTION_NUMBER_MAX);
	option_describe_values(count, text, sizeof(text));
	ck_assert_str_eq(text, "a number, 1 to 1000000");
}
END_TEST

START_TEST(test_a_choice_is_one_of_its_values)
{
	const struct option_row *json = option_find(&row_list, "json");
	struct options options = {};
	char text[64];

	ck_assert_int_eq(option_store(json, "short", &options), 0);
	ck_assert_uint_eq(options.json, JSON_SHORT);
	ck_assert_int_eq(option_store(json, "pretty", &options), 0);
	ck_assert_uint_eq(options.json, JSON_PRETTY);
	ck_assert_int_eq(option_store(json, "off", &options), 0);
	ck_assert_uint_eq(options.json, JSON_OFF);
	ck_assert_int_eq(option_store(json, "", &options), -EINVAL);
	ck_assert_int_eq(option_store(json, "shor", &options), -EINVAL);
	ck_assert_int_eq(option_store(json, "short ", &options), -EINVAL);
	ck_assert_int_eq(option_store(json, "off short", &options), -EINVAL);
	option_describe_values(json, text, sizeof(text));
	ck_assert_str_eq(text, "off, short or pretty");
	option_describe_values(option_find(&row_io, "timeout"), text, sizeof(text));
	ck_assert_str_eq(text, "a number of seconds, 0.001 to 3600");
}
END_TEST

CHECK_MAIN("option", test_every_verb_is_described, test_every_option_of_a_verb_is_in_the_table,
	   test_rows_of_one_name_agree_and_each_is_used, test_every_status_has_a_meaning,
	   test_seconds_have_limits, test_numbers_have_limits, test_a_choice_is_one_of_its_values)
