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

	for (i = 0; i < 20; i++) {
		bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, 1, DATA + i * CP_PAGE_SIZE);
		bench_run(b, FORMAT1, PROGRAM);
	}
	bench_fill(b, DATA, 0x8000);
}

static void accept_pinned(struct bench *b, unsigned int npages)
{
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), npages);
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

/* CCWs of count bytes each from DATA on. */
static void chain(struct bench *b, unsigned int n, u8 cmd, u8 flags, u16 count)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		bench_ccw(b, FORMAT1, PROGRAM + 8 * i, cmd, flags | (i + 1 < n ? CC : 0), count,
			  DATA + i * count);
}

/* Limit: CP_SMALL_BYTES_MAX: of that length and less, data needs no buffer */
START_TEST(test_one_byte_more_takes_the_buffer)
{
	struct bench *b = bench_new();
	unsigned int allocs;

	know(b);
	allocs = guest_calls(b->guest, GUEST_ALLOC);
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, CP_SMALL_BYTES_MAX, DATA + 0x100);
	accept_unpinned(b);
	bench_go(b);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_ALLOC), allocs);
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, CP_SMALL_BYTES_MAX + 1, DATA + 0x1100);
	accept_unpinned(b);
	bench_go(b);
	bench_expect_sent(b, DATA + 0x1100, CP_SMALL_BYTES_MAX + 1, 0);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_ALLOC), allocs + 1);
	allocs = guest_allocations(b->guest);
	cp_trim(b->cp);
	ck_assert_uint_eq(guest_allocations(b->guest), allocs - 1);
	bench_free(b);
}
END_TEST

/* Limit: CP_BUFFER_BYTES: what has no room there together is all pinned, small data still is not */
START_TEST(test_64_kib_are_copied_and_more_is_pinned)
{
	struct bench *b = bench_new();

	know(b);
	chain(b, 16, 0x02, 0, CP_BUFFER_BYTES / 16);
	accept_unpinned(b);
	bench_go(b);
	bench_expect_sent(b, DATA + 0xf000, 4096, 0);
	bench_ccw(b, FORMAT1, PROGRAM + 15 * 8, 0x02, CC, 4096, DATA + 0xf000);
	bench_ccw(b, FORMAT1, PROGRAM + 16 * 8, 0x02, CC, CP_SMALL_BYTES_MAX, DATA + 0x11000);
	bench_ccw(b, FORMAT1, PROGRAM + 17 * 8, 0x02, 0, CP_SMALL_BYTES_MAX + 1, DATA + 0x12000);
	accept_pinned(b, 17);
	bench_go(b);
	bench_expect_sent(b, DATA + 0xf000, 4096, 0);
	bench_expect_sent(b, DATA + 0x11000, CP_SMALL_BYTES_MAX, 0);
	bench_expect_sent(b, DATA + 0x12000, CP_SMALL_BYTES_MAX + 1, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_areas_that_adjoin_move_in_one_call_each_way)
{
	struct bench *b = bench_new();
	unsigned int reads, writes, i;

	know(b);
	chain(b, 12, 0x02, 0, 4096);
	reads = guest_calls(b->guest, GUEST_READ);
	writes = guest_calls(b->guest, GUEST_WRITE);
	accept_unpinned(b);
	bench_go(b);
	/* one more for the CCWs */
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_READ) - reads, 2);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_WRITE) - writes, 1);
	for (i = 0; i < 12; i++)
		bench_expect_sent(b, DATA + i * 4096, 4096, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_short_blocks_that_adjoin_leave_the_gaps_as_they_were)
{
	static const u32 lengths[] = { 0, 1, 31, 32, 33, 512, 999, 1000 };
	struct bench *b = bench_new();
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		know(b);
		bench_answer(b, lengths[i], false, false);
		chain(b, 4, 0x02, SLI, 1000);
		accept_unpinned(b);
		bench_go(b);
		for (j = 0; j < 4; j++) {
			if (lengths[i])
				bench_expect_sent(b, DATA + j * 1000, lengths[i], 0);
			bench_expect_filled(b, DATA + j * 1000 + lengths[i], 1000 - lengths[i]);
		}
		b->nanswers = 0;
	}
	bench_free(b);
}
END_TEST

START_TEST(test_long_read_backward_fills_from_the_end)
{
	static const u32 lengths[] = { 1, 32, 33, 1999, 2000 };
	struct bench *b = bench_new();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		know(b);
		bench_answer(b, lengths[i], false, false);
		bench_ccw(b, FORMAT1, PROGRAM, 0x0c, SLI | CC, 2000, DATA + 0x1000);
		bench_ccw(b, FORMAT1, PROGRAM + 8, 0x0c, SLI, 2000, DATA + 0x1000 + 2000);
		accept_unpinned(b);
		bench_go(b);
		bench_expect_sent_down(b, DATA + 0x1000, lengths[i], 0);
		bench_expect_sent_down(b, DATA + 0x1000 + 2000, lengths[i], 0);
		bench_expect_filled(b, DATA, 0x1001 - 2000);
		bench_expect_filled(b, DATA + 0x1001 + 2000, 0x1000);
		bench_expect_filled(b, DATA + 0x1001 - 2000, 2000 - lengths[i]);
		bench_expect_filled(b, DATA + 0x1001, 2000 - lengths[i]);
		b->nanswers = 0;
	}
	bench_free(b);
}
END_TEST

/* The client may look at what was stored as soon as the interruption tells it to. */
START_TEST(test_program_controlled_interruption_pins_all)
{
	struct bench *b = bench_new();

	know(b);
	chain(b, 3, 0x02, 0, 4096);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, CC | PCI, 8, DATA + 0x1000);
	accept_pinned(b, 3);
	bench_go(b);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x03, PCI, 1, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, CC, 8, DATA + 0x1000);
	accept_pinned(b, 2);
	bench_go(b);
	bench_free(b);
}
END_TEST

START_TEST(test_without_the_buffer_it_is_pinned)
{
	static const unsigned int kinds[] = { GUEST_ALLOC, GUEST_ZALLOC };
	struct bench *b = bench_new();
	unsigned int i;

	know(b);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		cp_trim(b->cp);
		chain(b, 2, 0x02, 0, 4096);
		guest_fail(b->guest, 1u << kinds[i], 1, -ENOMEM);
		accept_pinned(b, 2);
		ck_assert(guest_has_failed(b->guest));
		guest_fail(b->guest, 0, 0, 0);
		bench_go(b);
		accept_pinned(b, 2); /* and is not asked for again */
		bench_go(b);
	}
	cp_trim(b->cp);
	accept_unpinned(b);
	bench_go(b);
	bench_expect_sent(b, DATA + 4096, 4096, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_ccw_at_fault_is_found_among_areas_that_adjoin)
{
	struct bench *b = bench_new();
	unsigned int i;

	for (i = 0; i < 6; i++) /* DATA has 64 pages */
		bench_ccw(b, FORMAT1, PROGRAM + 8 * i, 0x01, i < 5 ? CC : 0, 1024,
			  DATA + 0x3f000 + i * 1024);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM + 4 * 8);
	bench_free(b);
}
END_TEST

/* Only a status modifier leads to the one at fault; a second run names the same area. */
START_TEST(test_speculative_ccw_at_fault_leaves_the_areas_that_adjoin)
{
	struct bench *b = bench_new();

	bench_fill(b, DATA + 0x3f000, 4096);
	bench_ccw(b, FORMAT1, PROGRAM, 0x01, CC, 4096, DATA + 0x3f000);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 0x200);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x01, CC, 4096, DATA + 0x40000);
	bench_tic(b, FORMAT1, PROGRAM + 24, PROGRAM + 0x100);
	bench_ccw(b, FORMAT1, PROGRAM + 0x100, 0x01, 0, 4096, DATA + 0x40000);
	bench_ccw(b, FORMAT1, PROGRAM + 0x200, 0x03, 0, 1, DATA);
	bench_answer(b, ~0u, false, true);
	accept_unpinned(b);
	bench_go(b);
	ck_assert_int_eq(b->host.end, CHANNEL_PROGRAM_CHECK);
	ck_assert_uint_eq(b->host.got[5], bench_byte(DATA + 0x3f005));
	bench_free(b);
}
END_TEST

/* VFIO tells of an unmap only where something is pinned. */
START_TEST(test_program_that_may_not_end_pins_what_is_long)
{
	struct bench *b = bench_new();

	know(b);
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, CC, 4096, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM);
	accept_pinned(b, 1);
	cp_release(b->cp);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 8 * 8);
	bench_ccw(b, FORMAT1, PROGRAM + 8 * 8, 0x02, CC, 4096, DATA + 0x1000);
	bench_tic(b, FORMAT1, PROGRAM + 9 * 8, PROGRAM);
	accept_pinned(b, 2);
	cp_release(b->cp);
	bench_ccw(b, FORMAT1, PROGRAM + 9 * 8, 0x03, 0, 1, DATA);
	accept_unpinned(b);
	cp_release(b->cp);
	bench_free(b);
}
END_TEST

START_TEST(test_one_area_that_cannot_be_written_back_keeps_none_of_the_others)
{
	const u32 end = DATA + 0x40000; /* of the mapping; another one adjoins */
	struct bench *b = bench_new();
	unsigned int i;

	guest_map(b->guest, end, 1, true);
	for (i = 0; i < 2; i++) {
		bench_fill(b, end - 0x1000, 0x2000);
		bench_ccw(b, FORMAT1, PROGRAM, 0x02, CC, 4096, end - 4096);
		bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, 0, 4096, end);
		bench_accept(b, FORMAT1, PROGRAM);
		bench_channel(b);
		guest_set_writable(b->guest, end, i == 0);
		ck_assert_int_eq(cp_copy_back(b->cp) < 0, i == 1);
		cp_release(b->cp);
	}
	bench_expect_sent(b, end - 4096, 4096, 0);
	bench_expect_filled(b, end, 4096);
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

CHECK_MAIN("cp-small", test_device_gets_the_bytes_of_the_client,
	   test_one_byte_more_takes_the_buffer, test_short_block_leaves_the_rest_as_it_was,
	   test_read_backward_fills_from_the_end, test_only_what_was_stored_is_written_in_one_go,
	   test_ccw_that_is_not_executed_changes_nothing, test_ccws_with_the_same_area_share_a_copy,
	   test_64_areas_are_copied_and_the_65th_is_pinned,
	   test_unmap_of_copied_memory_touches_the_program,
	   test_unmapped_memory_is_refused_before_the_start,
	   test_64_kib_are_copied_and_more_is_pinned,
	   test_areas_that_adjoin_move_in_one_call_each_way,
	   test_short_blocks_that_adjoin_leave_the_gaps_as_they_were,
	   test_long_read_backward_fills_from_the_end,
	   test_program_controlled_interruption_pins_all, test_without_the_buffer_it_is_pinned,
	   test_ccw_at_fault_is_found_among_areas_that_adjoin,
	   test_speculative_ccw_at_fault_leaves_the_areas_that_adjoin,
	   test_one_area_that_cannot_be_written_back_keeps_none_of_the_others,
	   test_program_that_may_not_end_pins_what_is_long, test_second_program_allocates_nothing)
