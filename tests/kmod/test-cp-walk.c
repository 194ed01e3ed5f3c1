// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-walk.c through cp.h: rows of CCWs, TIC in all directions, what only a status
 * modifier reaches, and the limits of both.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

/* n CCWs that read 8 bytes each; the last does not chain unless ends_open. */
static void chain(struct bench *b, u32 at, unsigned int n, bool ends_open)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		bench_ccw(b, FORMAT1, at + 8 * i, 0x02, i + 1 < n || ends_open ? CC : 0, 8,
			  DATA + 8 * i);
}

static void read_at(struct bench *b, u32 at, u8 flags, u32 data)
{
	bench_ccw(b, FORMAT1, at, 0x02, flags, 8, data);
}

static void expect_commands(struct bench *b, enum channel_end end, unsigned int n)
{
	ck_assert_int_eq(b->host.end, end);
	ck_assert_uint_eq(b->host.ncommands, n);
}

START_TEST(test_chains_of_1_255_and_256_run)
{
	static const unsigned int lengths[] = { 1, 2, 255, CP_RUN_CCWS_MAX };
	struct bench *b = bench_new();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		chain(b, PROGRAM, lengths[i], false);
		bench_run(b, FORMAT1, PROGRAM);
		expect_commands(b, CHANNEL_NORMAL, lengths[i]);
		ck_assert_uint_eq(b->host.cpa, PROGRAM + 8 * lengths[i]);
	}
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, item 1: CVE-2026-80550, where the 257th CCW was looked at */
START_TEST(test_chain_of_257_is_refused)
{
	struct bench *b = bench_new();

	chain(b, PROGRAM, CP_RUN_CCWS_MAX + 1, false);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_RUN_LENGTH,
		     PROGRAM + 8 * CP_RUN_CCWS_MAX);
	bench_free(b);
}
END_TEST

START_TEST(test_257th_ccw_is_not_read)
{
	struct bench *b = bench_new();
	u32 at = PROGRAM + 16 * CP_PAGE_SIZE - 8 * CP_RUN_CCWS_MAX;

	chain(b, at, CP_RUN_CCWS_MAX, true);
	bench_refuse(b, FORMAT1, at, CCWBROKER_REFUSED_RUN_LENGTH, at + 8 * CP_RUN_CCWS_MAX);
	chain(b, at, CP_RUN_CCWS_MAX, false);
	bench_accept(b, FORMAT1, at);
	bench_free(b);
}
END_TEST

START_TEST(test_tic_as_the_256th_ccw_runs)
{
	struct bench *b = bench_new();

	chain(b, PROGRAM, CP_RUN_CCWS_MAX - 1, true);
	bench_tic(b, FORMAT1, PROGRAM + 8 * (CP_RUN_CCWS_MAX - 1), PROGRAM + 0x2000);
	chain(b, PROGRAM + 0x2000, 1, false);
	bench_run(b, FORMAT1, PROGRAM);
	expect_commands(b, CHANNEL_NORMAL, CP_RUN_CCWS_MAX);
	bench_free(b);
}
END_TEST

START_TEST(test_status_modifier_past_the_256th_ccw_is_a_program_check)
{
	struct bench *b = bench_new();

	/* every other command is skipped, so the 255th is reached and skips the TIC */
	chain(b, PROGRAM, CP_RUN_CCWS_MAX - 1, true);
	bench_tic(b, FORMAT1, PROGRAM + 8 * (CP_RUN_CCWS_MAX - 1), PROGRAM);
	read_at(b, PROGRAM + 8 * CP_RUN_CCWS_MAX, 0, DATA);
	bench_answer(b, ~0u, false, true);
	bench_run(b, FORMAT1, PROGRAM);
	expect_commands(b, CHANNEL_PROGRAM_CHECK, CP_RUN_CCWS_MAX / 2);
	ck_assert_uint_eq(b->host.cpa, PROGRAM + 8 * (CP_RUN_CCWS_MAX + 1));
	bench_free(b);
}
END_TEST

START_TEST(test_tic_as_the_256th_ccw_to_the_next_begins_a_run)
{
	struct bench *b = bench_new();

	chain(b, PROGRAM, CP_RUN_CCWS_MAX - 1, true);
	bench_tic(b, FORMAT1, PROGRAM + 8 * (CP_RUN_CCWS_MAX - 1), PROGRAM + 8 * CP_RUN_CCWS_MAX);
	chain(b, PROGRAM + 8 * CP_RUN_CCWS_MAX, 1, false);
	bench_run(b, FORMAT1, PROGRAM);
	expect_commands(b, CHANNEL_NORMAL, CP_RUN_CCWS_MAX);
	bench_free(b);
}
END_TEST

START_TEST(test_first_ccw_may_not_be_a_tic)
{
	struct bench *b = bench_new();

	bench_tic(b, FORMAT1, PROGRAM, PROGRAM + 8);
	chain(b, PROGRAM + 8, 1, false);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_TIC, PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_tic_to_itself_is_refused)
{
	struct bench *b = bench_new();

	chain(b, PROGRAM, 1, true);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 8);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_TIC, PROGRAM + 8);
	bench_free(b);
}
END_TEST

START_TEST(test_tic_to_a_tic_is_refused)
{
	struct bench *b = bench_new();

	chain(b, PROGRAM, 1, true);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 0x100);
	bench_tic(b, FORMAT1, PROGRAM + 0x100, PROGRAM);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_TIC, PROGRAM + 0x100);
	bench_free(b);
}
END_TEST

START_TEST(test_tic_to_a_known_tic_is_refused)
{
	struct bench *b = bench_new();

	chain(b, PROGRAM, 1, true);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 0x100);
	read_at(b, PROGRAM + 0x100, CC, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 0x108, PROGRAM + 8);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_TIC, PROGRAM + 8);
	bench_free(b);
}
END_TEST

START_TEST(test_tic_to_no_doubleword_is_refused)
{
	struct bench *b = bench_new();
	unsigned int i;

	chain(b, PROGRAM, 1, true);
	for (i = 1; i < 8; i++) {
		bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 0x100 + i);
		bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_TIC, PROGRAM + 8);
		bench_tic(b, FORMAT0, PROGRAM + 8, PROGRAM + 0x100 + i);
	}
	bench_tic(b, FORMAT1, PROGRAM + 8, 0x80000000u | PROGRAM);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_TIC, PROGRAM + 8);
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, item 3: CVE-2026-80555: a later TIC that fails must not leak earlier runs */
START_TEST(test_tic_to_nowhere_is_refused)
{
	struct bench *b = bench_new();

	chain(b, PROGRAM, 2, true);
	bench_tic(b, FORMAT1, PROGRAM + 16, PROGRAM + 0x1000);
	chain(b, PROGRAM + 0x1000, 2, true);
	bench_tic(b, FORMAT1, PROGRAM + 0x1010, NOWHERE);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_UNREADABLE, NOWHERE);
	bench_free(b);
}
END_TEST

START_TEST(test_tic_forwards_and_backwards_between_runs)
{
	struct bench *b = bench_new();

	read_at(b, PROGRAM + 0x800, CC, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 0x808, PROGRAM + 0x3000);
	read_at(b, PROGRAM + 0x3000, CC, DATA + 0x10);
	bench_tic(b, FORMAT1, PROGRAM + 0x3008, PROGRAM);
	read_at(b, PROGRAM, CC, DATA + 0x20);
	read_at(b, PROGRAM + 8, 0, DATA + 0x30);
	bench_run(b, FORMAT1, PROGRAM + 0x800);
	expect_commands(b, CHANNEL_NORMAL, 4);
	ck_assert_uint_eq(b->host.cpa, PROGRAM + 16);
	bench_expect_sent(b, DATA + 0x30, 8, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_tic_to_the_next_ccw_is_one_run)
{
	struct bench *b = bench_new();

	read_at(b, PROGRAM, CC, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 16);
	read_at(b, PROGRAM + 16, 0, DATA + 8);
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(cp_bytes(b->cp, true), 2 * 8);
	bench_go(b);
	expect_commands(b, CHANNEL_NORMAL, 2);
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, item 12: the target exists already */
START_TEST(test_tic_into_the_middle_of_the_own_run_loops)
{
	struct bench *b = bench_new();

	chain(b, PROGRAM, 3, true);
	bench_tic(b, FORMAT1, PROGRAM + 24, PROGRAM + 8);
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(cp_bytes(b->cp, true), 3 * 8);
	bench_go(b);
	expect_commands(b, CHANNEL_STOPPED, CHANNEL_COMMANDS_MAX);
	bench_free(b);
}
END_TEST

START_TEST(test_tic_into_the_middle_of_another_run_reuses_it)
{
	struct bench *b = bench_new();

	chain(b, PROGRAM, 4, true);
	bench_tic(b, FORMAT1, PROGRAM + 32, PROGRAM + 0x1000);
	chain(b, PROGRAM + 0x1000, 2, true);
	bench_tic(b, FORMAT1, PROGRAM + 0x1010, PROGRAM + 16);
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(cp_bytes(b->cp, true), 6 * 8);
	bench_go(b);
	expect_commands(b, CHANNEL_STOPPED, CHANNEL_COMMANDS_MAX);
	bench_free(b);
}
END_TEST

START_TEST(test_search_loop_reads_after_status_modifier)
{
	struct bench *b = bench_new();

	bench_fill(b, DATA, 5);
	bench_ccw(b, FORMAT1, PROGRAM, 0x31, CC, 5, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x06, 0, 80, DATA + 0x1000);
	bench_answer(b, ~0u, false, false);
	bench_answer(b, ~0u, false, false);
	bench_answer(b, ~0u, false, true);
	bench_answer(b, ~0u, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	expect_commands(b, CHANNEL_NORMAL, 4);
	ck_assert_uint_eq(b->host.cpa, PROGRAM + 24);
	bench_expect_sent(b, DATA + 0x1000, 80, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_search_loop_runs_on_after_the_tic_and_its_targets)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, PROGRAM, 0x31, CC, 5, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM);
	read_at(b, PROGRAM + 16, CC, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 24, PROGRAM + 0x100);
	bench_ccw(b, FORMAT1, PROGRAM + 0x100, 0x31, CC, 5, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 0x108, PROGRAM + 0x100);
	read_at(b, PROGRAM + 0x110, 0, DATA + 0x80);
	bench_answer(b, ~0u, false, true);
	bench_answer(b, ~0u, false, false);
	bench_answer(b, ~0u, false, true);
	bench_answer(b, ~0u, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	expect_commands(b, CHANNEL_NORMAL, 4);
	ck_assert_uint_eq(b->host.cpa, PROGRAM + 0x118);
	bench_expect_sent(b, DATA + 0x80, 8, 0);
	bench_free(b);
}
END_TEST

/* What stands after the TIC is at fault in each way there is; the program is not refused for it. */
START_TEST(test_speculative_fault_becomes_a_program_check)
{
	struct bench *b = bench_new();
	unsigned int i;

	bench_answer(b, ~0u, false, true);
	for (i = 0; i < 6; i++) {
		bench_ccw(b, FORMAT1, PROGRAM, 0x31, CC, 5, DATA);
		bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM);
		read_at(b, PROGRAM + 16, 0, DATA);
		if (i == 0)
			bench_ccw(b, FORMAT1, PROGRAM + 16, 0x00, 0, 8, DATA); /* invalid */
		else if (i == 1)
			read_at(b, PROGRAM + 16, 0x01, DATA); /* unsupported */
		else if (i == 2)
			read_at(b, PROGRAM + 16, 0, NOWHERE); /* unmapped */
		else if (i == 3)
			read_at(b, PROGRAM + 16, 0, READ_ONLY); /* protected */
		else if (i == 4)
			read_at(b, PROGRAM + 16, IDA, PROGRAM + 0x101); /* IDAL */
		else
			bench_tic(b, FORMAT1, PROGRAM + 16, PROGRAM + 3); /* TIC */
		bench_run(b, FORMAT1, PROGRAM);
		expect_commands(b, CHANNEL_PROGRAM_CHECK, 1);
		ck_assert_uint_eq(b->host.cpa, PROGRAM + 24);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_speculative_ccw_outside_of_memory_becomes_a_program_check)
{
	struct bench *b = bench_new();
	u32 at = PROGRAM + 16 * CP_PAGE_SIZE - 16;

	bench_answer(b, ~0u, false, true);
	bench_ccw(b, FORMAT1, at, 0x31, CC, 5, DATA);
	bench_tic(b, FORMAT1, at + 8, at);
	bench_run(b, FORMAT1, at);
	expect_commands(b, CHANNEL_PROGRAM_CHECK, 1);
	ck_assert_uint_eq(b->host.cpa, at + 24);
	bench_free(b);
}
END_TEST

START_TEST(test_status_modifier_past_the_end_of_a_run_is_a_program_check)
{
	struct bench *b = bench_new();

	read_at(b, PROGRAM, CC, DATA);
	read_at(b, PROGRAM + 8, 0, DATA + 8);
	bench_answer(b, ~0u, false, true);
	bench_run(b, FORMAT1, PROGRAM);
	expect_commands(b, CHANNEL_PROGRAM_CHECK, 1);
	ck_assert_uint_eq(b->host.cpa, PROGRAM + 24);
	bench_free(b);
}
END_TEST

START_TEST(test_ccw_after_the_tic_of_a_data_chain_is_not_looked_at)
{
	struct bench *b = bench_new();

	read_at(b, PROGRAM, CD, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 0x100);
	read_at(b, PROGRAM + 16, 0, DATA + 0x7000);
	read_at(b, PROGRAM + 0x100, 0, DATA + 0x1000);
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert(!guest_is_pinned(b->guest, DATA + 0x7000, false));
	bench_answer(b, 16, false, false);
	bench_go(b);
	expect_commands(b, CHANNEL_NORMAL, 1);
	bench_expect_sent(b, DATA + 0x1000, 8, 8);
	bench_free(b);
}
END_TEST

/* n runs of one read and a TIC each; the last ends without. */
static void runs(struct bench *b, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		read_at(b, PROGRAM + 0x1000 * (i % 16) + 0x100 * (i / 16), i + 1 < n ? CC : 0,
			DATA);
		bench_tic(b, FORMAT1, PROGRAM + 0x1000 * (i % 16) + 0x100 * (i / 16) + 8,
			  PROGRAM + 0x1000 * ((i + 1) % 16) + 0x100 * ((i + 1) / 16));
		bench_ccw(b, FORMAT1, PROGRAM + 0x1000 * (i % 16) + 0x100 * (i / 16) + 16, 0, 0, 0,
			  0);
	}
}

/* vfio-ccw.md 6, item 2: CVE-2026-80554: no recursion over runs */
START_TEST(test_16_runs_are_taken_and_17_refused)
{
	struct bench *b = bench_new();

	runs(b, CP_RUNS_MAX);
	bench_run(b, FORMAT1, PROGRAM);
	expect_commands(b, CHANNEL_NORMAL, CP_RUNS_MAX);
	runs(b, CP_RUNS_MAX + 1);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_RUN_COUNT, PROGRAM + 0xf008);
	bench_free(b);
}
END_TEST

START_TEST(test_16_full_runs_of_two_pages_each_are_taken)
{
	struct bench *b = bench_new();
	u32 at;
	unsigned int i, j;

	guest_map(b->guest, 0x600000, 48, true);
	for (i = 0; i < CP_RUNS_MAX; i++) {
		at = 0x600000 + i * 0x3000 + 0xc00;
		for (j = 0; j < CP_RUN_CCWS_MAX - 1; j++)
			bench_ccw(b, FORMAT1, at + 8 * j, 0x02, CC, 8, DATA);
		bench_tic(b, FORMAT1, at + 8 * j, 0x600000 + (i + 1) * 0x3000 + 0xc00);
		if (i + 1 == CP_RUNS_MAX)
			bench_ccw(b, FORMAT1, at + 8 * j, 0x02, 0, 8, DATA);
	}
	bench_accept(b, FORMAT1, 0x600c00);
	ck_assert_uint_eq(cp_bytes(b->cp, true), (16 * 255 + 1) * 8);
	bench_free(b);
}
END_TEST

START_TEST(test_17th_run_that_only_a_status_modifier_needs_is_cut_off)
{
	struct bench *b = bench_new();
	u32 last = PROGRAM + 0xf000;
	unsigned int i;

	runs(b, CP_RUNS_MAX);
	bench_ccw(b, FORMAT1, last, 0x31, CC, 8, DATA);
	bench_tic(b, FORMAT1, last + 8, last);
	read_at(b, last + 16, CC, DATA);
	bench_tic(b, FORMAT1, last + 24, PROGRAM + 0x800);
	read_at(b, PROGRAM + 0x800, 0, DATA);
	for (i = 1; i < CP_RUNS_MAX; i++)
		bench_answer(b, ~0u, false, false);
	bench_answer(b, ~0u, false, true);
	bench_answer(b, ~0u, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	expect_commands(b, CHANNEL_PROGRAM_CHECK, CP_RUNS_MAX + 1);
	ck_assert_uint_eq(b->host.cpa, last + 32);
	bench_free(b);
}
END_TEST

START_TEST(test_same_ccw_as_command_and_in_a_data_chain_is_judged_as_each)
{
	struct bench *b = bench_new();

	/* A read whose second CCW, 0x01, is jumped to as the write that it is by itself. */
	bench_fill(b, DATA, 0x2000);
	read_at(b, PROGRAM, CD, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x01, CC, 8, DATA + 0x1000);
	bench_tic(b, FORMAT1, PROGRAM + 16, PROGRAM + 8);
	bench_answer(b, 16, false, false);
	bench_answer(b, 8, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_STOPPED);
	ck_assert_uint_eq(b->host.command[1].cmd, 0x01);
	bench_expect_sent(b, DATA + 0x1000, 8, 8);
	ck_assert_uint_eq(b->host.got[0], 8);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-walk", test_chains_of_1_255_and_256_run, test_chain_of_257_is_refused,
	   test_257th_ccw_is_not_read, test_tic_as_the_256th_ccw_runs,
	   test_status_modifier_past_the_256th_ccw_is_a_program_check,
	   test_tic_as_the_256th_ccw_to_the_next_begins_a_run, test_first_ccw_may_not_be_a_tic,
	   test_tic_to_itself_is_refused, test_tic_to_a_tic_is_refused,
	   test_tic_to_a_known_tic_is_refused, test_tic_to_no_doubleword_is_refused,
	   test_tic_to_nowhere_is_refused, test_tic_forwards_and_backwards_between_runs,
	   test_tic_to_the_next_ccw_is_one_run, test_tic_into_the_middle_of_the_own_run_loops,
	   test_tic_into_the_middle_of_another_run_reuses_it,
	   test_search_loop_reads_after_status_modifier,
	   test_search_loop_runs_on_after_the_tic_and_its_targets,
	   test_speculative_fault_becomes_a_program_check,
	   test_speculative_ccw_outside_of_memory_becomes_a_program_check,
	   test_status_modifier_past_the_end_of_a_run_is_a_program_check,
	   test_ccw_after_the_tic_of_a_data_chain_is_not_looked_at,
	   test_16_runs_are_taken_and_17_refused, test_16_full_runs_of_two_pages_each_are_taken,
	   test_17th_run_that_only_a_status_modifier_needs_is_cut_off,
	   test_same_ccw_as_command_and_in_a_data_chain_is_judged_as_each)
