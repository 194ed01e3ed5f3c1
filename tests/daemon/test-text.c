/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What is printable UTF-8 and what is made of the rest. */
#include <string.h>
#include <time.h>

#include "check-main.h"
#include "macro.h"
#include "text.h"

START_TEST(test_printable_texts_are_taken_and_left_alone)
{
	static const char *const cases[] = {
		"", "plain", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x92\xbe", "\xc2\xa0",
	};
	char copy[64];
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		ck_assert_msg(text_is_printable(cases[n]), "%zu", n);
		strcpy(copy, cases[n]);
		text_sanitize(copy);
		ck_assert_str_eq(copy, cases[n]);
	}
}
END_TEST

START_TEST(test_a_character_is_as_long_as_it_is)
{
	ck_assert_uint_eq(text_character_length("ab"), 1);
	ck_assert_uint_eq(text_character_length("\xf0\x9f\x92\xbe"), 4);
	ck_assert_uint_eq(text_character_length(""), 0);
	ck_assert_uint_eq(text_character_length("\n"), 0);
	ck_assert_uint_eq(text_character_length("\xc2\x9b"), 0);
	ck_assert_uint_eq(text_character_length("\xe2\x82"), 0);
}
END_TEST

START_TEST(test_everything_else_is_refused_and_made_harmless)
{
	static const struct {
		const char *text;
		const char *harmless;
	} cases[] = {
		{ "a\nb", "a?b" },
		{ "\x1b[2J", "?[2J" },
		{ "\x7f", "?" },
		{ "\xff", "?" },
		{ "\xc3", "?" },		/* cut off */
		{ "\xc0\xaf", "??" },		/* overlong */
		{ "\xed\xa0\x80", "???" },	/* surrogate */
		{ "\xf4\x90\x80\x80", "????" }, /* above U+10FFFF */
		{ "\xc2\x85", "??" },		/* C1 control */
		{ "\xe2\x80\xae"
		  "x",
		  "???x" },		   /* turns the writing direction */
		{ "\xe2\x80\xa8", "???" }, /* line separator */
	};
	char copy[64];
	size_t n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		ck_assert_msg(!text_is_printable(cases[n].text), "%zu", n);
		strcpy(copy, cases[n].text);
		text_sanitize(copy);
		ck_assert_str_eq(copy, cases[n].harmless);
		ck_assert(text_is_printable(copy));
	}
}
END_TEST

START_TEST(test_a_list_is_freed_with_its_texts)
{
	char **list = calloc(3, sizeof(*list));

	list[0] = strdup("one");
	list[1] = strdup("two");
	text_list_free(list); /* the leak checker sees what is left */
	text_list_free(NULL);
}
END_TEST

START_TEST(test_a_moment_is_shown_in_local_time)
{
	char buffer[TEXT_TIME_SIZE], expected[TEXT_TIME_SIZE], later[TEXT_TIME_SIZE];
	struct timespec now;
	time_t then;

	setenv("TZ", "UTC0", 1);
	tzset();
	clock_gettime(CLOCK_MONOTONIC, &now);
	then = time(NULL) - 3600;
	strftime(expected, sizeof(expected), "%T", gmtime(&then));
	then++; /* the clocks tick at different moments */
	strftime(later, sizeof(later), "%T", gmtime(&then));
	text_format_time((uint64_t)(now.tv_sec - 3600) * 1000000, buffer);
	ck_assert_msg(strcmp(buffer, expected) == 0 || strcmp(buffer, later) == 0, "%s %s", buffer,
		      expected);
}
END_TEST

CHECK_MAIN("text", test_printable_texts_are_taken_and_left_alone,
	   test_a_character_is_as_long_as_it_is, test_everything_else_is_refused_and_made_harmless,
	   test_a_list_is_freed_with_its_texts, test_a_moment_is_shown_in_local_time)
