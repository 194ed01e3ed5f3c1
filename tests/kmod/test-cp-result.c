// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-result.c through cp.h: host addresses in an SCSW back to the guest's, and which
 * memory belongs to the program.
 */
#include "bench.h"
#include "check-main.h"

static u32 guest_cpa(struct bench *b, u32 cpa)
{
	u8 scsw[12] = { 1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8 };
	static const u8 rest[] = { 5, 6, 7, 8 };

	scsw[4] = (u8)(cpa >> 24);
	scsw[5] = (u8)(cpa >> 16);
	scsw[6] = (u8)(cpa >> 8);
	scsw[7] = (u8)cpa;
	cp_guest_scsw(b->cp, scsw);
	ck_assert_int_eq(memcmp(scsw + 8, rest, sizeof(rest)), 0);
	ck_assert_uint_eq(scsw[3], 4);
	return (u32)scsw[4] << 24 | (u32)scsw[5] << 16 | (u32)scsw[6] << 8 | scsw[7];
}

static void three(struct bench *b)
{
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, CC, 8, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, CC, 8, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x02, 0, 8, DATA);
}

/* vfio-ccw.md 6, item 11 */
START_TEST(test_addresses_in_and_behind_a_run_become_the_guests)
{
	struct bench *b = bench_new();
	unsigned int i;
	u32 host;

	three(b);
	bench_accept(b, FORMAT1, PROGRAM);
	host = cp_host_cpa(b->cp);
	/* behind the last one, and behind the CCW that answers a status modifier there */
	for (i = 0; i <= 4; i++)
		ck_assert_uint_eq(guest_cpa(b, host + 8 * i), PROGRAM + 8 * i);
	bench_free(b);
}
END_TEST

START_TEST(test_addresses_of_others_stay)
{
	struct bench *b = bench_new();
	u32 host;

	three(b);
	bench_accept(b, FORMAT1, PROGRAM);
	host = cp_host_cpa(b->cp);
	ck_assert_uint_eq(guest_cpa(b, host - 8), host - 8);
	ck_assert_uint_eq(guest_cpa(b, host + 48), host + 48);
	ck_assert_uint_eq(guest_cpa(b, 0), 0);
	ck_assert_uint_eq(guest_cpa(b, ~0u), ~0u);
	cp_release(b->cp);
	ck_assert_uint_eq(guest_cpa(b, host), host);
	bench_free(b);
}
END_TEST

START_TEST(test_address_behind_a_run_is_not_that_of_the_next_one)
{
	struct bench *b = bench_new();

	three(b);
	bench_tic(b, FORMAT1, PROGRAM + 16, PROGRAM + 0x800);
	bench_ccw(b, FORMAT1, PROGRAM + 24, 0, 0, 0, 0);
	bench_ccw(b, FORMAT1, PROGRAM + 0x800, 0x02, 0, 8, DATA);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(b->host.cpa, PROGRAM + 0x808);
	bench_answer(b, ~0u, false, true);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 0x800);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0, 0, 0, 0);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_PROGRAM_CHECK);
	ck_assert_uint_eq(b->host.cpa, PROGRAM + 24);
	bench_free(b);
}
END_TEST

START_TEST(test_address_of_a_run_is_not_that_behind_the_one_before)
{
	struct bench *b = bench_new();
	const u8 *tic;
	u32 target;

	three(b);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 0x800);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0, 0, 0, 0);
	bench_ccw(b, FORMAT1, PROGRAM + 0x800, 0x02, 0, 8, DATA);
	bench_accept(b, FORMAT1, PROGRAM);
	tic = guest_host_own(b->guest, cp_host_cpa(b->cp) + 8);
	ck_assert_uint_eq(tic[0], 0x08);
	target = (u32)tic[4] << 24 | (u32)tic[5] << 16 | (u32)tic[6] << 8 | tic[7];
	ck_assert_uint_eq(guest_cpa(b, target), PROGRAM + 0x800);
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, item 16: the whole length counts */
START_TEST(test_touches_every_pinned_page_and_no_other)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, PROGRAM, 0x02, CC, 4096, DATA + 0x1800);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x01, 0, 1, READ_ONLY + 0x2fff);
	ck_assert(!cp_touches(b->cp, 0, ~0ull));
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert(cp_touches(b->cp, DATA + 0x1000, 1));
	ck_assert(cp_touches(b->cp, DATA + 0x1fff, 1));
	ck_assert(cp_touches(b->cp, DATA + 0x2fff, 1));
	ck_assert(cp_touches(b->cp, DATA, 0x1001));
	ck_assert(!cp_touches(b->cp, DATA, 0x1000));
	ck_assert(!cp_touches(b->cp, DATA + 0x3000, 0x1000));
	ck_assert(cp_touches(b->cp, READ_ONLY + 0x2000, 0x1000));
	ck_assert(!cp_touches(b->cp, READ_ONLY + 0x3000, 0x1000));
	ck_assert(cp_touches(b->cp, 0, ~0ull));
	ck_assert(cp_touches(b->cp, DATA, ~0ull));
	ck_assert(!cp_touches(b->cp, DATA + 0x1000, 0));
	cp_release(b->cp);
	ck_assert(!cp_touches(b->cp, 0, ~0ull));
	bench_free(b);
}
END_TEST

START_TEST(test_pages_and_bytes_of_the_held_program_are_told)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, PROGRAM, 0x02, CC, 4096, DATA + 0x1800);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, CC | SKIP, 100, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x01, PCI, 1000, READ_ONLY);
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(cp_pinned_pages(b->cp), 3);
	ck_assert_uint_eq(cp_bytes(b->cp, true), 4096);
	ck_assert_uint_eq(cp_bytes(b->cp, false), 1000);
	cp_release(b->cp);
	ck_assert_uint_eq(cp_pinned_pages(b->cp), 0);
	ck_assert_uint_eq(cp_bytes(b->cp, true), 0);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-result", test_address_of_a_run_is_not_that_behind_the_one_before,
	   test_pages_and_bytes_of_the_held_program_are_told,
	   test_addresses_in_and_behind_a_run_become_the_guests, test_addresses_of_others_stay,
	   test_address_behind_a_run_is_not_that_of_the_next_one,
	   test_touches_every_pinned_page_and_no_other)
