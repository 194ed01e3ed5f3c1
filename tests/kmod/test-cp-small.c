// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-small.c through cp.h: what the device sees of small data, what the client gets back.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

/* From here on stores into DATA are copied. */
static void know(struct bench *b)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, 1, DATA + i * CP_PAGE_SIZE);
		bench_run(b, FORMAT1, PROGRAM);
	}
	bench_fill(b, DATA, 0x8000);
}

static void accept_unpinned(struct bench *b)
{
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
}

START_TEST(test_device_gets_the_bytes_of_the_client)
{
	struct bench *b = bench_new();

	bench_fill(b, READ_ONLY, 4096);
	bench_ccw(b, FORMAT1, PROGRAM, 0x01, 0, CP_SMALL_BYTES_MAX, READ_ONLY + 7);
	accept_unpinned(b);
	bench_go(b);
	ck_assert_uint_eq(b->host.ngot, CP_SMALL_BYTES_MAX);
	ck_assert_uint_eq(b->host.got[100], bench_byte(READ_ONLY + 107));
	bench_free(b);
}
END_TEST

/* Limit: CP_SMALL_BYTES_MAX */
START_TEST(test_one_byte_more_is_pinned)
{
	struct bench *b = bench_new();

	know(b);
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, CP_SMALL_BYTES_MAX, DATA + 0x100);
	accept_unpinned(b);
	bench_go(b);
	bench_expect_sent(b, DATA + 0x100, CP_SMALL_BYTES_MAX, 0);
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, CP_SMALL_BYTES_MAX + 1, DATA + 0x1100);
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 1);
	bench_go(b);
	bench_expect_sent(b, DATA + 0x1100, CP_SMALL_BYTES_MAX + 1, 0);
	bench_free(b);
}
END_TEST

static void expect_around(struct bench *b, u32 from, u32 len)
{
	bench_expect_filled(b, DATA, from - DATA);
	bench_expect_filled(b, from + len, 0x8000 - (from + len - DATA));
}

START_TEST(test_short_block_leaves_the_rest_as_it_was)
{
	static const u32 lengths[] = { 0, 1, 7, 8, 9, 63, 64, 99, 100 };
	struct bench *b = bench_new();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		know(b);
		b->nanswers = 0;
		bench_answer(b, lengths[i], false, false);
		bench_ccw(b, FORMAT1, PROGRAM, 0x02, SLI, 100, DATA + 0xfe0);
		accept_unpinned(b);
		bench_go(b);
		if (lengths[i])
			bench_expect_sent(b, DATA + 0xfe0, lengths[i], 0);
		expect_around(b, DATA + 0xfe0, lengths[i]);
		b->nanswers = 0;
	}
	bench_free(b);
}
END_TEST

START_TEST(test_read_backward_fills_from_the_end)
{
	static const u32 lengths[] = { 0, 1, 8, 50, 100 };
	struct bench *b = bench_new();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		know(b);
		bench_answer(b, lengths[i], false, false);
		bench_ccw(b, FORMAT1, PROGRAM, 0x0c, SLI, 100, DATA + 0x1010);
		accept_unpinned(b);
		bench_go(b);
		if (lengths[i])
			bench_expect_sent_down(b, DATA + 0x1010, lengths[i], 0);
		expect_around(b, DATA + 0x1011 - lengths[i], lengths[i]);
		b->nanswers = 0;
	}
	bench_free(b);
}
END_TEST

/* What lies behind is not even written with what it was: the client may have changed it. */
START_TEST(test_only_what_was_stored_is_written_in_one_go)
{
	struct bench *b = bench_new();
	unsigned int writes;
	u8 same[8];

	know(b);
	/* a byte that the device sends as it was splits nothing */
	guest_get(b->guest, DATA, same, sizeof(same));
	same[3] = 3;
	guest_put(b->guest, DATA, same, sizeof(same));
	bench_answer(b, 8, false, false);
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, SLI, 64, DATA);
	accept_unpinned(b);
	bench_channel(b);
	guest_put(b->guest, DATA + 8, "later", 5);
	writes = guest_calls(b->guest, GUEST_WRITE);
	ck_assert_int_eq(cp_copy_back(b->cp), 0);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_WRITE) - writes, 1);
	cp_release(b->cp);
	bench_expect_sent(b, DATA, 8, 0);
	guest_get(b->guest, DATA + 8, same, 5);
	ck_assert_mem_eq(same, "later", 5);
	bench_free(b);
}
END_TEST

START_TEST(test_ccw_that_is_not_executed_changes_nothing)
{
	struct bench *b = bench_new();

	know(b);
	bench_answer(b, 4, false, false);
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, CC, 8, DATA); /* incorrect length ends it here */
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, 0, 8, DATA + 0x100);
	accept_unpinned(b);
	bench_go(b);
	ck_assert_uint_eq(b->host.ncommands, 1);
	expect_around(b, DATA, 4);
	bench_free(b);
}
END_TEST

/* A second pass of a loop stores into the same copy: the last one remains. */
START_TEST(test_ccws_with_the_same_area_share_a_copy)
{
	struct bench *b = bench_new();

	know(b);
	bench_answer(b, 8, false, false);
	bench_answer(b, 2, false, false);
	b->answers[1].pattern = 100;
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, CC, 8, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, SLI, 8, DATA);
	accept_unpinned(b);
	bench_go(b);
	bench_expect_sent(b, DATA, 2, 100);
	bench_expect_sent(b, DATA + 2, 6, 2);
	expect_around(b, DATA, 8);
	bench_free(b);
}
END_TEST

/* Limit: CP_SMALL_MAX */
START_TEST(test_64_areas_are_copied_and_the_65th_is_pinned)
{
	struct bench *b = bench_new();
	unsigned int i;

	know(b);
	for (i = 0; i <= CP_SMALL_MAX; i++)
		bench_ccw(b, FORMAT1, PROGRAM + 8 * i, 0x02, i < CP_SMALL_MAX ? CC : 0, 16,
			  DATA + 32 * i);
	bench_accept(b, FORMAT1, PROGRAM + 8);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
	bench_go(b);
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 1);
	bench_go(b);
	for (i = 0; i <= CP_SMALL_MAX; i++)
		bench_expect_sent(b, DATA + 32 * i, 16, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_unmap_of_copied_memory_touches_the_program)
{
	struct bench *b = bench_new();

	know(b);
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, 16, DATA + 0xff8);
	accept_unpinned(b);
	ck_assert(cp_touches(b->cp, DATA, 0x1000));
	ck_assert(cp_touches(b->cp, DATA + 0x1000, 0x1000));
	ck_assert(!cp_touches(b->cp, DATA + 0x2000, 0x1000));
	cp_release(b->cp);
	ck_assert(!cp_touches(b->cp, DATA, 0x1000));
	bench_free(b);
}
END_TEST

START_TEST(test_unmapped_memory_is_refused_before_the_start)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, PROGRAM, 0x01, 0, 8, NOWHERE);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM);
	bench_ccw(b, FORMAT1, PROGRAM, 0x31, CC, 5, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x01, 0, 8, NOWHERE);
	bench_answer(b, ~0u, false, true);
	bench_run(b, FORMAT1, PROGRAM); /* only a status modifier leads there */
	ck_assert_int_eq(b->host.end, CHANNEL_PROGRAM_CHECK);
	bench_free(b);
}
END_TEST

/* Nothing is allocated for a program like the one before. */
START_TEST(test_second_program_allocates_nothing)
{
	struct bench *b = bench_new();
	unsigned int allocs, zallocs;
	unsigned int i;

	know(b);
	for (i = 0; i < 2; i++) {
		allocs = guest_calls(b->guest, GUEST_ALLOC);
		zallocs = guest_calls(b->guest, GUEST_ZALLOC);
		bench_ccw(b, FORMAT1, PROGRAM, 0x01, CC, 16, DATA + 0x3000);
		bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, CC, 64, DATA);
		bench_ccw(b, FORMAT1, PROGRAM + 16, 0x02, 0, 4096, DATA + 0x1000);
		bench_run(b, FORMAT1, PROGRAM);
	}
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_ALLOC), allocs);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_ZALLOC), zallocs);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-small", test_device_gets_the_bytes_of_the_client, test_one_byte_more_is_pinned,
	   test_short_block_leaves_the_rest_as_it_was, test_read_backward_fills_from_the_end,
	   test_only_what_was_stored_is_written_in_one_go,
	   test_ccw_that_is_not_executed_changes_nothing, test_ccws_with_the_same_area_share_a_copy,
	   test_64_areas_are_copied_and_the_65th_is_pinned,
	   test_unmap_of_copied_memory_touches_the_program,
	   test_unmapped_memory_is_refused_before_the_start, test_second_program_allocates_nothing)
