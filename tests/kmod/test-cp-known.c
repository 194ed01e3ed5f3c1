// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-known.c through cp.h: when small data is copied where the device stores, and what
 * happens when the hint is stale.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

static void read_to(struct bench *b, u16 count, u32 addr)
{
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, count, addr);
}

static unsigned int pages_of(struct bench *b)
{
	unsigned int n;

	bench_accept(b, FORMAT1, PROGRAM);
	n = guest_pinned_pages(b->guest);
	cp_release(b->cp);
	return n;
}

START_TEST(test_first_store_pins_and_later_ones_are_copied)
{
	struct bench *b = bench_new();

	read_to(b, 8, DATA);
	ck_assert_uint_eq(pages_of(b), 1);
	ck_assert_uint_eq(pages_of(b), 0);
	read_to(b, 8, DATA + 0x1000);
	ck_assert_uint_eq(pages_of(b), 1);
	read_to(b, 8, DATA + 0xffc);
	ck_assert_uint_eq(pages_of(b), 0);
	bench_free(b);
}
END_TEST

START_TEST(test_both_pages_must_be_known)
{
	struct bench *b = bench_new();

	read_to(b, 8, DATA);
	ck_assert_uint_eq(pages_of(b), 1);
	read_to(b, 8, DATA + 0xffc);
	ck_assert_uint_eq(pages_of(b), 2);
	ck_assert_uint_eq(pages_of(b), 0);
	bench_free(b);
}
END_TEST

START_TEST(test_forgetting_makes_it_pin_again)
{
	struct bench *b = bench_new();

	read_to(b, 8, DATA);
	ck_assert_uint_eq(pages_of(b), 1);
	cp_forget(b->cp);
	ck_assert_uint_eq(pages_of(b), 1);
	bench_free(b);
}
END_TEST

START_TEST(test_read_only_memory_is_refused_each_time)
{
	struct bench *b = bench_new();
	unsigned int i;

	read_to(b, 8, READ_ONLY);
	for (i = 0; i < 3; i++)
		bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_DATA_PROTECTED, PROGRAM);
	bench_free(b);
}
END_TEST

/* Limit: CP_KNOWN_MAX */
START_TEST(test_page_is_forgotten_when_too_many_others_come)
{
	struct bench *b = bench_new();
	unsigned int i;

	guest_map(b->guest, 0x800000, CP_KNOWN_MAX + 1, true);
	for (i = 0; i < CP_KNOWN_MAX; i++) {
		read_to(b, 8, 0x800000 + i * CP_PAGE_SIZE);
		ck_assert_uint_eq(pages_of(b), 1);
	}
	for (i = 0; i < CP_KNOWN_MAX; i++) {
		read_to(b, 8, 0x800000 + i * CP_PAGE_SIZE);
		ck_assert_uint_eq(pages_of(b), 0);
	}
	read_to(b, 8, 0x800000 + CP_KNOWN_MAX * CP_PAGE_SIZE);
	ck_assert_uint_eq(pages_of(b), 1);
	read_to(b, 8, 0x800000);
	ck_assert_uint_eq(pages_of(b), 1);
	bench_free(b);
}
END_TEST

/* Nobody tells us of a page that is made read-only while nothing is pinned. */
START_TEST(test_stale_hint_ends_in_an_error_and_stores_nothing)
{
	struct bench *b = bench_new();

	bench_fill(b, DATA, 4096);
	read_to(b, 8, DATA);
	ck_assert_uint_eq(pages_of(b), 1);
	guest_set_writable(b->guest, DATA, false);
	bench_accept(b, FORMAT1, PROGRAM);
	bench_channel(b);
	ck_assert(cp_has_copies(b->cp));
	ck_assert_int_lt(cp_copy_back(b->cp), 0);
	cp_release(b->cp);
	bench_expect_filled(b, DATA, 4096);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-known", test_first_store_pins_and_later_ones_are_copied,
	   test_both_pages_must_be_known, test_forgetting_makes_it_pin_again,
	   test_read_only_memory_is_refused_each_time,
	   test_page_is_forgotten_when_too_many_others_come,
	   test_stale_hint_ends_in_an_error_and_stores_nothing)
