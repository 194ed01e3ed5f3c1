/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/ebcdic.c: known characters, both ways, and that the table is a permutation. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "ebcdic.h"

START_TEST(test_known_characters)
{
	ck_assert_uint_eq(ebcdic_to_unicode(0x40), ' ');
	ck_assert_uint_eq(ebcdic_to_unicode(0xc1), 'A');
	ck_assert_uint_eq(ebcdic_to_unicode(0x81), 'a');
	ck_assert_uint_eq(ebcdic_to_unicode(0xf0), '0');
	ck_assert_uint_eq(ebcdic_to_unicode(0xe5), 'V');
	ck_assert_uint_eq(ebcdic_to_unicode(0x4a), 0xa2);
	ck_assert_uint_eq(ebcdic_to_unicode(0x5f), 0xac);
	ck_assert_uint_eq(ebcdic_to_unicode(0xba), '[');
	ck_assert_uint_eq(ebcdic_to_unicode(0xff), 0x9f);
}
END_TEST

START_TEST(test_every_byte_comes_back)
{
	for (unsigned int byte = 0; byte < 256; byte++) {
		uint8_t back;

		ck_assert_int_eq(ebcdic_from_unicode(ebcdic_to_unicode((uint8_t)byte), &back), 0);
		ck_assert_uint_eq(back, byte);
	}
}
END_TEST

START_TEST(test_what_the_code_page_lacks_is_refused)
{
	uint8_t byte;

	ck_assert_int_eq(ebcdic_from_unicode(0x100, &byte), -EINVAL);
	ck_assert_int_eq(ebcdic_from_unicode(0x20ac, &byte), -EINVAL);
}
END_TEST

START_TEST(test_utf8_has_one_or_two_bytes)
{
	char buffer[EBCDIC_UTF8_SIZE];

	ck_assert_uint_eq(ebcdic_put_utf8(0xc1, buffer), 1);
	ck_assert_str_eq(buffer, "A");
	ck_assert_uint_eq(ebcdic_put_utf8(0x4a, buffer), 2);
	ck_assert_str_eq(buffer, "\xc2\xa2");
	ck_assert_uint_eq(ebcdic_put_utf8(0x00, buffer), 1);
	ck_assert_str_eq(buffer, ".");
}
END_TEST

START_TEST(test_controls_are_no_text)
{
	ck_assert(!ebcdic_is_printable(0x00));
	ck_assert(!ebcdic_is_printable(0x15));
	ck_assert(!ebcdic_is_printable(0xff));
	ck_assert(!ebcdic_is_printable(0xca)); /* soft hyphen */
	ck_assert(ebcdic_is_printable(0x40));
	ck_assert(ebcdic_is_printable(0x4a));
}
END_TEST

START_TEST(test_ascii_is_padded_with_blanks)
{
	uint8_t label[8];

	ck_assert_int_eq(ebcdic_from_ascii("VOL1", label, sizeof(label)), 0);
	ck_assert_mem_eq(label, "\xe5\xd6\xd3\xf1\x40\x40\x40\x40", 8);
	ck_assert_int_eq(ebcdic_from_ascii("VOL1ABCD", label, sizeof(label)), 0);
	ck_assert_int_eq(ebcdic_from_ascii("VOL1ABCDE", label, sizeof(label)), -E2BIG);
	ck_assert_int_eq(ebcdic_from_ascii("\xc2", label, sizeof(label)), -EINVAL);
}
END_TEST

CHECK_MAIN("ebcdic", test_known_characters, test_every_byte_comes_back,
	   test_what_the_code_page_lacks_is_refused, test_utf8_has_one_or_two_bytes,
	   test_controls_are_no_text, test_ascii_is_padded_with_blanks)
