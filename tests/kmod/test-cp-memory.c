// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-memory.c through cp.h: what can be registered and what not, and when it goes.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

#define ORB5  (FORMAT1 | IDAW2_4K)
#define LIST  (PROGRAM + 0x4000)
#define PAGE  ((u64)CP_PAGE_SIZE)
#define BIG   0x10000000u /* mapped where used */
#define ALL   (~(u64)0)
#define LONG  600 /* bytes */
#define PINS  (1u << GUEST_PIN)
#define SPACE (1u << GUEST_ZALLOC)

static unsigned int calls(struct bench *b, enum guest_call call)
{
	return guest_calls(b->guest, call);
}

/* Nothing of it is kept, whatever it was. */
static void expect_refused(struct bench *b, u64 iova, u64 length, bool store, int error)
{
	unsigned int pages = cp_memory_pages(b->cp);
	unsigned int pinned = guest_pinned_pages(b->guest);
	unsigned int space = guest_zallocations(b->guest);

	ck_assert_int_eq(cp_memory_register(b->cp, iova, length, store), error);
	ck_assert_uint_eq(cp_memory_pages(b->cp), pages);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), pinned);
	ck_assert_uint_eq(guest_zallocations(b->guest), space);
}

static void put(struct bench *b, u64 iova, unsigned int npages, bool store)
{
	ck_assert_int_eq(cp_memory_register(b->cp, iova, npages * PAGE, store), 0);
}

static void end(struct bench *b)
{
	cp_release(b->cp);
	(void)cp_memory_drop(b->cp, 0, ALL);
	ck_assert_uint_eq(cp_memory_pages(b->cp), 0);
	bench_free(b);
}

static void one(struct bench *b, u8 cmd, u8 flags, u16 count, u32 addr)
{
	bench_ccw(b, ORB5, PROGRAM, cmd, flags, count, addr);
}

START_TEST(test_what_is_no_range_is_refused)
{
	struct bench *b = bench_new();

	expect_refused(b, DATA, 0, true, -EINVAL);
	expect_refused(b, DATA + 1, PAGE, true, -EINVAL);
	expect_refused(b, DATA, PAGE + 8, true, -EINVAL);
	expect_refused(b, DATA, 1, true, -EINVAL);
	expect_refused(b, 0 - PAGE, 2 * PAGE, true, -EOVERFLOW);
	expect_refused(b, PAGE, 0 - PAGE, true, -E2BIG);
	expect_refused(b, 2 * PAGE, 0 - PAGE, true, -EOVERFLOW);
	expect_refused(b, 0 - PAGE, PAGE, true, -EFAULT);
	end(b);
}
END_TEST

START_TEST(test_memory_that_is_not_mapped_is_refused)
{
	struct bench *b = bench_new();

	expect_refused(b, NOWHERE, PAGE, true, -EFAULT);
	expect_refused(b, NOWHERE, PAGE, false, -EFAULT);
	expect_refused(b, DATA + 60 * PAGE, 5 * PAGE, false, -EFAULT);
	expect_refused(b, READ_ONLY, PAGE, true, -EPERM);
	end(b);
}
END_TEST

START_TEST(test_overlaps_are_refused_neighbours_are_not)
{
	struct bench *b = bench_new();

	put(b, DATA + 8 * PAGE, 8, true);
	expect_refused(b, DATA + 8 * PAGE, 8 * PAGE, true, -EEXIST);
	expect_refused(b, DATA + 8 * PAGE, 8 * PAGE, false, -EEXIST);
	expect_refused(b, DATA, 9 * PAGE, true, -EEXIST);
	expect_refused(b, DATA + 15 * PAGE, 4 * PAGE, true, -EEXIST);
	expect_refused(b, DATA + 10 * PAGE, PAGE, true, -EEXIST);
	expect_refused(b, DATA, 64 * PAGE, true, -EEXIST);
	put(b, DATA, 8, true);
	put(b, DATA + 16 * PAGE, 1, true);
	ck_assert_uint_eq(cp_memory_pages(b->cp), 17);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 17);
	end(b);
}
END_TEST

/* Limit: CP_MEMORY_PAGES_MAX */
START_TEST(test_16384_pages_are_taken_and_one_more_refused)
{
	struct bench *b = bench_new();

	guest_map(b->guest, BIG, CP_MEMORY_PAGES_MAX + 1, true);
	expect_refused(b, BIG, (CP_MEMORY_PAGES_MAX + 1) * PAGE, true, -E2BIG);
	ck_assert_uint_eq(calls(b, GUEST_PIN), 0);
	put(b, BIG, CP_MEMORY_PAGES_MAX, true);
	ck_assert_uint_eq(calls(b, GUEST_PIN), CP_MEMORY_PAGES_MAX / CP_PIN_PAGES_MAX);
	ck_assert_uint_eq(cp_memory_pages(b->cp), CP_MEMORY_PAGES_MAX);
	expect_refused(b, BIG + CP_MEMORY_PAGES_MAX * PAGE, PAGE, true, -E2BIG);
	ck_assert_int_eq(cp_memory_unregister(b->cp, BIG, CP_MEMORY_PAGES_MAX * PAGE), 0);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
	/* what is given back can be had again */
	put(b, BIG, CP_MEMORY_PAGES_MAX - 1, true);
	put(b, BIG + CP_MEMORY_PAGES_MAX * PAGE, 1, true);
	end(b);
}
END_TEST

/* Limit: CP_MEMORY_RANGES_MAX */
START_TEST(test_16_ranges_are_taken_and_the_17th_refused)
{
	struct bench *b = bench_new();
	unsigned int i;

	for (i = 0; i < CP_MEMORY_RANGES_MAX; i++)
		put(b, DATA + 2 * i * PAGE, 1, true);
	expect_refused(b, DATA + 2 * i * PAGE, PAGE, true, -ENOSPC);
	ck_assert_int_eq(cp_memory_unregister(b->cp, DATA + 4 * PAGE, PAGE), 0);
	put(b, DATA + 2 * i * PAGE, 1, true);
	for (i = 0; i <= CP_MEMORY_RANGES_MAX; i++)
		ck_assert(guest_is_pinned(b->guest, DATA + 2 * i * PAGE, true) == (i != 2));
	end(b);
}
END_TEST

/* Limit: CP_PIN_PAGES_MAX in one pin, and what is unpinned is what was pinned. */
START_TEST(test_long_ranges_are_pinned_in_steps)
{
	static const unsigned int pages[] = { 511, 512, 513, 1024, 1025 };
	struct bench *b = bench_new();
	unsigned int i, before;

	guest_map(b->guest, BIG, 1025, true);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		before = calls(b, GUEST_PIN);
		put(b, BIG, pages[i], true);
		ck_assert_uint_eq(calls(b, GUEST_PIN) - before, (pages[i] + 511) / 512);
		ck_assert_uint_eq(guest_pinned_pages(b->guest), pages[i]);
		ck_assert_int_eq(cp_memory_unregister(b->cp, BIG, pages[i] * PAGE), 0);
		ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
	}
	end(b);
}
END_TEST

START_TEST(test_failure_of_every_pin_and_allocation_keeps_nothing)
{
	static const struct {
		int error;
		int expected;
	} cases[] = {
		{ -ENOMEM, -ENOMEM }, { -EINTR, -EINTR },   { -EPERM, -EPERM },
		{ -EACCES, -EPERM },  { -EINVAL, -EFAULT }, { -ENOENT, -EFAULT },
	};
	struct bench *b = bench_new();
	unsigned int i, nth;

	guest_map(b->guest, BIG, 2000, true);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (nth = 1; nth <= 4; nth++) {
			guest_fail(b->guest, PINS, nth, cases[i].error);
			expect_refused(b, BIG, 2000 * PAGE, true, cases[i].expected);
			ck_assert(guest_has_failed(b->guest));
		}
	}
	guest_fail(b->guest, SPACE, 1, -ENOMEM);
	expect_refused(b, BIG, 2000 * PAGE, true, -ENOMEM);
	ck_assert(guest_has_failed(b->guest));
	guest_fail(b->guest, PINS, 5, -ENOMEM);
	put(b, BIG, 2000, true);
	ck_assert(!guest_has_failed(b->guest));
	guest_fail(b->guest, 0, 0, 0);
	end(b);
}
END_TEST

START_TEST(test_unregister_wants_exactly_what_was_registered)
{
	struct bench *b = bench_new();

	ck_assert_int_eq(cp_memory_unregister(b->cp, DATA, PAGE), -ENOENT);
	put(b, DATA, 4, true);
	ck_assert_int_eq(cp_memory_unregister(b->cp, DATA, 3 * PAGE), -ENOENT);
	ck_assert_int_eq(cp_memory_unregister(b->cp, DATA + PAGE, 3 * PAGE), -ENOENT);
	ck_assert_int_eq(cp_memory_unregister(b->cp, DATA, 0), -ENOENT);
	ck_assert_int_eq(cp_memory_unregister(b->cp, DATA, 4 * PAGE + (1ull << 44)), -ENOENT);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 4);
	ck_assert_int_eq(cp_memory_unregister(b->cp, DATA, 4 * PAGE), 0);
	ck_assert_int_eq(cp_memory_unregister(b->cp, DATA, 4 * PAGE), -ENOENT);
	end(b);
}
END_TEST

START_TEST(test_unregister_while_a_program_is_held_is_busy)
{
	struct bench *b = bench_new();

	put(b, DATA, 4, true);
	put(b, HIGH, 1, true);
	one(b, 0x02, 0, LONG, DATA);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_int_eq(cp_memory_unregister(b->cp, DATA, 4 * PAGE), -EBUSY);
	ck_assert_int_eq(cp_memory_unregister(b->cp, HIGH, PAGE), -EBUSY);
	/* but another range may come */
	put(b, DATA + 4 * PAGE, 4, true);
	bench_channel(b);
	bench_expect_sent(b, DATA, LONG, 0);
	cp_release(b->cp);
	ck_assert_int_eq(cp_memory_unregister(b->cp, DATA, 4 * PAGE), 0);
	end(b);
}
END_TEST

START_TEST(test_unmap_of_any_part_drops_the_whole_range)
{
	static const struct {
		u64 iova;
		u64 length;
		bool drops;
	} cases[] = {
		{ DATA + 8 * PAGE, PAGE, true },  { DATA + 11 * PAGE, PAGE, true },
		{ DATA, 64 * PAGE, true },	  { DATA + 9 * PAGE, 1, true },
		{ DATA, 8 * PAGE, false },	  { DATA + 12 * PAGE, PAGE, false },
		{ DATA + 9 * PAGE, 0, false },	  { 0, ALL, true },
		{ DATA + 11 * PAGE, ALL, true },  { DATA, 8 * PAGE + 1, true },
		{ DATA + 12 * PAGE, ALL, false },
	};
	struct bench *b = bench_new();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		put(b, DATA + 8 * PAGE, 4, true);
		ck_assert(cp_memory_drop(b->cp, cases[i].iova, cases[i].length) == cases[i].drops);
		ck_assert_uint_eq(guest_pinned_pages(b->guest), cases[i].drops ? 0 : 4);
		(void)cp_memory_drop(b->cp, 0, ALL);
	}
	for (i = 0; i < 4; i++)
		put(b, DATA + 2 * i * PAGE, 2, true);
	ck_assert(cp_memory_drop(b->cp, DATA + 3 * PAGE, 2 * PAGE));
	for (i = 0; i < 8; i++)
		ck_assert(guest_is_pinned(b->guest, DATA + i * PAGE, true) == (i < 2 || i > 5));
	end(b);
}
END_TEST

/* The whole range goes with any part of it, so a program that uses another part must end. */
START_TEST(test_unmap_elsewhere_in_the_range_meets_the_program)
{
	struct bench *b = bench_new();

	put(b, DATA, 8, true);
	put(b, DATA + 8 * PAGE, 8, true);
	ck_assert(!cp_touches(b->cp, 0, ALL));
	one(b, 0x02, 0, LONG, DATA + 2 * CP_PAGE_SIZE);
	bench_accept(b, ORB5, PROGRAM);
	ck_assert(cp_touches(b->cp, DATA + 2 * PAGE, PAGE));
	ck_assert(cp_touches(b->cp, DATA + 7 * PAGE, PAGE));
	ck_assert(cp_touches(b->cp, 0, ALL));
	ck_assert(!cp_touches(b->cp, DATA + 8 * PAGE, 8 * PAGE));
	ck_assert(cp_memory_drop(b->cp, DATA + 8 * PAGE, PAGE));
	guest_expect_warning();
	ck_assert(!cp_memory_drop(b->cp, DATA + 7 * PAGE, PAGE));
	ck_assert(guest_is_pinned(b->guest, DATA + 2 * PAGE, true));
	cp_release(b->cp);
	ck_assert(!cp_touches(b->cp, DATA, PAGE));
	ck_assert(cp_memory_drop(b->cp, DATA + 7 * PAGE, PAGE));
	end(b);
}
END_TEST

START_TEST(test_after_the_drop_programs_pin_again)
{
	struct bench *b = bench_new();

	put(b, DATA, 2, true);
	one(b, 0x02, 0, LONG, DATA);
	bench_accept(b, ORB5, PROGRAM);
	cp_release(b->cp);
	cp_forget(b->cp); /* as with every unmap */
	ck_assert(cp_memory_drop(b->cp, DATA + PAGE, PAGE));
	bench_accept(b, ORB5, PROGRAM);
	ck_assert_uint_eq(cp_pinned_pages(b->cp), 1);
	bench_go(b);
	end(b);
}
END_TEST

START_TEST(test_the_end_of_the_translator_drops_it)
{
	struct bench *b = bench_new();

	put(b, DATA, 2, true);
	put(b, READ_ONLY, 2, false);
	one(b, 0x02, 0, LONG, DATA);
	bench_accept(b, ORB5, PROGRAM);
	b->cp = cp_free(b->cp);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
	b->cp = cp_new(b->guest);
	ck_assert_ptr_nonnull(b->cp);
	end(b);
}
END_TEST

CHECK_MAIN("cp-memory", test_what_is_no_range_is_refused, test_memory_that_is_not_mapped_is_refused,
	   test_overlaps_are_refused_neighbours_are_not,
	   test_16384_pages_are_taken_and_one_more_refused,
	   test_16_ranges_are_taken_and_the_17th_refused, test_long_ranges_are_pinned_in_steps,
	   test_failure_of_every_pin_and_allocation_keeps_nothing,
	   test_unregister_wants_exactly_what_was_registered,
	   test_unregister_while_a_program_is_held_is_busy,
	   test_unmap_of_any_part_drops_the_whole_range,
	   test_unmap_elsewhere_in_the_range_meets_the_program,
	   test_after_the_drop_programs_pin_again, test_the_end_of_the_translator_drops_it)
