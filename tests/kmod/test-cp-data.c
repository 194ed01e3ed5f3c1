// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-data.c through cp.h: which CCWs share a pin, and who is at fault when one fails.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

#define BIG 0x800000u /* pages for large groups, mapped where used */

static unsigned int pins_of(struct bench *b)
{
	unsigned int before = guest_calls(b->guest, GUEST_PIN);

	bench_accept(b, FORMAT1, PROGRAM);
	return guest_calls(b->guest, GUEST_PIN) - before;
}

static void reads(struct bench *b, unsigned int n, u16 count, u32 addr)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		bench_ccw(b, FORMAT1, PROGRAM + 8 * i, 0x02, i + 1 < n ? CC : 0, count,
			  addr + i * count);
}

START_TEST(test_64_ccws_of_neighbouring_pages_are_one_pin)
{
	struct bench *b = bench_new();
	unsigned int i;

	reads(b, 64, 4096, DATA);
	ck_assert_uint_eq(pins_of(b), 1);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 64);
	bench_go(b);
	for (i = 0; i < 64; i++)
		bench_expect_sent(b, DATA + i * 4096, 4096, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_areas_that_share_a_page_share_it_in_the_pin)
{
	struct bench *b = bench_new();

	reads(b, 4, 3000, DATA + 100);
	ck_assert_uint_eq(pins_of(b), 1);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 3);
	bench_go(b);
	bench_expect_sent(b, DATA + 100 + 9000, 3000, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_gap_or_other_use_ends_a_group)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, PROGRAM, 0x02, CC, 4096, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, CC, 4096, DATA + 0x2000);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x01, CC | PCI, 4096, DATA + 0x3000);
	bench_ccw(b, FORMAT1, PROGRAM + 24, 0x02, CC, 4096, DATA + 0x4000);
	bench_ccw(b, FORMAT1, PROGRAM + 32, 0x02, 0, 4096, DATA + 0x1000);
	ck_assert_uint_eq(pins_of(b), 5);
	bench_free(b);
}
END_TEST

/* Limit: CP_PIN_PAGES_MAX */
START_TEST(test_512_pages_are_one_pin_and_513_are_two)
{
	struct bench *b = bench_new();
	unsigned int i;

	guest_map(b->guest, BIG, CP_PIN_PAGES_MAX + 8, true);
	for (i = 0; i < 64; i++)
		bench_ccw(b, FORMAT1, PROGRAM + 8 * i, 0x02, i < 63 ? CC : 0, 32768,
			  BIG + i * 32768);
	ck_assert_uint_eq(pins_of(b), 1);
	cp_release(b->cp);
	bench_ccw(b, FORMAT1, PROGRAM + 8 * 63, 0x02, CC, 32768, BIG + 63 * 32768);
	bench_ccw(b, FORMAT1, PROGRAM + 8 * 64, 0x02, 0, 4096, BIG + 64 * 32768);
	ck_assert_uint_eq(pins_of(b), 2);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), CP_PIN_PAGES_MAX + 1);
	bench_go(b);
	bench_expect_sent(b, BIG + 63 * 32768, 32768, 0);
	bench_expect_sent(b, BIG + 64 * 32768, 4096, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_ccw_at_fault_is_found_in_a_group)
{
	struct bench *b = bench_new();

	/* DATA has 64 pages, then there is nothing */
	reads(b, 6, 4096, DATA + 60 * 4096);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM + 4 * 8);
	guest_map(b->guest, DATA + 64 * 4096, 2, false);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_DATA_PROTECTED, PROGRAM + 4 * 8);
	bench_free(b);
}
END_TEST

START_TEST(test_speculative_ccw_at_fault_leaves_the_others_of_its_group)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, PROGRAM, 0x02, CC, 4096, DATA + 63 * 4096);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x02, CC, 4096, DATA + 64 * 4096);
	bench_ccw(b, FORMAT1, PROGRAM + 24, 0x02, 0, 4096, DATA);
	bench_answer(b, ~0u, false, false);
	bench_answer(b, ~0u, false, true);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_PROGRAM_CHECK);
	ck_assert_uint_eq(b->host.ncommands, 2);
	bench_expect_sent(b, DATA + 63 * 4096, 4096, 0);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-data", test_64_ccws_of_neighbouring_pages_are_one_pin,
	   test_areas_that_share_a_page_share_it_in_the_pin, test_gap_or_other_use_ends_a_group,
	   test_512_pages_are_one_pin_and_513_are_two, test_ccw_at_fault_is_found_in_a_group,
	   test_speculative_ccw_at_fault_leaves_the_others_of_its_group)
