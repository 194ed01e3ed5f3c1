// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-memory.c through cp.h: what programs make of registered memory.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

#define ORB5 (FORMAT1 | IDAW2_4K)
#define LIST (PROGRAM + 0x4000)
#define PAGE ((u64)CP_PAGE_SIZE)
#define LONG 600 /* bytes */

static unsigned int calls(struct bench *b, enum guest_call call)
{
	return guest_calls(b->guest, call);
}

static void put(struct bench *b, u64 iova, unsigned int npages, bool store)
{
	ck_assert_int_eq(cp_memory_register(b->cp, iova, npages * PAGE, store), 0);
}

static void end(struct bench *b)
{
	cp_release(b->cp);
	(void)cp_memory_drop(b->cp, 0, ~(u64)0);
	ck_assert_uint_eq(cp_memory_pages(b->cp), 0);
	bench_free(b);
}

static void one(struct bench *b, u8 cmd, u8 flags, u16 count, u32 addr)
{
	bench_ccw(b, ORB5, PROGRAM, cmd, flags, count, addr);
}

static void chain(struct bench *b, u8 cmd, unsigned int n, u16 count)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		bench_ccw(b, ORB5, PROGRAM + 8 * i, cmd, i + 1 < n ? CC : 0, count,
			  DATA + i * CP_PAGE_SIZE);
}

START_TEST(test_programs_use_it_without_a_pin_or_an_allocation)
{
	struct bench *b = bench_new();
	unsigned int pins, space, i;

	put(b, DATA, 64, true);
	chain(b, 0x02, 64, 4096);
	bench_accept(b, ORB5, PROGRAM);
	cp_release(b->cp);
	pins = calls(b, GUEST_PIN);
	space = calls(b, GUEST_ZALLOC) + calls(b, GUEST_ALLOC);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(cp_pinned_pages(b->cp), 0);
	bench_channel(b);
	ck_assert(!cp_has_copies(b->cp));
	cp_release(b->cp);
	ck_assert_uint_eq(calls(b, GUEST_PIN), pins);
	ck_assert_uint_eq(calls(b, GUEST_ZALLOC) + calls(b, GUEST_ALLOC), space);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 64);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	for (i = 0; i < 64; i++)
		bench_expect_sent(b, DATA + i * CP_PAGE_SIZE, 4096, 0);
	end(b);
}
END_TEST

/* Small data is not copied either: there is nothing that a copy would save. */
START_TEST(test_small_data_in_it_is_not_copied)
{
	struct bench *b = bench_new();

	bench_fill(b, DATA, 2 * CP_PAGE_SIZE);
	put(b, DATA, 2, true);
	one(b, 0x01, CC, 16, DATA + 4090);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, 0, 16, DATA + 5000);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(calls(b, GUEST_PIN), 1);
	bench_channel(b);
	ck_assert_uint_eq(b->host.ngot, 16);
	ck_assert_uint_eq(b->host.got[7], bench_byte(DATA + 4097));
	bench_expect_sent(b, DATA + 5000, 16, 0); /* at once: nothing is to be copied back */
	end(b);
}
END_TEST

START_TEST(test_read_backward_and_lists_use_it)
{
	struct bench *b = bench_new();
	unsigned int pins;

	put(b, DATA, 8, true);
	pins = calls(b, GUEST_PIN);
	bench_answer(b, 6000, false, false);
	one(b, 0x0c, 0, 6000, DATA + 7000);
	bench_accept(b, ORB5, PROGRAM);
	bench_channel(b);
	cp_release(b->cp);
	bench_expect_sent_down(b, DATA + 7000, 6000, 0);
	bench_idaw(b, ORB5, LIST, 0, DATA + 5 * PAGE);
	bench_idaw(b, ORB5, LIST, 1, DATA + 3 * PAGE);
	one(b, 0x02, IDA, 6000, LIST);
	bench_accept(b, ORB5, PROGRAM);
	bench_channel(b);
	cp_release(b->cp);
	bench_expect_sent(b, DATA + 5 * PAGE, 4096, 0);
	bench_expect_sent(b, DATA + 3 * PAGE, 1904, 4096);
	ck_assert_uint_eq(calls(b, GUEST_PIN), pins);
	end(b);
}
END_TEST

/* Also where the client changes them meanwhile: each byte is read once. */
START_TEST(test_programs_and_lists_in_it_are_read_without_the_port)
{
	struct bench *b = bench_new();
	unsigned int reads;

	bench_idaw(b, ORB5, LIST, 0, DATA + 5 * PAGE);
	bench_idaw(b, ORB5, LIST, 1, DATA + 3 * PAGE);
	chain(b, 0x02, 100, 1);
	bench_ccw(b, ORB5, PROGRAM + 800, 0x02, IDA, 6000, LIST);
	bench_ccw(b, ORB5, PROGRAM + 99 * 8, 0x02, CC, 1, DATA);
	put(b, PROGRAM, 8, false);
	put(b, DATA, 64, true);
	guest_map(b->guest, DATA + 64 * PAGE, 36, true);
	put(b, DATA + 64 * PAGE, 36, true);
	reads = calls(b, GUEST_READ);
	guest_mutate(b->guest, true);
	bench_accept(b, ORB5, PROGRAM);
	guest_mutate(b->guest, false);
	bench_channel(b);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	ck_assert_uint_eq(calls(b, GUEST_READ), reads);
	bench_expect_sent(b, DATA + 5 * PAGE, 4096, 0);
	bench_expect_sent(b, DATA + 3 * PAGE, 1904, 4096);
	end(b);
}
END_TEST

START_TEST(test_data_may_lie_in_ranges_side_by_side)
{
	struct bench *b = bench_new();
	unsigned int pins;

	put(b, DATA + 3 * PAGE, 5, true);
	put(b, DATA, 3, true);
	pins = calls(b, GUEST_PIN);
	one(b, 0x02, 0, 8 * CP_PAGE_SIZE - 1, DATA);
	bench_accept(b, ORB5, PROGRAM);
	bench_channel(b);
	ck_assert_uint_eq(calls(b, GUEST_PIN), pins);
	bench_expect_sent(b, DATA, 8 * CP_PAGE_SIZE - 1, 0);
	end(b);
}
END_TEST

/* One page too many: all of it is pinned as if nothing were registered, and unpinned. */
START_TEST(test_data_that_lies_in_it_only_in_part_is_pinned)
{
	struct bench *b = bench_new();

	put(b, DATA, 2, true);
	one(b, 0x02, 0, 2 * CP_PAGE_SIZE + 1, DATA);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(cp_pinned_pages(b->cp), 3);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 5);
	bench_channel(b);
	cp_release(b->cp);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 2);
	bench_expect_sent(b, DATA, 2 * CP_PAGE_SIZE + 1, 0);
	end(b);
}
END_TEST

/* As a device's registers, which may be mapped and pinned, too. */
START_TEST(test_what_is_no_ordinary_memory_is_read_by_the_port)
{
	struct bench *b = bench_new();
	unsigned int reads;

	put(b, PROGRAM, 1, true);
	one(b, 0x02, 0, LONG, DATA);
	reads = calls(b, GUEST_READ);
	guest_fail(b->guest, 1 << GUEST_PEEK, 1, -EFAULT);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert(guest_has_failed(b->guest));
	ck_assert_uint_eq(calls(b, GUEST_READ), reads + 1);
	end(b);
}
END_TEST

static void expect_protected(struct bench *b, u32 ccw)
{
	ck_assert_int_eq(bench_translate(b, ORB5, PROGRAM), -EPERM);
	ck_assert_uint_eq(b->refusal.reason, CCWBROKER_REFUSED_DATA_PROTECTED);
	ck_assert_uint_eq(b->refusal.ccw, ccw);
}

START_TEST(test_read_only_memory_is_a_source_only)
{
	struct bench *b = bench_new();

	bench_fill(b, READ_ONLY, PAGE);
	bench_fill(b, DATA, PAGE);
	put(b, READ_ONLY, 1, false);
	put(b, DATA, 1, false); /* although the client could store there */
	ck_assert(!guest_is_pinned(b->guest, DATA, true));
	one(b, 0x01, CC, LONG, READ_ONLY);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x01, 0, 16, DATA + 20);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(cp_pinned_pages(b->cp), 0);
	bench_channel(b);
	cp_release(b->cp);
	ck_assert_uint_eq(b->host.ngot, LONG + 16);
	ck_assert_uint_eq(b->host.got[LONG + 3], bench_byte(DATA + 23));
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, 0, 16, DATA + 20);
	expect_protected(b, PROGRAM + 8);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, 0, LONG, DATA + 20);
	expect_protected(b, PROGRAM + 8);
	/* also where it begins outside, and by a list, and with data that is copied */
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, 0, 2 * CP_PAGE_SIZE, DATA);
	expect_protected(b, PROGRAM + 8);
	bench_idaw(b, ORB5, LIST, 0, DATA + PAGE);
	bench_idaw(b, ORB5, LIST, 1, DATA);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, IDA, 4097, LIST);
	expect_protected(b, PROGRAM + 8);
	bench_ccw(b, ORB5, PROGRAM + 8, 0x02, 0, LONG, DATA + PAGE);
	bench_accept(b, ORB5, PROGRAM);
	end(b);
}
END_TEST

/* A page of read-only data in the middle of others that one pin would cover. */
START_TEST(test_the_ccw_that_stores_into_read_only_memory_is_named)
{
	struct bench *b = bench_new();

	put(b, DATA + 2 * PAGE, 1, false);
	chain(b, 0x02, 4, 4096);
	expect_protected(b, PROGRAM + 16);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 1);
	end(b);
}
END_TEST

START_TEST(test_copied_blocks_in_it_come_back)
{
	const u8 orb5 = FORMAT1 | IDAW2_2K;
	struct bench *b = bench_new();

	put(b, DATA, 8, true);
	bench_idaw(b, orb5, LIST, 0, DATA + 0x1000);
	bench_idaw(b, orb5, LIST, 1, DATA + 0x3800);
	bench_ccw(b, orb5, PROGRAM, 0x02, IDA, 4096, LIST);
	bench_accept(b, orb5, PROGRAM);
	ck_assert_uint_eq(cp_pinned_pages(b->cp), 0);
	bench_channel(b);
	ck_assert_int_eq(cp_copy_back(b->cp), 0);
	bench_expect_sent(b, DATA + 0x1000, 2048, 0);
	bench_expect_sent(b, DATA + 0x3800, 2048, 2048);
	end(b);
}
END_TEST

CHECK_MAIN("cp-memory-use", test_programs_use_it_without_a_pin_or_an_allocation,
	   test_small_data_in_it_is_not_copied, test_read_backward_and_lists_use_it,
	   test_data_may_lie_in_ranges_side_by_side,
	   test_programs_and_lists_in_it_are_read_without_the_port,
	   test_what_is_no_ordinary_memory_is_read_by_the_port,
	   test_data_that_lies_in_it_only_in_part_is_pinned, test_read_only_memory_is_a_source_only,
	   test_the_ccw_that_stores_into_read_only_memory_is_named,
	   test_copied_blocks_in_it_come_back)
