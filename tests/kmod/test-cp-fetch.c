// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-fetch.c through cp.h: where CCWs are read, how often, and what happens at the edges
 * of memory.
 */
#include "bench.h"
#include "check-main.h"

START_TEST(test_program_in_the_last_bytes_of_a_mapping_is_read)
{
	struct bench *b = bench_new();
	u32 last = PROGRAM + 16 * CP_PAGE_SIZE - 8;

	/* vfio-ccw.md 6, o8: no window of 2 KiB may reach over the end of memory */
	bench_ccw(b, FORMAT1, last, 0x02, 0, 8, DATA);
	bench_run(b, FORMAT1, last);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_expect_sent(b, DATA, 8, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_chain_that_runs_out_of_a_mapping_is_refused_at_the_first_ccw_outside)
{
	struct bench *b = bench_new();
	u32 last = PROGRAM + 16 * CP_PAGE_SIZE - 8;

	bench_ccw(b, FORMAT1, last, 0x02, CC, 8, DATA);
	bench_refuse(b, FORMAT1, last, CCWBROKER_REFUSED_CCW_UNREADABLE, last + 8);
	bench_free(b);
}
END_TEST

START_TEST(test_chain_across_a_page_edge_is_read_in_two_parts)
{
	struct bench *b = bench_new();
	u32 at = PROGRAM + CP_PAGE_SIZE - 8;
	unsigned int reads = guest_calls(b->guest, GUEST_READ);

	bench_ccw(b, FORMAT1, at, 0x02, CC, 8, DATA);
	bench_ccw(b, FORMAT1, at + 8, 0x02, 0, 8, DATA + 8);
	bench_run(b, FORMAT1, at);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_READ) - reads, 2);
	ck_assert_uint_eq(b->host.ncommands, 2);
	bench_free(b);
}
END_TEST

START_TEST(test_program_of_one_page_is_read_once)
{
	struct bench *b = bench_new();
	unsigned int reads = guest_calls(b->guest, GUEST_READ);

	bench_ccw(b, FORMAT1, PROGRAM, 0x31, CC, 5, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x06, 0, 80, DATA);
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_READ) - reads, 1);
	bench_free(b);
}
END_TEST

START_TEST(test_jump_back_in_a_page_reads_only_what_stands_before)
{
	struct bench *b = bench_new();

	/* Everything read is inverted at once: reading it again would find other CCWs. */
	bench_ccw(b, FORMAT1, PROGRAM + 0x100, 0x07, CC, 0, 0);
	bench_tic(b, FORMAT1, PROGRAM + 0x108, PROGRAM + 0xf0);
	bench_ccw(b, FORMAT1, PROGRAM + 0xf0, 0x02, CC, 8, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 0xf8, 0x02, CC, 8, DATA + 8);
	guest_mutate(b->guest, true);
	bench_accept(b, FORMAT1, PROGRAM + 0x100);
	bench_free(b);
}
END_TEST

START_TEST(test_guest_that_changes_its_program_changes_nothing)
{
	struct bench *b = bench_new();

	/* vfio-ccw.md 6, item 4: CVE-2026-80551; here for CCWs and for words of an IDAL */
	bench_ccw(b, FORMAT1 | IDAW2_4K, PROGRAM, 0x02, IDA | CC, 4097, PROGRAM + 0x2000);
	bench_idaw(b, IDAW2_4K, PROGRAM + 0x2000, 0, DATA + 0x2000);
	bench_idaw(b, IDAW2_4K, PROGRAM + 0x2000, 1, DATA + 0x1000);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x31, CC, 5, DATA + 0x5000);
	bench_tic(b, FORMAT1, PROGRAM + 16, PROGRAM + 8);
	bench_ccw(b, FORMAT1, PROGRAM + 24, 0x06, 0, 80, DATA + 0x6000);
	bench_answer(b, ~0u, false, false);
	bench_answer(b, ~0u, false, true);
	bench_answer(b, ~0u, false, false);
	guest_mutate(b->guest, true);
	bench_run(b, FORMAT1 | IDAW2_4K, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	ck_assert_uint_eq(b->host.ncommands, 3);
	bench_expect_sent(b, DATA + 0x2000, 4096, 0);
	bench_expect_sent(b, DATA + 0x1000, 1, 4096);
	bench_expect_sent(b, DATA + 0x6000, 80, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_format_0_program_ends_at_16_mib)
{
	struct bench *b = bench_new();
	u32 last = LAST + CP_PAGE_SIZE - 8;

	guest_map(b->guest, LAST + CP_PAGE_SIZE, 1, true);
	bench_ccw(b, FORMAT0, last, 0x02, CC, 8, DATA);
	bench_ccw(b, FORMAT0, last + 8, 0x02, 0, 8, DATA);
	bench_refuse(b, FORMAT0, last, CCWBROKER_REFUSED_CCW_UNREADABLE, last + 8);
	bench_ccw(b, FORMAT1, last, 0x02, CC, 8, DATA);
	bench_ccw(b, FORMAT1, last + 8, 0x02, 0, 8, DATA);
	bench_accept(b, FORMAT1, last);
	bench_free(b);
}
END_TEST

START_TEST(test_format_1_program_ends_at_2_gib)
{
	struct bench *b = bench_new();
	u32 last = 0x80000000u - 8;

	guest_map(b->guest, 0x80000000u - CP_PAGE_SIZE, 2, true);
	bench_ccw(b, FORMAT1, last, 0x02, CC, 8, DATA);
	bench_ccw(b, FORMAT1, last + 8, 0x02, 0, 8, DATA);
	bench_refuse(b, FORMAT1, last, CCWBROKER_REFUSED_CCW_UNREADABLE, 0x80000000u);
	bench_ccw(b, FORMAT1, last, 0x02, 0, 8, DATA);
	bench_run(b, FORMAT1, last);
	ck_assert_uint_eq(b->host.cpa, 0x80000000u);
	bench_free(b);
}
END_TEST

START_TEST(test_program_may_lie_in_read_only_memory)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, READ_ONLY, 0x02, 0, 8, DATA);
	bench_run(b, FORMAT1, READ_ONLY);
	bench_expect_sent(b, DATA, 8, 0);
	bench_free(b);
}
END_TEST

static unsigned int reads_of(struct bench *b, u8 orb5)
{
	unsigned int before = guest_calls(b->guest, GUEST_READ);

	guest_mutate(b->guest, true);
	bench_accept(b, orb5, PROGRAM);
	guest_mutate(b->guest, false);
	return guest_calls(b->guest, GUEST_READ) - before;
}

/* Sent out: 16 bytes by a CCW of its own, and a long area by a list; at is where both stand. */
static void make_output(struct bench *b, u32 at)
{
	const u8 orb5 = FORMAT1 | IDAW2_4K;

	bench_fill(b, DATA, 2 * CP_PAGE_SIZE);
	bench_fill(b, at + 0x40, 16);
	bench_idaw(b, orb5, at, 0, DATA);
	bench_idaw(b, orb5, at, 1, DATA + CP_PAGE_SIZE);
	bench_ccw(b, orb5, PROGRAM, 0x01, CC, 16, at + 0x40);
	bench_ccw(b, orb5, PROGRAM + 8, 0x01, IDA, 8192, at);
}

static void expect_output(struct bench *b, u32 at)
{
	bench_channel(b);
	ck_assert_uint_eq(b->host.ngot, 16 + 8192);
	ck_assert_uint_eq(b->host.got[5], bench_byte(at + 0x45));
	ck_assert_uint_eq(b->host.got[16 + 4100], bench_byte(DATA + 4100));
	cp_release(b->cp);
}

START_TEST(test_lists_and_small_data_of_a_page_are_read_at_once)
{
	const u8 orb5 = FORMAT1 | IDAW2_4K;
	struct bench *b = bench_new();

	/* beyond what was read with the CCWs, in their page: once more. And the long area. */
	make_output(b, PROGRAM + 0x800);
	ck_assert_uint_eq(reads_of(b, orb5), 2 + 1);
	expect_output(b, PROGRAM + 0x800);
	make_output(b, PROGRAM + 0x100);
	ck_assert_uint_eq(reads_of(b, orb5), 1 + 1);
	expect_output(b, PROGRAM + 0x100);
	make_output(b, PROGRAM + 0x2f00);
	ck_assert_uint_eq(reads_of(b, orb5), 2 + 1);
	expect_output(b, PROGRAM + 0x2f00);
	bench_free(b);
}
END_TEST

START_TEST(test_small_data_before_the_ccws_in_their_page_is_read_alone)
{
	struct bench *b = bench_new();

	bench_fill(b, PROGRAM + 0x10, 8);
	bench_ccw(b, FORMAT1, PROGRAM + 0x100, 0x01, 0, 8, PROGRAM + 0x10);
	guest_mutate(b->guest, true);
	bench_accept(b, FORMAT1, PROGRAM + 0x100);
	guest_mutate(b->guest, false);
	bench_channel(b);
	ck_assert_uint_eq(b->host.got[7], bench_byte(PROGRAM + 0x17));
	cp_release(b->cp);
	/* neither what stands across a page edge nor an earlier program's is taken for it */
	bench_fill(b, PROGRAM + 0x1000 - 4, 8);
	bench_ccw(b, FORMAT1, PROGRAM, 0x01, 0, 8, PROGRAM + 0x1000 - 4);
	bench_accept(b, FORMAT1, PROGRAM);
	bench_channel(b);
	ck_assert_uint_eq(b->host.got[7], bench_byte(PROGRAM + 0x1003));
	cp_release(b->cp);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-fetch", test_program_in_the_last_bytes_of_a_mapping_is_read,
	   test_chain_that_runs_out_of_a_mapping_is_refused_at_the_first_ccw_outside,
	   test_chain_across_a_page_edge_is_read_in_two_parts,
	   test_program_of_one_page_is_read_once,
	   test_jump_back_in_a_page_reads_only_what_stands_before,
	   test_guest_that_changes_its_program_changes_nothing,
	   test_format_0_program_ends_at_16_mib, test_format_1_program_ends_at_2_gib,
	   test_program_may_lie_in_read_only_memory,
	   test_lists_and_small_data_of_a_page_are_read_at_once,
	   test_small_data_before_the_ccws_in_their_page_is_read_alone)
