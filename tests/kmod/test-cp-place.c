// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-place.c through cp.h: when the host CCW designates the page itself, when a list.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

#define BIG 0x800000u /* more pages than the made-up host has below 2 GiB */

/* Flags of the first host CCW, once it has run well. */
static u8 flags_of(struct bench *b, u8 cmd, u16 count, u32 addr)
{
	u8 flags;

	bench_ccw(b, FORMAT1, PROGRAM, cmd, PCI, count, addr); /* nothing is copied */
	bench_accept(b, FORMAT1, PROGRAM);
	flags = guest_host_own(b->guest, cp_host_cpa(b->cp))[1];
	bench_go(b);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	return flags & ~PCI;
}

START_TEST(test_one_page_below_2_gib_needs_no_list)
{
	struct bench *b = bench_new();

	ck_assert_uint_eq(flags_of(b, 0x02, 4096, DATA), 0);
	bench_expect_sent(b, DATA, 4096, 0);
	ck_assert_uint_eq(flags_of(b, 0x02, 1000, DATA + 3096), 0);
	bench_expect_sent(b, DATA + 3096, 1000, 0);
	ck_assert_uint_eq(flags_of(b, 0x0c, 1000, DATA + 0x1fff), 0);
	bench_expect_sent_down(b, DATA + 0x1fff, 1000, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_two_pages_need_a_list)
{
	struct bench *b = bench_new();

	ck_assert_uint_eq(flags_of(b, 0x02, 1000, DATA + 3097), IDA);
	bench_expect_sent(b, DATA + 3097, 1000, 0);
	ck_assert_uint_eq(flags_of(b, 0x0c, 1000, DATA + 0x1000), IDA);
	bench_expect_sent_down(b, DATA + 0x1000, 1000, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_page_above_2_gib_needs_a_list)
{
	struct bench *b = bench_new();

	guest_map(b->guest, BIG, 2500, true);
	ck_assert_uint_eq(flags_of(b, 0x02, 4096, BIG), 0);
	ck_assert_uint_eq(flags_of(b, 0x02, 4096, BIG + 2400 * 4096), IDA);
	bench_expect_sent(b, BIG + 2400 * 4096, 4096, 0);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-place", test_one_page_below_2_gib_needs_no_list, test_two_pages_need_a_list,
	   test_page_above_2_gib_needs_a_list)
