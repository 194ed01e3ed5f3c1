/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/dump.c: the exact text for short, full and several lines, in both codes. */
#include <string.h>

#include "check-main.h"
#include "dump.h"
#include "macro.h"

static char *dump(const void *data, size_t size, bool ebcdic)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	ck_assert_ptr_nonnull(out);
	dump_print(out, "  ", data, size, ebcdic);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

START_TEST(test_nothing_is_nothing)
{
	_cleanup_free_ char *text = dump("", 0, false);

	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(test_one_line_of_ascii)
{
	_cleanup_free_ char *text = dump("A\x01z", 3, false);

	ck_assert_str_eq(text, "  0000  41 01 7a                                          |A.z|\n");
}
END_TEST

START_TEST(test_ebcdic_text_beside_the_same_bytes)
{
	_cleanup_free_ char *text =
		dump("\xe5\xd6\xd3\xf1\xc1\xc2\xc3\xf1\xf2\xf3\x40\x4a", 12, true);

	ck_assert_str_eq(text,
			 "  0000  e5 d6 d3 f1 c1 c2 c3 f1  f2 f3 40 4a              |VOL1ABC123 "
			 "\xc2\xa2|\n");
}
END_TEST

START_TEST(test_lines_break_after_16_bytes)
{
	_cleanup_free_ char *exact = dump("0123456789abcdef", 16, false);
	_cleanup_free_ char *one_more = dump("0123456789abcdefg", 17, false);

	ck_assert_str_eq(
		exact,
		"  0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n");
	ck_assert_str_eq(
		one_more,
		"  0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
		"  0010  67                                                |g|\n");
}
END_TEST

START_TEST(test_long_offsets_get_wider)
{
	_cleanup_free_ uint8_t *data = calloc(1, 65536);
	_cleanup_free_ char *text = NULL;

	ck_assert_ptr_nonnull(data);
	text = dump(data, 65536, false);
	ck_assert_ptr_nonnull(strstr(text, "\n  fff0  00 "));
	ck_assert_uint_eq(strlen(text), 4096 * 77);
}
END_TEST

START_TEST(test_hex_is_one_word)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	ck_assert_ptr_nonnull(out);
	dump_print_hex(out, (const uint8_t *)"\x00\xfeZ", 3);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(text, "00fe5a");
}
END_TEST

CHECK_MAIN("dump", test_nothing_is_nothing, test_one_line_of_ascii,
	   test_ebcdic_text_beside_the_same_bytes, test_lines_break_after_16_bytes,
	   test_long_offsets_get_wider, test_hex_is_one_word)
