// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-overlap.c through cp.h: which overlaps keep small data from being copied, and that
 * the device finds one memory in any case.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

#define LIST (PROGRAM + 0x4000)
#define ORB5 (FORMAT1 | IDAW2_4K)

/* Two CCWs; how many pages are pinned for them. */
static unsigned int pages_of(struct bench *b, u8 cmd1, u16 count1, u32 addr1, u8 cmd2, u16 count2,
			     u32 addr2)
{
	unsigned int n;

	bench_ccw(b, ORB5, PROGRAM, cmd1, CC, count1, addr1);
	bench_ccw(b, ORB5, PROGRAM + 8, cmd2, 0, count2, addr2);
	bench_accept(b, ORB5, PROGRAM);
	n = guest_pinned_pages(b->guest);
	bench_go(b);
	return n;
}

/* From here on stores into DATA are copied. */
static struct bench *bench_knowing(void)
{
	struct bench *b = bench_new();

	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA, 0x02, 8, DATA + 0x1000), 2);
	return b;
}

START_TEST(test_areas_apart_are_copied)
{
	struct bench *b = bench_knowing();

	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA, 0x02, 8, DATA + 8), 0);
	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA + 8, 0x02, 8, DATA), 0);
	ck_assert_uint_eq(pages_of(b, 0x01, 8, DATA, 0x02, 8, DATA + 8), 0);
	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA + 8, 0x01, 8, DATA), 0);
	/* between two others */
	bench_ccw(b, ORB5, PROGRAM, 0x02, CC, 8, DATA);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, CC, 8, DATA + 16);
	bench_ccw(b, ORB5, PROGRAM + 16, 0x02, 0, 8, DATA + 8);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
	bench_go(b);
	bench_free(b);
}
END_TEST

START_TEST(test_memory_that_is_only_fetched_may_overlap)
{
	struct bench *b = bench_knowing();

	ck_assert_uint_eq(pages_of(b, 0x01, 8, DATA, 0x01, 8, DATA + 4), 0);
	ck_assert_uint_eq(pages_of(b, 0x01, 8, DATA, 0x01, 1000, DATA), 0);
	bench_free(b);
}
END_TEST

START_TEST(test_one_shared_byte_pins_all)
{
	struct bench *b = bench_knowing();

	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA, 0x02, 8, DATA + 7), 1);
	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA + 7, 0x02, 8, DATA), 1);
	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA, 0x01, 8, DATA + 7), 2);
	ck_assert_uint_eq(pages_of(b, 0x01, 8, DATA + 7, 0x02, 8, DATA), 2);
	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA, 0x02, 9, DATA), 1);
	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA, 0x0c, 8, DATA + 7), 1);
	bench_free(b);
}
END_TEST

START_TEST(test_overlap_with_what_is_pinned_anyway_pins_all)
{
	struct bench *b = bench_knowing();

	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA, 0x02, 4096, DATA), 1);
	bench_expect_sent(b, DATA, 4096, 0);
	ck_assert_uint_eq(pages_of(b, 0x02, 4096, DATA, 0x02, 8, DATA + 4088), 1);
	ck_assert_uint_eq(pages_of(b, 0x02, 4096, DATA, 0x01, 8, DATA + 4088), 2);
	ck_assert_uint_eq(pages_of(b, 0x01, 8, DATA, 0x02, 4096, DATA), 2);
	bench_free(b);
}
END_TEST

/* Data in several pieces is pinned as soon as it is met, before and after the small area. */
START_TEST(test_overlap_with_scattered_data_pins_all)
{
	struct bench *b = bench_knowing();

	bench_idaw(b, ORB5, LIST, 0, DATA + 0x1000);
	bench_idaw(b, ORB5, LIST, 1, DATA);
	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA + 8, 0x02, 8, DATA + 0x1000), 0);
	bench_ccw(b, ORB5, PROGRAM, 0x02, CC | IDA, 8192, LIST);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, 0, 8, DATA + 8);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 3);
	bench_go(b);
	bench_expect_sent(b, DATA + 8, 8, 0);
	bench_ccw(b, ORB5, PROGRAM, 0x02, CC, 8, DATA + 8);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, IDA, 8192, LIST);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 3);
	bench_go(b);
	bench_expect_sent(b, DATA, 4096, 4096);
	bench_free(b);
}
END_TEST

/* Read Count, Search with what was read: the device must meet what it stored. */
START_TEST(test_what_was_stored_is_fetched_again)
{
	struct bench *b = bench_knowing();

	ck_assert_uint_eq(pages_of(b, 0x02, 8, DATA, 0x31, 5, DATA), 2);
	ck_assert_uint_eq(b->host.got[4], 4);
	ck_assert_uint_eq(pages_of(b, 0x02, 5, DATA + 0x1000, 0x31, 5, DATA + 0x1000), 2);
	ck_assert_uint_eq(b->host.got[4], 4);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-overlap", test_areas_apart_are_copied, test_memory_that_is_only_fetched_may_overlap,
	   test_one_shared_byte_pins_all, test_overlap_with_what_is_pinned_anyway_pins_all,
	   test_overlap_with_scattered_data_pins_all, test_what_was_stored_is_fetched_again)
