// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp.c: the life of a translator and of a program, and that every call that may fail
 * fails without leaving anything behind.
 */
#include "bench.h"
#include "check-main.h"

#define LIST (PROGRAM + 0x4000)

/* Two runs, a search loop, copies in both directions, scattered pages, MIDAWs. */
static void rich(struct bench *b)
{
	u8 orb5 = FORMAT1 | IDAW1;

	bench_idaw(b, orb5, LIST, 0, DATA + 0x3004);
	bench_idaw(b, orb5, LIST, 1, DATA + 0x8800);
	bench_idaw(b, orb5, LIST, 2, DATA + 0x5000);
	bench_idaw(b, orb5, LIST, 8, READ_ONLY + 0x1000);
	bench_idaw(b, orb5, LIST, 9, READ_ONLY + 0x2000);
	bench_ccw(b, orb5, PROGRAM, 0x07, CC, 6, DATA + 0x20000);
	bench_ccw(b, orb5, PROGRAM + 8, 0x31, CC, 5, DATA + 0x20010);
	bench_tic(b, orb5, PROGRAM + 16, PROGRAM + 8);
	bench_ccw(b, orb5, PROGRAM + 24, 0x06, CC | IDA, 5000, LIST);
	bench_tic(b, orb5, PROGRAM + 32, PROGRAM + 0x1ff8);
	bench_ccw(b, orb5, PROGRAM + 0x1ff8, 0x01, CC | IDA, 4000, LIST + 32);
	bench_ccw(b, orb5, PROGRAM + 0x2000, 0x02, CC, 65535, DATA + 0x21fff);
	bench_ccw(b, orb5, PROGRAM + 0x2008, 0x03, CC, 0, 0);
	b->orb[7] = ORB_MIDAWS;
	bench_midaw(b, LIST, 4, 0, 100, DATA + 0xa001);
	bench_midaw(b, LIST, 5, MIDAW_SKIP, 50, 0);
	bench_midaw(b, LIST, 6, MIDAW_LAST, 200, HIGH + 0x300);
	bench_ccw(b, orb5, PROGRAM + 0x2010, 0x02, MIDA, 350, LIST + 64);
}

static void rich_runs(struct bench *b)
{
	bench_answer(b, ~0u, false, false);
	bench_answer(b, ~0u, false, true);
	bench_answer(b, ~0u, false, false);
	bench_run(b, FORMAT1 | IDAW1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	ck_assert_uint_eq(b->host.ncommands, 7);
	bench_expect_sent(b, DATA + 0x8800, 2048, 2044);
	bench_expect_sent(b, DATA + 0x21fff, 65535, 0);
	bench_expect_sent(b, HIGH + 0x300, 200, 150);
	b->nanswers = 0;
}

START_TEST(test_program_of_all_kinds_runs)
{
	struct bench *b = bench_new();

	rich(b);
	rich_runs(b);
	rich_runs(b);
	bench_free(b);
}
END_TEST

/* Fails the nth call of these kinds for each n, until there is no nth call. Returns how many. */
static unsigned int fail_each(struct bench *b, unsigned int kinds, int error, u32 reason)
{
	unsigned int nth;
	int r;

	for (nth = 1;; nth++) {
		/* from scratch, so that allocations kept from before do not hide one */
		b->cp = cp_free(b->cp);
		b->cp = cp_new(b->guest);
		guest_fail(b->guest, kinds, nth, error);
		r = bench_translate(b, FORMAT1 | IDAW1, PROGRAM);
		if (!guest_has_failed(b->guest))
			break;
		/* a fault in what only a status modifier reaches does not refuse */
		if (r == 0)
			ck_assert_uint_ne(reason, CCWBROKER_REFUSED_RESOURCES);
		else if (reason)
			ck_assert_uint_eq(b->refusal.reason, reason);
		ck_assert(cp_is_held(b->cp) == (r == 0));
		cp_release(b->cp);
		ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
		guest_fail(b->guest, 0, 0, 0);
		rich_runs(b);
	}
	ck_assert_int_eq(r, 0);
	guest_fail(b->guest, 0, 0, 0);
	cp_release(b->cp);
	return nth - 1;
}

/* vfio-ccw.md 6, items 3 and 14: whatever fails, everything is given back, and only once */
START_TEST(test_failure_of_every_allocation_leaves_nothing)
{
	struct bench *b = bench_new();

	rich(b);
	ck_assert_uint_ge(fail_each(b, 1 << GUEST_ALLOC, -ENOMEM, CCWBROKER_REFUSED_RESOURCES), 3);
	ck_assert_uint_ge(fail_each(b, 1 << GUEST_ZALLOC, -ENOMEM, CCWBROKER_REFUSED_RESOURCES), 8);
	bench_free(b);
}
END_TEST

START_TEST(test_failure_of_every_pin_leaves_nothing)
{
	struct bench *b = bench_new();

	rich(b);
	ck_assert_uint_ge(fail_each(b, 1 << GUEST_PIN, -ENOMEM, CCWBROKER_REFUSED_RESOURCES), 6);
	ck_assert_uint_ge(fail_each(b, 1 << GUEST_PIN, -EINVAL, CCWBROKER_REFUSED_DATA_UNMAPPED),
			  6);
	ck_assert_uint_ge(fail_each(b, 1 << GUEST_PIN, -EPERM, CCWBROKER_REFUSED_NOT), 6);
	bench_free(b);
}
END_TEST

START_TEST(test_failure_of_every_read_leaves_nothing)
{
	struct bench *b = bench_new();

	rich(b);
	ck_assert_uint_ge(fail_each(b, 1 << GUEST_READ, -EFAULT, CCWBROKER_REFUSED_NOT), 7);
	ck_assert_uint_ge(fail_each(b, 1 << GUEST_READ, -ENOMEM, CCWBROKER_REFUSED_RESOURCES), 7);
	bench_free(b);
}
END_TEST

/* What is kept from the first program makes the second take other ways. */
START_TEST(test_failure_in_a_second_program_leaves_nothing)
{
	unsigned int kinds =
		1 << GUEST_READ | 1 << GUEST_PIN | 1 << GUEST_ALLOC | 1 << GUEST_ZALLOC;
	struct bench *b = bench_new();
	unsigned int nth = 0;
	bool failed;

	rich(b);
	do {
		rich_runs(b);
		guest_fail(b->guest, kinds, ++nth, -ENOMEM);
		if (bench_translate(b, FORMAT1 | IDAW1, PROGRAM))
			ck_assert_uint_eq(b->refusal.reason, CCWBROKER_REFUSED_RESOURCES);
		failed = guest_has_failed(b->guest);
		ck_assert(cp_is_held(b->cp) == !failed);
		guest_fail(b->guest, 0, 0, 0);
		cp_release(b->cp);
		ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
	} while (failed);
	ck_assert_uint_gt(nth, 15);
	bench_free(b);
}
END_TEST

START_TEST(test_failure_in_cp_new_leaves_nothing)
{
	struct cp_mem *guest = guest_new();
	unsigned int nth;
	struct cp *cp;

	for (nth = 1;; nth++) {
		guest_fail(guest, 1 << GUEST_ALLOC | 1 << GUEST_ZALLOC, nth, -ENOMEM);
		cp = cp_new(guest);
		if (!guest_has_failed(guest))
			break;
		ck_assert_ptr_null(cp);
		ck_assert_uint_eq(guest_allocations(guest), 0);
		ck_assert_uint_eq(guest_zallocations(guest), 0);
	}
	ck_assert_uint_eq(nth, 4);
	ck_assert_ptr_nonnull(cp);
	cp_free(cp);
	guest_free(guest);
}
END_TEST

START_TEST(test_release_is_idempotent_and_free_takes_null)
{
	struct bench *b = bench_new();

	rich(b);
	cp_release(b->cp);
	bench_accept(b, FORMAT1, PROGRAM);
	cp_release(b->cp);
	cp_release(b->cp);
	ck_assert(!cp_is_held(b->cp));
	ck_assert_ptr_null(cp_free(NULL));
	bench_free(b);
}
END_TEST

START_TEST(test_free_releases_a_held_program)
{
	struct bench *b = bench_new();

	rich(b);
	bench_accept(b, FORMAT1, PROGRAM);
	b->cp = cp_free(b->cp);
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
	ck_assert_uint_eq(guest_allocations(b->guest), 0);
	b->cp = cp_new(b->guest);
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, item 15: a second program does not replace one that is held */
START_TEST(test_second_translation_is_busy_and_keeps_the_first)
{
	struct bench *b = bench_new();
	unsigned int pages;

	rich(b);
	bench_accept(b, FORMAT1, PROGRAM);
	pages = guest_pinned_pages(b->guest);
	guest_expect_warning();
	ck_assert_int_eq(bench_translate(b, FORMAT1, PROGRAM), -EBUSY);
	ck_assert(cp_is_held(b->cp));
	ck_assert_uint_eq(guest_pinned_pages(b->guest), pages);
	cp_release(b->cp);
	rich_runs(b);
	bench_free(b);
}
END_TEST

START_TEST(test_refusal_can_be_followed_by_a_good_program)
{
	struct bench *b = bench_new();

	rich(b);
	bench_ccw(b, FORMAT1, PROGRAM + 0x3000, 0x02, 0, 8, NOWHERE);
	bench_refuse(b, FORMAT1, PROGRAM + 0x3000, CCWBROKER_REFUSED_DATA_UNMAPPED,
		     PROGRAM + 0x3000);
	rich_runs(b);
	bench_free(b);
}
END_TEST

/* Everything that is read turns into something else as soon as it has been read. */
START_TEST(test_guest_that_changes_everything_while_it_is_read_gets_what_was_read_first)
{
	struct bench *b = bench_new();

	rich(b);
	guest_mutate(b->guest, true);
	bench_accept(b, FORMAT1 | IDAW1, PROGRAM);
	guest_mutate(b->guest, false);
	bench_answer(b, ~0u, false, false);
	bench_answer(b, ~0u, false, true);
	bench_answer(b, ~0u, false, false);
	bench_go(b);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	ck_assert_uint_eq(b->host.ncommands, 7);
	bench_expect_sent(b, DATA + 0x21fff, 65535, 0);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp", test_program_of_all_kinds_runs, test_failure_of_every_allocation_leaves_nothing,
	   test_failure_of_every_pin_leaves_nothing, test_failure_of_every_read_leaves_nothing,
	   test_failure_in_a_second_program_leaves_nothing, test_failure_in_cp_new_leaves_nothing,
	   test_release_is_idempotent_and_free_takes_null, test_free_releases_a_held_program,
	   test_second_translation_is_busy_and_keeps_the_first,
	   test_refusal_can_be_followed_by_a_good_program,
	   test_guest_that_changes_everything_while_it_is_read_gets_what_was_read_first)
