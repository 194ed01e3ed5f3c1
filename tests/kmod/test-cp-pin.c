// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-pin.c through cp.h: what is pinned and how, protection, edges of mappings, limits.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

#define LIST (PROGRAM + 0x4000)
#define ORB5 (FORMAT1 | IDAW2_4K)
#define ROWS 0x600000u /* memory for long programs, mapped where used */
#define LONG 600       /* bytes: too many to be copied beside the program */

static void one(struct bench *b, u8 cmd, u8 flags, u16 count, u32 addr)
{
	bench_ccw(b, ORB5, PROGRAM, cmd, flags, count, addr);
}

static unsigned int pins_of(struct bench *b)
{
	unsigned int before = guest_calls(b->guest, GUEST_PIN);

	bench_accept(b, ORB5, PROGRAM);
	return guest_calls(b->guest, GUEST_PIN) - before;
}

START_TEST(test_contiguous_pages_are_pinned_in_one_call)
{
	struct bench *b = bench_new();

	one(b, 0x02, 0, 65535, DATA + 4095);
	ck_assert_uint_eq(pins_of(b), 1);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), CP_CCW_PAGES_MAX);
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, item 20 */
START_TEST(test_scattered_pages_are_pinned_one_by_one)
{
	struct bench *b = bench_new();

	bench_idaw(b, ORB5, LIST, 0, DATA + 0x5000);
	bench_idaw(b, ORB5, LIST, 1, DATA + 0x3000);
	bench_idaw(b, ORB5, LIST, 2, DATA + 0x4000);
	one(b, 0x02, IDA, 3 * 4096, LIST);
	ck_assert_uint_eq(pins_of(b), 2);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 3);
	bench_free(b);
}
END_TEST

START_TEST(test_commands_that_read_memory_pin_for_fetch_only)
{
	static const u8 cmds[] = { 0x01, 0x05, 0x07, 0x47, 0x63 };
	struct bench *b = bench_new();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		one(b, cmds[i], PCI, LONG, READ_ONLY);
		bench_accept(b, ORB5, PROGRAM);
		ck_assert(guest_is_pinned(b->guest, READ_ONLY, false));
		ck_assert(!guest_is_pinned(b->guest, READ_ONLY, true));
		bench_go(b);
		ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
		ck_assert_uint_eq(b->host.ngot, LONG);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_commands_that_store_into_read_only_memory_are_refused)
{
	static const u8 cmds[] = { 0x02, 0x06, 0x04, 0x14, 0x0c };
	struct bench *b = bench_new();
	unsigned int i;

	bench_idaw(b, ORB5, LIST, 0, DATA);
	bench_idaw(b, ORB5, LIST, 1, READ_ONLY);
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		one(b, cmds[i], 0, 16, READ_ONLY + 100);
		bench_refuse(b, ORB5, PROGRAM, CCWBROKER_REFUSED_DATA_PROTECTED, PROGRAM);
		one(b, cmds[i], IDA, 4097, LIST);
		if (cmds[i] != 0x0c)
			bench_refuse(b, ORB5, PROGRAM, CCWBROKER_REFUSED_DATA_PROTECTED, PROGRAM);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_data_chain_takes_the_direction_of_its_first_ccw)
{
	struct bench *b = bench_new();

	/* the second CCW by itself would be a write */
	one(b, 0x02, CD, 16, DATA);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x01, 0, 16, READ_ONLY);
	bench_refuse(b, ORB5, PROGRAM, CCWBROKER_REFUSED_DATA_PROTECTED, PROGRAM + 8);
	/* and here a read */
	one(b, 0x01, CD, 16, DATA);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, 0, 16, READ_ONLY);
	bench_answer(b, 32, false, false);
	bench_run(b, ORB5, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_free(b);
}
END_TEST

START_TEST(test_data_may_touch_the_edge_of_a_mapping_but_not_cross_it)
{
	struct bench *b = bench_new();
	u32 end = DATA + 64 * CP_PAGE_SIZE;

	one(b, 0x02, 0, 8, end - 8);
	bench_run(b, ORB5, PROGRAM);
	bench_expect_sent(b, end - 8, 8, 0);
	one(b, 0x02, 0, 9, end - 8);
	bench_refuse(b, ORB5, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM);
	one(b, 0x01, 0, 9, end - 8);
	bench_refuse(b, ORB5, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM);
	one(b, 0x0c, 0, 8, DATA + 7);
	bench_run(b, ORB5, PROGRAM);
	one(b, 0x0c, 0, 9, DATA + 7);
	bench_refuse(b, ORB5, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_unmapped_data_is_refused)
{
	struct bench *b = bench_new();

	one(b, 0x02, 0, 1, NOWHERE);
	bench_refuse(b, ORB5, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM);
	bench_idaw(b, ORB5, LIST, 0, DATA);
	bench_idaw(b, ORB5, LIST, 1, 0xfffffffffffff000ull);
	one(b, 0x01, IDA, 4097, LIST);
	bench_refuse(b, ORB5, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_refusal_unpins_what_came_before)
{
	struct bench *b = bench_new();

	one(b, 0x02, CC, 65535, DATA);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x01, CC, 65535, DATA);
	bench_ccw(b, ORB5, PROGRAM + 16, 0x02, 0, 1, NOWHERE);
	bench_refuse(b, ORB5, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM + 16);
	bench_free(b);
}
END_TEST

START_TEST(test_page_is_pinned_once_for_each_kind_of_use)
{
	struct bench *b = bench_new();

	one(b, 0x01, CC, 16, DATA);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, CC, 16, DATA + 100);
	bench_ccw(b, ORB5, PROGRAM + 16, 0x02, 0, 16, DATA);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 2);
	bench_free(b);
}
END_TEST

/* The memory of the device's own program: read into a buffer and write from it. */
START_TEST(test_what_one_ccw_stores_the_next_one_fetches)
{
	struct bench *b = bench_new();

	bench_fill(b, DATA, 4096);
	one(b, 0x02, CC, 100, DATA + 50);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x01, 0, 100, DATA + 50);
	bench_run(b, ORB5, PROGRAM);
	ck_assert_uint_eq(b->host.ngot, 100);
	ck_assert_uint_eq(b->host.got[99], 99);
	bench_free(b);
}
END_TEST

/* ncopies CCWs of 16 pages and one of bytes more, in rows of 255 joined by TIC. */
static void many_pages(struct bench *b, unsigned int n, u16 more)
{
	u32 at = ROWS;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (i % 255 == 0 && i > 0) {
			bench_tic(b, ORB5, at, at + 0x800);
			at += 0x800;
		}
		bench_ccw(b, ORB5, at, i % 2 ? 0x01 : 0x02, i + 1 < n || more ? CC : 0, 65535,
			  DATA);
		at += 8;
	}
	if (more)
		bench_ccw(b, ORB5, at, 0x02, 0, more, DATA);
}

/* Limit: CP_DATA_PAGES_MAX */
START_TEST(test_8192_pages_are_taken_and_8193_refused)
{
	struct bench *b = bench_new();

	guest_map(b->guest, ROWS, 8, true);
	many_pages(b, CP_DATA_PAGES_MAX / 16, 0);
	bench_accept(b, ORB5, ROWS);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), CP_DATA_PAGES_MAX);
	cp_release(b->cp);
	many_pages(b, CP_DATA_PAGES_MAX / 16, 1);
	bench_refuse(b, ORB5, ROWS, CCWBROKER_REFUSED_DATA_SIZE, ANY_CCW);
	ck_assert_uint_ne(b->refusal.ccw, NO_CCW);
	bench_free(b);
}
END_TEST

START_TEST(test_speculative_data_over_the_limit_is_cut_off)
{
	struct bench *b = bench_new();
	u32 at = PROGRAM + 8;

	guest_map(b->guest, ROWS, 8, true);
	one(b, 0x31, CC, 8, DATA);
	bench_tic(b, ORB5, at, ROWS);
	bench_ccw(b, ORB5, at + 8, 0x02, 0, 8192, DATA);
	many_pages(b, CP_DATA_PAGES_MAX / 16 - 1, 12 * 4096);
	bench_answer(b, ~0u, false, true);
	/* 1 + 8176 + 12 pages, and 2 that find room */
	bench_run(b, ORB5, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	many_pages(b, CP_DATA_PAGES_MAX / 16 - 1, 14 * 4096);
	/* 1 + 8176 + 14, and 2 that do not */
	bench_run(b, ORB5, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_PROGRAM_CHECK);
	bench_free(b);
}
END_TEST

START_TEST(test_speculative_data_that_fails_midway_is_unpinned_at_once)
{
	struct bench *b = bench_new();

	bench_idaw(b, ORB5, LIST, 0, DATA + 0x5000);
	bench_idaw(b, ORB5, LIST, 1, DATA + 0x3000);
	bench_idaw(b, ORB5, LIST, 2, NOWHERE);
	one(b, 0x31, CC, 5, DATA);
	bench_tic(b, ORB5, PROGRAM + 8, PROGRAM);
	bench_ccw(b, ORB5, PROGRAM + 16, 0x02, IDA, 3 * 4096, LIST);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
	bench_free(b);
}
END_TEST

START_TEST(test_errors_of_the_port_become_reasons)
{
	static const struct {
		int error;
		u32 reason;
	} cases[] = {
		{ -ENOMEM, CCWBROKER_REFUSED_RESOURCES },
		{ -EINTR, CCWBROKER_REFUSED_RESOURCES },
		{ -EPERM, CCWBROKER_REFUSED_DATA_PROTECTED },
		{ -EINVAL, CCWBROKER_REFUSED_DATA_UNMAPPED },
		{ -ENOENT, CCWBROKER_REFUSED_DATA_UNMAPPED },
		{ -EFAULT, CCWBROKER_REFUSED_DATA_UNMAPPED },
	};
	struct bench *b = bench_new();
	unsigned int i;
	u32 reason;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		reason = cases[i].reason;
		one(b, 0x02, PCI, LONG, DATA);
		guest_fail(b->guest, 1 << GUEST_PIN, 1, cases[i].error);
		bench_refuse(b, ORB5, PROGRAM, reason, ANY_CCW);
		/* memory that the client has not made readable is as good as none */
		if (reason == CCWBROKER_REFUSED_DATA_PROTECTED)
			reason = CCWBROKER_REFUSED_DATA_UNMAPPED;
		one(b, 0x01, PCI, LONG, DATA);
		guest_fail(b->guest, 1 << GUEST_PIN, 1, cases[i].error);
		bench_refuse(b, ORB5, PROGRAM, reason, ANY_CCW);
	}
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-pin", test_speculative_data_that_fails_midway_is_unpinned_at_once,
	   test_contiguous_pages_are_pinned_in_one_call, test_scattered_pages_are_pinned_one_by_one,
	   test_commands_that_read_memory_pin_for_fetch_only,
	   test_commands_that_store_into_read_only_memory_are_refused,
	   test_data_chain_takes_the_direction_of_its_first_ccw,
	   test_data_may_touch_the_edge_of_a_mapping_but_not_cross_it,
	   test_unmapped_data_is_refused, test_refusal_unpins_what_came_before,
	   test_page_is_pinned_once_for_each_kind_of_use,
	   test_what_one_ccw_stores_the_next_one_fetches,
	   test_8192_pages_are_taken_and_8193_refused,
	   test_speculative_data_over_the_limit_is_cut_off, test_errors_of_the_port_become_reasons)
