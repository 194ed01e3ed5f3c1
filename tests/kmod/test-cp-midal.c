// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests what kmod/cp-check.c and cp-idal.c make of MIDAWs, through cp.h: which lists are good, where
 * the data goes, that it is copied. Rules: Principles of Operation, ch. 15, "Modified CCW
 * Indirect Data Addressing".
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

#define LIST (PROGRAM + 0x4000)

static const u8 formats[] = { FORMAT1 | IDAW2_4K, FORMAT1 | IDAW1, FORMAT0 | IDAW2_2K };

static struct bench *midal_bench(void)
{
	struct bench *b = bench_new();

	b->orb[7] = ORB_MIDAWS;
	return b;
}

static void midal_ccw(struct bench *b, u8 orb5, u8 cmd, u8 flags, u16 count)
{
	bench_ccw(b, orb5, PROGRAM, cmd, MIDA | flags, count, LIST);
}

/* 5 + 1000 + 2 bytes, in pages out of order. */
static void three_areas(struct bench *b, u8 orb5, u8 cmd)
{
	bench_midaw(b, LIST, 0, 0, 5, DATA + 0x3ffb);
	bench_midaw(b, LIST, 1, 0, 1000, DATA + 0x1003);
	bench_midaw(b, LIST, 2, MIDAW_LAST, 2, HIGH + 0x7ffe);
	midal_ccw(b, orb5, cmd, 0, 1007);
}

static void refuse_three(struct bench *b, u32 reason)
{
	bench_refuse(b, formats[0], PROGRAM, reason, PROGRAM);
}

START_TEST(test_areas_anywhere_are_stored_to)
{
	struct bench *b = midal_bench();
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(formats); f++) {
		bench_fill(b, DATA, 0x5000);
		bench_fill(b, HIGH + 0x7000, 0x2000);
		three_areas(b, formats[f], 0x02);
		bench_accept(b, formats[f], PROGRAM);
		ck_assert(cp_has_copies(b->cp));
		ck_assert(guest_is_pinned(b->guest, HIGH + 0x7000, true));
		bench_go(b);
		ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
		bench_expect_sent(b, DATA + 0x3ffb, 5, 0);
		bench_expect_sent(b, DATA + 0x1003, 1000, 5);
		bench_expect_sent(b, HIGH + 0x7ffe, 2, 1005);
		bench_expect_filled(b, DATA, 0x1003);
		bench_expect_filled(b, DATA + 0x1003 + 1000, 0x3ffb - 0x1003 - 1000);
		bench_expect_filled(b, DATA + 0x4000, 0x1000);
		bench_expect_filled(b, HIGH + 0x7000, 0xffe);
		bench_expect_filled(b, HIGH + 0x8000, 0x1000);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_areas_anywhere_are_fetched)
{
	struct bench *b = midal_bench();
	unsigned int f;

	bench_fill(b, DATA, 0x5000);
	bench_fill(b, HIGH + 0x7000, 0x2000);
	for (f = 0; f < ARRAY_SIZE(formats); f++) {
		three_areas(b, formats[f], 0x01);
		bench_run(b, formats[f], PROGRAM);
		ck_assert_uint_eq(b->host.ngot, 1007);
		ck_assert_uint_eq(b->host.got[0], bench_byte(DATA + 0x3ffb));
		ck_assert_uint_eq(b->host.got[5], bench_byte(DATA + 0x1003));
		ck_assert_uint_eq(b->host.got[1004], bench_byte(DATA + 0x1003 + 999));
		ck_assert_uint_eq(b->host.got[1006], bench_byte(HIGH + 0x7fff));
	}
	bench_free(b);
}
END_TEST

/* The address is that of the first byte of the transfer, here the highest of the area. */
START_TEST(test_areas_are_read_backward)
{
	struct bench *b = midal_bench();

	bench_midaw(b, LIST, 0, 0, 5, DATA + 0x3004);
	bench_midaw(b, LIST, 1, 0, 4096, DATA + 0x1fff);
	bench_midaw(b, LIST, 2, MIDAW_LAST, 9, DATA + 0x8008);
	midal_ccw(b, formats[0], 0x0c, 0, 5 + 4096 + 9);
	bench_run(b, formats[0], PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_expect_sent_down(b, DATA + 0x3004, 5, 0);
	bench_expect_sent_down(b, DATA + 0x1fff, 4096, 5);
	bench_expect_sent_down(b, DATA + 0x8008, 9, 5 + 4096);
	/* one byte more would leave the page below */
	bench_midaw(b, LIST, 2, MIDAW_LAST, 10, DATA + 0x8008);
	midal_ccw(b, formats[0], 0x0c, 0, 5 + 4096 + 10);
	refuse_three(b, CCWBROKER_REFUSED_IDAW);
	bench_free(b);
}
END_TEST

START_TEST(test_areas_that_adjoin_are_pinned_like_one)
{
	struct bench *b = midal_bench();

	bench_midaw(b, LIST, 0, 0, 96, DATA + 0x2fa0);
	bench_midaw(b, LIST, 1, 0, 4096, DATA + 0x3000);
	bench_midaw(b, LIST, 2, MIDAW_LAST, 7, DATA + 0x9000);
	midal_ccw(b, formats[0], 0x02, 0, 96 + 4096 + 7);
	bench_accept(b, formats[0], PROGRAM);
	ck_assert(!cp_has_copies(b->cp));
	bench_go(b);
	bench_expect_sent(b, DATA + 0x2fa0, 96 + 4096, 0);
	bench_expect_sent(b, DATA + 0x9000, 7, 96 + 4096);
	bench_free(b);
}
END_TEST

START_TEST(test_skipped_areas_are_not_stored_to)
{
	static const u8 cmds[] = { 0x02, 0x04, 0x0c };
	struct bench *b = midal_bench();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		bench_fill(b, DATA, 0x2000);
		bench_midaw(b, LIST, 0, MIDAW_SKIP, 100, DATA + 50);
		/* needs no memory, and no page to itself */
		bench_midaw(b, LIST, 1, MIDAW_SKIP, 9000, NOWHERE + 4000);
		bench_midaw(b, LIST, 2, 0, 1, DATA + 0x1800);
		bench_midaw(b, LIST, 3, MIDAW_SKIP | MIDAW_LAST, 65535 - 9101, ~0ull);
		midal_ccw(b, formats[0], cmds[i], 0, 65535);
		bench_run(b, formats[0], PROGRAM);
		ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
		ck_assert_uint_eq(b->host.command[0].moved, 65535);
		bench_expect_filled(b, DATA, 0x1800);
		bench_expect_sent(b, DATA + 0x1800, 1, 9100);
		bench_expect_filled(b, DATA + 0x1801, 0x7ff);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_skip_flag_is_ignored_where_memory_is_fetched)
{
	struct bench *b = midal_bench();

	bench_fill(b, DATA, 0x1000);
	bench_midaw(b, LIST, 0, MIDAW_SKIP | MIDAW_LAST, 8, DATA + 50);
	midal_ccw(b, formats[0], 0x01, 0, 8);
	bench_run(b, formats[0], PROGRAM);
	ck_assert_uint_eq(b->host.ngot, 8);
	ck_assert_uint_eq(b->host.got[7], bench_byte(DATA + 57));
	bench_midaw(b, LIST, 0, MIDAW_SKIP | MIDAW_LAST, 8, NOWHERE);
	refuse_three(b, CCWBROKER_REFUSED_DATA_UNMAPPED);
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, o9: a list of MIDAWs must not be taken for data */
START_TEST(test_flag_without_the_bit_of_the_orb_is_unsupported)
{
	struct bench *b = midal_bench();

	three_areas(b, formats[0], 0x02);
	b->orb[7] = 0;
	refuse_three(b, CCWBROKER_REFUSED_CCW_UNSUPPORTED);
	b->orb[7] = 0xff & ~ORB_MIDAWS;
	refuse_three(b, CCWBROKER_REFUSED_CCW_UNSUPPORTED);
	/* and the bit alone changes nothing */
	b->orb[7] = ORB_MIDAWS;
	bench_ccw(b, formats[0], PROGRAM, 0x02, 0, 8, DATA);
	bench_run(b, formats[0], PROGRAM);
	bench_expect_sent(b, DATA, 8, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_flags_that_exclude_each_other_are_invalid)
{
	static const u8 cmds[] = { 0x01, 0x02, 0x03 };
	struct bench *b = midal_bench();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		three_areas(b, formats[0], cmds[i]);
		midal_ccw(b, formats[0], cmds[i], IDA, 1007);
		refuse_three(b, CCWBROKER_REFUSED_CCW_INVALID);
		midal_ccw(b, formats[0], cmds[i], SKIP, 1007);
		refuse_three(b, CCWBROKER_REFUSED_CCW_INVALID);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_every_reserved_bit_of_a_midaw_must_be_zero)
{
	struct bench *b = midal_bench();
	unsigned int bit;
	u8 byte;

	for (bit = 0; bit < 48; bit++) {
		three_areas(b, formats[0], 0x02);
		guest_get(b->guest, LIST + 16 + bit / 8, &byte, 1);
		byte |= (u8)(0x80 >> bit % 8);
		guest_put(b->guest, LIST + 16 + bit / 8, &byte, 1);
		if (bit < 40 || bit > 42)
			refuse_three(b, CCWBROKER_REFUSED_IDAW);
		else if (bit == 42) /* data-transfer interruption */
			refuse_three(b, CCWBROKER_REFUSED_CCW_UNSUPPORTED);
		else if (bit == 40) /* last, but is not */
			refuse_three(b, CCWBROKER_REFUSED_IDAW);
		else
			bench_run(b, formats[0], PROGRAM);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_counts_are_together_that_of_the_ccw)
{
	struct bench *b = midal_bench();

	three_areas(b, formats[0], 0x02);
	midal_ccw(b, formats[0], 0x02, 0, 1006);
	refuse_three(b, CCWBROKER_REFUSED_IDAW);
	midal_ccw(b, formats[0], 0x02, 0, 1008);
	refuse_three(b, CCWBROKER_REFUSED_IDAW);
	/* what comes after the count is used up is not looked at */
	midal_ccw(b, formats[0], 0x02, 0, 1005);
	bench_run(b, formats[0], PROGRAM);
	bench_midaw(b, LIST, 1, 0, 0, DATA);
	refuse_three(b, CCWBROKER_REFUSED_IDAW);
	/* nothing to transfer: the list is not looked at */
	midal_ccw(b, formats[0], 0x02, 0, 0);
	bench_run(b, formats[0], PROGRAM);
	midal_ccw(b, formats[0], 0x03, 0, 1);
	bench_run(b, formats[0], PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_area_ends_in_its_page)
{
	struct bench *b = midal_bench();

	bench_midaw(b, LIST, 0, MIDAW_LAST, 4096, DATA);
	midal_ccw(b, formats[0], 0x02, 0, 4096);
	bench_run(b, formats[0], PROGRAM);
	bench_expect_sent(b, DATA, 4096, 0);
	bench_midaw(b, LIST, 0, MIDAW_LAST, 4096, DATA + 1);
	refuse_three(b, CCWBROKER_REFUSED_IDAW);
	bench_midaw(b, LIST, 0, MIDAW_LAST, 4097, DATA);
	midal_ccw(b, formats[0], 0x02, 0, 4097);
	refuse_three(b, CCWBROKER_REFUSED_IDAW);
	bench_free(b);
}
END_TEST

START_TEST(test_list_is_on_a_quadword)
{
	struct bench *b = midal_bench();
	u32 off;

	for (off = 0; off < 32; off++) {
		bench_midaw(b, LIST + off, 0, MIDAW_LAST, 8, DATA);
		bench_ccw(b, formats[0], PROGRAM, 0x02, MIDA, 8, LIST + off);
		if (off % 16 == 0)
			bench_run(b, formats[0], PROGRAM);
		else
			refuse_three(b, CCWBROKER_REFUSED_IDAW);
	}
	bench_free(b);
}
END_TEST

/* n areas of a byte, two bytes apart, the list at the end of its page if n fits there. */
static void many_areas(struct bench *b, unsigned int n)
{
	u32 list = LIST + (n < 256 ? 4096 - n * 16 : 0);
	unsigned int i;

	for (i = 0; i < n; i++)
		bench_midaw(b, list, i, i + 1 == n ? MIDAW_LAST : 0, 1, DATA + 2 * i);
	bench_ccw(b, formats[0], PROGRAM, 0x02, MIDA, (u16)n, list);
}

/* Limit: CP_CCW_PIECES_MAX, which is also what a page of MIDAWs holds */
START_TEST(test_list_of_256_is_taken_and_one_across_a_page_edge_refused)
{
	struct bench *b = midal_bench();
	unsigned int i;

	ck_assert_uint_eq(CP_CCW_PIECES_MAX, 256);
	many_areas(b, 256);
	bench_run(b, formats[0], PROGRAM);
	for (i = 0; i < 256; i++)
		bench_expect_sent(b, DATA + 2 * i, 1, i);
	many_areas(b, 257);
	refuse_three(b, CCWBROKER_REFUSED_IDAW);
	many_areas(b, 17);
	bench_run(b, formats[0], PROGRAM);
	many_areas(b, 1);
	bench_run(b, formats[0], PROGRAM);
	/* the same list one place later */
	bench_midaw(b, LIST + 0xff0, 0, 0, 1, DATA);
	bench_midaw(b, LIST + 0x1000, 0, MIDAW_LAST, 1, DATA + 2);
	bench_ccw(b, formats[0], PROGRAM, 0x02, MIDA, 2, LIST + 0xff0);
	refuse_three(b, CCWBROKER_REFUSED_IDAW);
	bench_free(b);
}
END_TEST

START_TEST(test_list_and_areas_must_be_mapped)
{
	struct bench *b = midal_bench();

	bench_ccw(b, formats[0], PROGRAM, 0x02, MIDA, 8, NOWHERE);
	refuse_three(b, CCWBROKER_REFUSED_IDAL_UNREADABLE);
	three_areas(b, formats[0], 0x02);
	bench_midaw(b, LIST, 1, 0, 1000, NOWHERE);
	refuse_three(b, CCWBROKER_REFUSED_DATA_UNMAPPED);
	bench_midaw(b, LIST, 1, 0, 1000, READ_ONLY);
	refuse_three(b, CCWBROKER_REFUSED_DATA_PROTECTED);
	three_areas(b, formats[0], 0x01);
	bench_midaw(b, LIST, 1, 0, 1000, READ_ONLY);
	bench_run(b, formats[0], PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_area_at_the_top_of_the_address_space_does_not_wrap)
{
	struct bench *b = midal_bench();

	guest_map(b->guest, ~0ull - 4095, 1, true);
	guest_map(b->guest, 0, 1, true);
	bench_midaw(b, LIST, 0, 0, 8, ~0ull - 7);
	bench_midaw(b, LIST, 1, MIDAW_LAST, 8, 0);
	midal_ccw(b, formats[0], 0x02, 0, 16);
	bench_run(b, formats[0], PROGRAM);
	bench_expect_sent(b, ~0ull - 7, 8, 0);
	bench_expect_sent(b, 0, 8, 8);
	bench_free(b);
}
END_TEST

/* Each CCW of a data chain has a list of its own, or data in another way. */
START_TEST(test_data_chain_of_midaws_and_others)
{
	struct bench *b = midal_bench();
	u8 orb5 = formats[0];

	three_areas(b, orb5, 0x02);
	midal_ccw(b, orb5, 0x02, CD, 1007);
	bench_ccw(b, orb5, PROGRAM + 8, 0x00, CD, 16, DATA + 0x10000);
	bench_idaw(b, orb5, LIST + 0x200, 0, DATA + 0x11ff0);
	bench_ccw(b, orb5, PROGRAM + 16, 0x00, CD | IDA, 16, LIST + 0x200);
	bench_midaw(b, LIST + 0x100, 0, MIDAW_SKIP, 4, 0);
	bench_midaw(b, LIST + 0x100, 1, MIDAW_LAST, 4, DATA + 0x12000);
	bench_ccw(b, orb5, PROGRAM + 24, 0x00, MIDA, 8, LIST + 0x100);
	bench_answer(b, 1007 + 16 + 16 + 8, false, false);
	bench_run(b, orb5, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_expect_sent(b, DATA + 0x1003, 1000, 5);
	bench_expect_sent(b, DATA + 0x10000, 16, 1007);
	bench_expect_sent(b, DATA + 0x11ff0, 16, 1023);
	bench_expect_sent(b, DATA + 0x12000, 4, 1043);
	bench_free(b);
}
END_TEST

START_TEST(test_short_transfer_leaves_the_rest_and_tells_the_residual)
{
	struct bench *b = midal_bench();

	bench_fill(b, DATA, 0x5000);
	three_areas(b, formats[0], 0x02);
	midal_ccw(b, formats[0], 0x02, SLI, 1007);
	bench_answer(b, 7, false, false);
	bench_run(b, formats[0], PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	ck_assert_uint_eq(b->host.residual, 1000);
	bench_expect_sent(b, DATA + 0x3ffb, 5, 0);
	bench_expect_sent(b, DATA + 0x1003, 2, 5);
	bench_expect_filled(b, DATA + 0x1005, 998);
	bench_free(b);
}
END_TEST

START_TEST(test_speculative_list_that_is_bad_is_a_program_check)
{
	struct bench *b = midal_bench();
	u8 orb5 = formats[0];

	bench_ccw(b, orb5, PROGRAM, 0x31, CC, 5, DATA);
	bench_tic(b, orb5, PROGRAM + 8, PROGRAM);
	bench_midaw(b, LIST, 0, MIDAW_LAST, 8, DATA + 0x1000);
	bench_ccw(b, orb5, PROGRAM + 16, 0x02, MIDA, 8, LIST);
	bench_answer(b, 5, false, true);
	bench_answer(b, 8, false, false);
	bench_run(b, orb5, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_expect_sent(b, DATA + 0x1000, 8, 0);
	bench_midaw(b, LIST, 0, MIDAW_LAST | MIDAW_DTI, 8, DATA + 0x1000);
	bench_run(b, orb5, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_PROGRAM_CHECK);
	ck_assert_uint_eq(b->host.ncommands, 1);
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, item 4 */
START_TEST(test_each_midaw_is_read_once)
{
	struct bench *b = midal_bench();
	unsigned int before;

	many_areas(b, 33);
	before = guest_calls(b->guest, GUEST_READ);
	guest_mutate(b->guest, true);
	bench_accept(b, formats[0], PROGRAM);
	guest_mutate(b->guest, false);
	/* the CCW, the page with the MIDAWs, and what the 33 bytes were */
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_READ) - before, 1 + 1 + 33);
	bench_free(b);
}
END_TEST

START_TEST(test_every_failed_read_pin_and_allocation_leaves_nothing)
{
	unsigned int kinds =
		1 << GUEST_READ | 1 << GUEST_PIN | 1 << GUEST_ALLOC | 1 << GUEST_ZALLOC;
	struct bench *b = midal_bench();
	unsigned int nth = 0;
	int r;

	do {
		three_areas(b, formats[0], 0x02);
		guest_fail(b->guest, kinds, ++nth, -ENOMEM);
		r = bench_translate(b, formats[0], PROGRAM);
		ck_assert_int_eq(r, guest_has_failed(b->guest) ? -ENOMEM : 0);
		cp_release(b->cp);
		ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
		b->cp = cp_free(b->cp);
		ck_assert_uint_eq(guest_allocations(b->guest), 0);
		ck_assert_uint_eq(guest_zallocations(b->guest), 0);
		guest_fail(b->guest, 0, 0, 0);
		b->cp = cp_new(b->guest);
	} while (r);
	ck_assert_uint_gt(nth, 10);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-midal", test_areas_anywhere_are_stored_to, test_areas_anywhere_are_fetched,
	   test_areas_are_read_backward, test_areas_that_adjoin_are_pinned_like_one,
	   test_skipped_areas_are_not_stored_to, test_skip_flag_is_ignored_where_memory_is_fetched,
	   test_flag_without_the_bit_of_the_orb_is_unsupported,
	   test_flags_that_exclude_each_other_are_invalid,
	   test_every_reserved_bit_of_a_midaw_must_be_zero,
	   test_counts_are_together_that_of_the_ccw, test_area_ends_in_its_page,
	   test_list_is_on_a_quadword, test_list_of_256_is_taken_and_one_across_a_page_edge_refused,
	   test_list_and_areas_must_be_mapped,
	   test_area_at_the_top_of_the_address_space_does_not_wrap,
	   test_data_chain_of_midaws_and_others,
	   test_short_transfer_leaves_the_rest_and_tells_the_residual,
	   test_speculative_list_that_is_bad_is_a_program_check, test_each_midaw_is_read_once,
	   test_every_failed_read_pin_and_allocation_leaves_nothing)
