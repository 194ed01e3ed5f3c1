/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/lib/irb.c: every field, every word, and what counts as a clean end. */
#include <libccwbroker.h>
#include <string.h>

#include "check-main.h"
#include "macro.h"

/* Start function; primary, secondary and status pending; CPA 0x10010; residual 5 */
#define CLEAN_SCSW 0x00, 0x80, 0x40, 0x07, 0x00, 0x01, 0x00, 0x10, 0x0c, 0x00, 0x00, 0x05

START_TEST(test_a_clean_end)
{
	const uint8_t bytes[CCWB_IRB_SIZE] = { CLEAN_SCSW };
	struct ccwb_irb irb;

	ccwb_irb_decode(bytes, &irb);
	ck_assert_uint_eq(irb.condition_code, 0);
	ck_assert_uint_eq(irb.control, 0x4007);
	ck_assert_uint_eq(irb.ccw_address, 0x10010);
	ck_assert_uint_eq(irb.device_status, 0x0c);
	ck_assert_uint_eq(irb.subchannel_status, 0);
	ck_assert_uint_eq(irb.residual, 5);
	ck_assert(irb.has_ccw_address);
	ck_assert(irb.has_residual);
	ck_assert_uint_eq(irb.sense_size, 0);
	ck_assert(ccwb_irb_is_clean(&irb));
	ck_assert(!ccwb_irb_is_unit_check(&irb));
}
END_TEST

static struct ccwb_irb with_status(uint8_t device, uint8_t subchannel)
{
	uint8_t bytes[CCWB_IRB_SIZE] = { CLEAN_SCSW };
	struct ccwb_irb irb;

	bytes[8] = device;
	bytes[9] = subchannel;
	ccwb_irb_decode(bytes, &irb);
	return irb;
}

static bool is_clean(uint8_t device, uint8_t subchannel)
{
	struct ccwb_irb irb = with_status(device, subchannel);

	return ccwb_irb_is_clean(&irb);
}

START_TEST(test_what_is_no_clean_end)
{
	ck_assert(is_clean(0x0c, 0x00));
	ck_assert(is_clean(0x4c, 0x00)); /* status modifier */
	ck_assert(is_clean(0x0c, 0x80)); /* PCI */
	ck_assert(!is_clean(0x08, 0x00));
	ck_assert(!is_clean(0x04, 0x00));
	ck_assert(!is_clean(0x0e, 0x00));
	ck_assert(!is_clean(0x0d, 0x00));
	ck_assert(!is_clean(0x1c, 0x00));
	for (unsigned int bit = 0; bit < 7; bit++)
		ck_assert(!is_clean(0x0c, (uint8_t)(1U << bit)));
}
END_TEST

START_TEST(test_a_deferred_condition_code_is_no_end)
{
	for (uint8_t code = 1; code < 4; code++) {
		uint8_t bytes[CCWB_IRB_SIZE] = { CLEAN_SCSW };
		struct ccwb_irb irb;

		bytes[0] = code;
		ccwb_irb_decode(bytes, &irb);
		ck_assert_uint_eq(irb.condition_code, code);
		ck_assert(!ccwb_irb_is_clean(&irb));
		ck_assert(!irb.has_ccw_address);
		ck_assert(!irb.has_residual);
		ck_assert_str_ne(ccwb_irb_condition_words(&irb), "normal");
	}
}
END_TEST

START_TEST(test_count_is_undefined_after_a_check)
{
	ck_assert(with_status(0x0c, 0x40).has_residual);
	ck_assert(with_status(0x0c, 0x80).has_residual);
	ck_assert(!with_status(0x0c, 0x20).has_residual);
	ck_assert(!with_status(0x0c, 0x01).has_residual);
	ck_assert(with_status(0x0c, 0x20).has_ccw_address);
}
END_TEST

START_TEST(test_concurrent_sense)
{
	uint8_t bytes[CCWB_IRB_SIZE] = { CLEAN_SCSW };
	struct ccwb_irb irb;

	bytes[8] = 0x0e;
	bytes[16] = 0x01;
	for (unsigned int i = 0; i < CCWB_IRB_SENSE_BYTES; i++)
		bytes[32 + i] = (uint8_t)(0x40 + i);
	bytes[17] = 24;
	ccwb_irb_decode(bytes, &irb);
	ck_assert(ccwb_irb_is_unit_check(&irb));
	ck_assert_uint_eq(irb.sense_size, 24);
	ck_assert_mem_eq(irb.sense, bytes + 32, 24);
	ck_assert_uint_eq(irb.sense[24], 0);

	bytes[17] = 0xc0 | 32; /* the two bits above do not belong to the count */
	ccwb_irb_decode(bytes, &irb);
	ck_assert_uint_eq(irb.sense_size, 32);
	bytes[17] = 33;
	ccwb_irb_decode(bytes, &irb);
	ck_assert_uint_eq(irb.sense_size, 32);
	bytes[16] = 0x00;
	ccwb_irb_decode(bytes, &irb);
	ck_assert_uint_eq(irb.sense_size, 0);
}
END_TEST

static void expect_words(const char *(*next)(const struct ccwb_irb *, unsigned int *),
			 const struct ccwb_irb *irb, const char *const *words, size_t n)
{
	unsigned int iterator = 0;

	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(next(irb, &iterator), words[i]);
	ck_assert_ptr_null(next(irb, &iterator));
}

START_TEST(test_device_words)
{
	static const char *const all[] = { "attention",	 "status modifier", "control unit end",
					   "busy",	 "channel end",	    "device end",
					   "unit check", "unit exception" };
	struct ccwb_irb irb = with_status(0xff, 0);

	expect_words(ccwb_irb_device_word, &irb, all, ARRAY_SIZE(all));
	for (unsigned int bit = 0; bit < 8; bit++) {
		irb = with_status((uint8_t)(0x80 >> bit), 0);
		expect_words(ccwb_irb_device_word, &irb, all + bit, 1);
	}
	irb = with_status(0, 0);
	expect_words(ccwb_irb_device_word, &irb, NULL, 0);
}
END_TEST

START_TEST(test_subchannel_words)
{
	static const char *const all[] = { "program-controlled interruption",
					   "incorrect length",
					   "program check",
					   "protection check",
					   "channel data check",
					   "channel control check",
					   "interface control check",
					   "chaining check" };
	struct ccwb_irb irb = with_status(0, 0xff);

	expect_words(ccwb_irb_subchannel_word, &irb, all, ARRAY_SIZE(all));
	for (unsigned int bit = 0; bit < 8; bit++) {
		irb = with_status(0, (uint8_t)(0x80 >> bit));
		expect_words(ccwb_irb_subchannel_word, &irb, all + bit, 1);
	}
}
END_TEST

START_TEST(test_control_words)
{
	static const char *const some[] = { "start function", "device active", "primary status",
					    "status pending" };
	uint8_t bytes[CCWB_IRB_SIZE] = { 0x00, 0x80, 0x40, 0x45 };
	struct ccwb_irb irb;

	ccwb_irb_decode(bytes, &irb);
	expect_words(ccwb_irb_control_word, &irb, some, ARRAY_SIZE(some));
	memset(bytes, 0xff, sizeof(bytes));
	ccwb_irb_decode(bytes, &irb);
	for (unsigned int n = 0, iterator = 0; n < 15; n++)
		ck_assert_ptr_nonnull(ccwb_irb_control_word(&irb, &iterator));
}
END_TEST

static struct ccwb_irb total;

/* Whether that was the last of its program. */
static bool add(uint16_t control, uint8_t device_status, uint16_t residual)
{
	const uint8_t bytes[CCWB_IRB_SIZE] = {
		[2] = (uint8_t)(control >> 8),	 [3] = (uint8_t)control,
		[7] = (uint8_t)residual,	 [8] = device_status,
		[10] = (uint8_t)(residual >> 8), [11] = (uint8_t)residual,
	};
	struct ccwb_irb next;

	ccwb_irb_decode(bytes, &next);
	ccwb_irb_add(&total, &next);
	return ccwb_irb_is_final(&next);
}

START_TEST(test_all_at_once)
{
	memset(&total, 0, sizeof(total));
	ck_assert(add(CCWB_IRB_CONTROL_START | CCWB_IRB_CONTROL_PRIMARY |
			      CCWB_IRB_CONTROL_SECONDARY | CCWB_IRB_CONTROL_STATUS_PENDING,
		      CCWB_IRB_DEVICE_CHANNEL_END | CCWB_IRB_DEVICE_DEVICE_END, 5));
	ck_assert(ccwb_irb_is_clean(&total));
	ck_assert_uint_eq(total.residual, 5);
}
END_TEST

START_TEST(test_device_end_later)
{
	memset(&total, 0, sizeof(total));
	ck_assert(!add(CCWB_IRB_CONTROL_START | CCWB_IRB_CONTROL_DEVICE_ACTIVE |
			       CCWB_IRB_CONTROL_PRIMARY | CCWB_IRB_CONTROL_STATUS_PENDING,
		       CCWB_IRB_DEVICE_CHANNEL_END, 7));
	ck_assert(add(CCWB_IRB_CONTROL_START | CCWB_IRB_CONTROL_SECONDARY |
			      CCWB_IRB_CONTROL_STATUS_PENDING,
		      CCWB_IRB_DEVICE_DEVICE_END, 0));
	ck_assert_uint_eq(total.device_status,
			  CCWB_IRB_DEVICE_CHANNEL_END | CCWB_IRB_DEVICE_DEVICE_END);
	ck_assert(total.has_residual);
	ck_assert_uint_eq(total.residual, 7);
	ck_assert_uint_eq(total.ccw_address, 7);
	ck_assert(ccwb_irb_is_clean(&total));
}
END_TEST

START_TEST(test_one_on_the_way_is_not_the_last)
{
	memset(&total, 0, sizeof(total));
	ck_assert(!add(CCWB_IRB_CONTROL_START | CCWB_IRB_CONTROL_SUBCHANNEL_ACTIVE |
			       CCWB_IRB_CONTROL_DEVICE_ACTIVE | CCWB_IRB_CONTROL_INTERMEDIATE |
			       CCWB_IRB_CONTROL_STATUS_PENDING,
		       0, 0));
	ck_assert(add(CCWB_IRB_CONTROL_START | CCWB_IRB_CONTROL_PRIMARY |
			      CCWB_IRB_CONTROL_SECONDARY | CCWB_IRB_CONTROL_STATUS_PENDING,
		      CCWB_IRB_DEVICE_CHANNEL_END | CCWB_IRB_DEVICE_DEVICE_END, 3));
	ck_assert_uint_eq(total.residual, 3);
}
END_TEST

START_TEST(test_what_nobody_asked_for_adds_nothing)
{
	memset(&total, 0, sizeof(total));
	ck_assert(!add(CCWB_IRB_CONTROL_ALERT | CCWB_IRB_CONTROL_STATUS_PENDING,
		       CCWB_IRB_DEVICE_ATTENTION, 0));
	ck_assert_uint_eq(total.device_status, 0);
}
END_TEST

static void expect_format(const uint8_t *bytes, const char *type, const char *text)
{
	struct ccwb_irb irb;
	char buffer[256], small[8];

	ccwb_irb_decode(bytes, &irb);
	ck_assert_uint_eq(ccwb_irb_format(&irb, type, buffer, sizeof(buffer)), strlen(text));
	ck_assert_str_eq(buffer, text);
	/* cut off as snprintf does, and the length is that of all */
	ck_assert_uint_eq(ccwb_irb_format(&irb, type, small, sizeof(small)), strlen(text));
	ck_assert_uint_eq(strlen(small), sizeof(small) - 1);
	ck_assert_int_eq(strncmp(small, text, sizeof(small) - 1), 0);
	ck_assert_uint_eq(ccwb_irb_format(&irb, type, NULL, 0), strlen(text));
}

START_TEST(test_all_of_it_in_words)
{
	uint8_t bytes[CCWB_IRB_SIZE] = { CLEAN_SCSW };

	expect_format(bytes, NULL, "channel end, device end");
	bytes[8] |= CCWB_IRB_DEVICE_UNIT_CHECK;
	bytes[9] = CCWB_IRB_SUBCHANNEL_INCORRECT_LENGTH;
	expect_format(bytes, NULL, "channel end, device end, unit check, incorrect length");
	bytes[16] = 1;
	bytes[17] = 2;
	bytes[32] = 0x40;
	bytes[33] = 0x08;
	expect_format(bytes, NULL,
		      "channel end, device end, unit check, incorrect length; sense: intervention "
		      "required");
	expect_format(bytes, "3490/50",
		      "channel end, device end, unit check, incorrect length; sense: intervention "
		      "required, beginning of tape");
	bytes[0] = 3;
	expect_format(bytes, NULL, "not started: no channel path works");
	memset(bytes, 0, sizeof(bytes));
	expect_format(bytes, NULL, "no status");
}
END_TEST

CHECK_MAIN("irb", test_a_clean_end, test_what_is_no_clean_end,
	   test_a_deferred_condition_code_is_no_end, test_count_is_undefined_after_a_check,
	   test_concurrent_sense, test_device_words, test_subchannel_words, test_control_words,
	   test_all_at_once, test_device_end_later, test_one_on_the_way_is_not_the_last,
	   test_what_nobody_asked_for_adds_nothing, test_all_of_it_in_words)
