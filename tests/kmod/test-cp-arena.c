// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-arena.c through cp.h: how much host memory programs take, at most and in between.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

#define ORB5	   (FORMAT1 | IDAW2_4K)
#define ROWS	   0x600000u
#define IDLE_PAGES 2 /* the dummy page and the first chunk */

static u32 row(unsigned int i)
{
	return ROWS + i * 0x1000;
}

/*
 * The largest program: 16 runs of 256 CCWs and 8,192 IDAWs in as many lists of 17 as can be.
 */
static void largest(struct bench *b)
{
	unsigned int pages = CP_DATA_PAGES_MAX, i, j;
	u16 count;

	guest_map(b->guest, ROWS, CP_RUNS_MAX, true);
	for (i = 0; i < CP_RUNS_MAX; i++) {
		for (j = 0; j < CP_RUN_CCWS_MAX - 1; j++) {
			count = pages >= CP_CCW_PAGES_MAX ? 65535 : pages ? 1 : 0;
			/* alternating, as what is done alike to the same pages is pinned once */
			bench_ccw(b, ORB5, row(i) + 8 * j, j % 2 ? 0x01 : 0x02, CC, count,
				  DATA + 4095);
			pages -= count == 65535 ? CP_CCW_PAGES_MAX : count;
		}
		bench_tic(b, ORB5, row(i) + 8 * j, row(i + 1));
	}
	bench_ccw(b, ORB5, row(CP_RUNS_MAX - 1) + 8 * j, 0x03, 0, 0, 0);
}

START_TEST(test_largest_program_finds_room)
{
	struct bench *b = bench_new();

	largest(b);
	bench_accept(b, ORB5, ROWS);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), CP_DATA_PAGES_MAX);
	ck_assert_uint_gt(guest_allocations(b->guest), CP_ARENA_CHUNKS_KEPT + 1);
	ck_assert_uint_le(guest_allocations(b->guest), CP_ARENA_CHUNKS_MAX + 1);
	bench_free(b);
}
END_TEST

START_TEST(test_little_is_kept_after_a_large_program)
{
	struct bench *b = bench_new();
	unsigned int idle = guest_zallocations(b->guest);

	largest(b);
	bench_accept(b, ORB5, ROWS);
	ck_assert_uint_ge(guest_zallocations(b->guest), idle + CP_RUNS_MAX);
	cp_release(b->cp);
	ck_assert_uint_le(guest_allocations(b->guest), CP_ARENA_CHUNKS_KEPT + 1 + 1);
	ck_assert_uint_le(guest_zallocations(b->guest),
			  idle + CP_RUNS_KEPT + CP_FETCH_PAGES_KEPT + CP_PINS_STEPS_KEPT + 1);
	bench_free(b);
}
END_TEST

START_TEST(test_small_program_needs_no_allocation_the_second_time)
{
	struct bench *b = bench_new();
	unsigned int allocs, zallocs;

	bench_ccw(b, ORB5, PROGRAM, 0x31, CC, 5, DATA);
	bench_tic(b, ORB5, PROGRAM + 8, PROGRAM);
	bench_ccw(b, ORB5, PROGRAM + 16, 0x06, 0, 65535, DATA);
	bench_run(b, ORB5, PROGRAM); /* from here on its data is copied */
	bench_accept(b, ORB5, PROGRAM);
	cp_release(b->cp);
	allocs = guest_calls(b->guest, GUEST_ALLOC);
	zallocs = guest_calls(b->guest, GUEST_ZALLOC);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_ALLOC), allocs);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_ZALLOC), zallocs);
	bench_free(b);
}
END_TEST

START_TEST(test_idle_translator_holds_two_pages)
{
	struct bench *b = bench_new();

	ck_assert_uint_eq(guest_allocations(b->guest), IDLE_PAGES);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-arena", test_largest_program_finds_room, test_little_is_kept_after_a_large_program,
	   test_small_program_needs_no_allocation_the_second_time,
	   test_idle_translator_holds_two_pages)
