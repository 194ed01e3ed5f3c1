/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/lib/sense.c: families by type, words of bytes 0 and 1, short sense. */
#include <libccwbroker.h>

#include "check-main.h"

START_TEST(test_family_comes_from_the_device_type)
{
	ck_assert_int_eq(ccwb_sense_family_from_type("3390/0c"), CCWB_SENSE_DASD);
	ck_assert_int_eq(ccwb_sense_family_from_type("3380"), CCWB_SENSE_DASD);
	ck_assert_int_eq(ccwb_sense_family_from_type("3490/50"), CCWB_SENSE_TAPE);
	ck_assert_int_eq(ccwb_sense_family_from_type("3480/04"), CCWB_SENSE_TAPE);
	ck_assert_int_eq(ccwb_sense_family_from_type("3590/50"), CCWB_SENSE_OTHER);
	ck_assert_int_eq(ccwb_sense_family_from_type("339/00"), CCWB_SENSE_OTHER);
	ck_assert_int_eq(ccwb_sense_family_from_type("33900"), CCWB_SENSE_OTHER);
	ck_assert_int_eq(ccwb_sense_family_from_type(""), CCWB_SENSE_OTHER);
	ck_assert_int_eq(ccwb_sense_family_from_type(NULL), CCWB_SENSE_OTHER);
}
END_TEST

static void expect_one(enum ccwb_sense_family family, uint8_t byte_0, uint8_t byte_1,
		       const char *word)
{
	const uint8_t sense[] = { byte_0, byte_1, 0xff };
	unsigned int iterator = 0;
	const char *got = ccwb_sense_word(family, sense, sizeof(sense), &iterator);

	if (!word) {
		ck_assert_ptr_null(got);
		return;
	}
	ck_assert_ptr_nonnull(got);
	ck_assert_str_eq(got, word);
	ck_assert_ptr_null(ccwb_sense_word(family, sense, sizeof(sense), &iterator));
}

START_TEST(test_byte_0_is_common)
{
	for (int family = CCWB_SENSE_OTHER; family <= CCWB_SENSE_TAPE; family++) {
		expect_one((enum ccwb_sense_family)family, 0x80, 0, "command reject");
		expect_one((enum ccwb_sense_family)family, 0x40, 0, "intervention required");
		expect_one((enum ccwb_sense_family)family, 0x20, 0, "bus-out check");
		expect_one((enum ccwb_sense_family)family, 0x10, 0, "equipment check");
		expect_one((enum ccwb_sense_family)family, 0x08, 0, "data check");
		expect_one((enum ccwb_sense_family)family, 0x04, 0, "overrun");
		expect_one((enum ccwb_sense_family)family, 0, 0, NULL);
	}
	expect_one(CCWB_SENSE_OTHER, 0x03, 0, NULL);
	expect_one(CCWB_SENSE_DASD, 0x03, 0, NULL);
	expect_one(CCWB_SENSE_TAPE, 0x02, 0, "deferred unit check");
	expect_one(CCWB_SENSE_TAPE, 0x01, 0, "assigned elsewhere");
}
END_TEST

START_TEST(test_byte_1_depends_on_the_family)
{
	expect_one(CCWB_SENSE_DASD, 0, 0x08, "no record found");
	expect_one(CCWB_SENSE_DASD, 0, 0x80, "permanent error");
	expect_one(CCWB_SENSE_DASD, 0, 0x01, "imprecise ending");
	expect_one(CCWB_SENSE_TAPE, 0, 0x08, "beginning of tape");
	expect_one(CCWB_SENSE_TAPE, 0, 0x02, "write protect");
	expect_one(CCWB_SENSE_TAPE, 0, 0x20, NULL);
	expect_one(CCWB_SENSE_OTHER, 0, 0xff, NULL);
}
END_TEST

START_TEST(test_bytes_that_did_not_come_have_no_words)
{
	const uint8_t sense[] = { 0x00, 0xff };
	unsigned int iterator = 0;

	ck_assert_ptr_null(ccwb_sense_word(CCWB_SENSE_DASD, sense, 1, &iterator));
	iterator = 0;
	ck_assert_ptr_null(ccwb_sense_word(CCWB_SENSE_DASD, sense, 0, &iterator));
	iterator = 0;
	ck_assert_ptr_nonnull(ccwb_sense_word(CCWB_SENSE_DASD, sense, 2, &iterator));
}
END_TEST

CHECK_MAIN("sense", test_family_comes_from_the_device_type, test_byte_0_is_common,
	   test_byte_1_depends_on_the_family, test_bytes_that_did_not_come_have_no_words)
