// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-build.c through cp.h: CCWs that move no data, flags, data chains, and that the
 * channel meets nothing but ours (the model channel ends a test that does not hold to it).
 */
#include "bench.h"
#include "check-main.h"

#define LIST (PROGRAM + 0x4000)

static void one(struct bench *b, u8 orb5, u8 cmd, u8 flags, u16 count, u32 addr)
{
	bench_ccw(b, orb5, PROGRAM, cmd, flags, count, addr);
}

/* vfio-ccw.md 6, item 18 and o3: nothing pinned, and no guest address left in the program */
START_TEST(test_ccws_that_move_no_data_need_no_memory)
{
	static const struct {
		u8 cmd;
		u8 flags;
		u16 count;
	} cases[] = {
		{ 0x03, 0, 1 },	   { 0x03, SLI, 65535 },     { 0x02, SKIP, 65535 },
		{ 0x06, SKIP, 1 }, { 0x04, SKIP, 4097 },     { 0x0c, SKIP, 65535 },
		{ 0x02, 0, 0 },	   { 0x01, 0, 0 },	     { 0x07, 0, 0 },
		{ 0x0c, 0, 0 },	   { 0x02, SKIP | IDA, 10 }, { 0x02, IDA, 0 },
	};
	struct bench *b = bench_new();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		one(b, FORMAT1, cases[i].cmd, cases[i].flags, cases[i].count, NOWHERE + 1);
		b->orb[7] = 0x80; /* no-operation has a count here */
		bench_accept(b, FORMAT1, PROGRAM);
		ck_assert_uint_eq(guest_pinned_pages(b->guest), 0);
		bench_go(b);
		ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_skip_is_ignored_by_commands_that_read_memory)
{
	struct bench *b = bench_new();

	bench_fill(b, DATA, 16);
	one(b, FORMAT1, 0x01, SKIP, 16, DATA);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(b->host.ngot, 16);
	one(b, FORMAT1, 0x07, SKIP, 16, NOWHERE);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_skip_in_a_data_chain_leaves_out_its_part)
{
	struct bench *b = bench_new();

	bench_fill(b, DATA, 4096);
	one(b, FORMAT1, 0x02, CD, 100, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, CD | SKIP, 50, NOWHERE);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x02, 0, 100, DATA + 200);
	bench_answer(b, 250, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_expect_sent(b, DATA, 100, 0);
	bench_expect_filled(b, DATA + 100, 100);
	bench_expect_sent(b, DATA + 200, 100, 150);
	bench_free(b);
}
END_TEST

START_TEST(test_data_chain_of_a_write_gathers)
{
	struct bench *b = bench_new();
	unsigned int i;

	bench_fill(b, DATA, 0x3000);
	one(b, FORMAT0, 0x01, CD, 10, DATA + 5);
	bench_ccw(b, FORMAT0, PROGRAM + 8, 0x00, CD, 4096, DATA + 0x1003);
	bench_ccw(b, FORMAT0, PROGRAM + 16, 0x02, 0, 1, DATA + 0x2fff);
	bench_answer(b, 4107, false, false);
	bench_run(b, FORMAT0, PROGRAM);
	ck_assert_uint_eq(b->host.ngot, 4107);
	for (i = 0; i < 4096; i++)
		REQUIRE(b->host.got[10 + i] == bench_byte(DATA + 0x1003 + i));
	ck_assert_uint_eq(b->host.got[4106], bench_byte(DATA + 0x2fff));
	bench_free(b);
}
END_TEST

START_TEST(test_data_chain_goes_on_through_a_tic)
{
	struct bench *b = bench_new();

	one(b, FORMAT1, 0x02, CD, 10, DATA);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM + 0x800);
	bench_ccw(b, FORMAT1, PROGRAM + 0x800, 0x01, CC, 10, DATA + 100);
	bench_ccw(b, FORMAT1, PROGRAM + 0x808, 0x01, 0, 10, DATA);
	bench_answer(b, 20, false, false);
	bench_answer(b, 10, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(b->host.ncommands, 2);
	bench_expect_sent(b, DATA, 10, 0);
	bench_expect_sent(b, DATA + 100, 10, 10);
	ck_assert_uint_eq(b->host.got[9], 9);
	bench_free(b);
}
END_TEST

START_TEST(test_data_chain_of_read_backward_goes_down_in_each_ccw)
{
	struct bench *b = bench_new();

	one(b, FORMAT1, 0x0c, CD, 5000, DATA + 0x2000);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, 0, 5000, DATA + 0x5000);
	bench_answer(b, 10000, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_expect_sent_down(b, DATA + 0x2000, 5000, 0);
	bench_expect_sent_down(b, DATA + 0x5000, 5000, 5000);
	bench_free(b);
}
END_TEST

START_TEST(test_pci_and_sli_pass_through)
{
	struct bench *b = bench_new();

	one(b, FORMAT1, 0x02, CC | SLI | PCI, 100, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, PCI, 100, DATA);
	bench_answer(b, 50, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(b->host.npci, 2);
	ck_assert_uint_eq(b->host.ncommands, 2);
	ck_assert_int_eq(b->host.end, CHANNEL_INCORRECT_LENGTH);
	ck_assert_uint_eq(b->host.residual, 50);
	ck_assert_uint_eq(b->host.cpa, PROGRAM + 16);
	bench_free(b);
}
END_TEST

/*
 * A status modifier makes a command of the second CCW of a data chain, whose data is pinned for what
 * the first one does. The model channel ends the test when it stores where only fetches may be.
 */
START_TEST(test_status_modifier_into_a_data_chain_cannot_turn_the_transfer_round)
{
	struct bench *b = bench_new();

	one(b, FORMAT1, 0x31, CC, 5, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x01, CD, 16, READ_ONLY);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x06, 0, 16, READ_ONLY + 0x1000);
	bench_answer(b, ~0u, false, true);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_PROGRAM_CHECK);
	ck_assert_uint_eq(b->host.cpa, PROGRAM + 24);
	bench_free(b);
}
END_TEST

START_TEST(test_status_modifier_into_a_data_chain_of_one_kind_goes_on)
{
	struct bench *b = bench_new();

	one(b, FORMAT1, 0x31, CC, 5, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x06, CD, 16, DATA + 0x1000);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x06, 0, 16, DATA + 0x2000);
	bench_answer(b, ~0u, false, true);
	bench_answer(b, ~0u, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_expect_sent(b, DATA + 0x2000, 16, 0);
	bench_free(b);
}
END_TEST

/* A program of format 0 may have a count where the command is over at once. */
START_TEST(test_immediate_commands_of_format_0_have_no_incorrect_length)
{
	struct bench *b = bench_new();

	one(b, FORMAT0, 0x07, CC, 1, DATA); /* rewind */
	bench_ccw(b, FORMAT0, PROGRAM + 8, 0x03, CC, 17, NOWHERE);
	bench_ccw(b, FORMAT0, PROGRAM + 16, 0x02, 0, 80, DATA);
	bench_answer(b, 0, true, false);
	bench_answer(b, 0, true, false);
	bench_answer(b, 80, false, false);
	bench_run(b, FORMAT0, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	ck_assert_uint_eq(b->host.ncommands, 3);
	bench_free(b);
}
END_TEST

START_TEST(test_immediate_commands_of_format_1_have_it_unless_the_orb_says_so)
{
	struct bench *b = bench_new();

	one(b, FORMAT1, 0x03, CC, 17, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x07, 0, 1, DATA);
	bench_answer(b, 0, true, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_INCORRECT_LENGTH);
	ck_assert_uint_eq(b->host.ncommands, 1);
	b->orb[7] = 0x80;
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	ck_assert_uint_eq(b->host.ncommands, 2);
	bench_free(b);
}
END_TEST

START_TEST(test_length_of_data_commands_of_format_0_is_still_checked)
{
	struct bench *b = bench_new();

	one(b, FORMAT0, 0x07, CC, 6, DATA); /* seek */
	bench_ccw(b, FORMAT0, PROGRAM + 8, 0x02, 0, 80, DATA);
	bench_answer(b, 4, false, false);
	bench_run(b, FORMAT0, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_INCORRECT_LENGTH);
	ck_assert_uint_eq(b->host.residual, 2);
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, item 17: every address is that of the channel, not one of our own pointers */
START_TEST(test_host_program_lies_below_2_gib)
{
	struct bench *b = bench_new();

	one(b, FORMAT1, 0x02, 0, 8, DATA);
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert_uint_lt(cp_host_cpa(b->cp), 0x80000000u);
	ck_assert_uint_eq(cp_host_cpa(b->cp) % 8, 0);
	ck_assert_ptr_nonnull(guest_host_own(b->guest, cp_host_cpa(b->cp)));
	bench_go(b);
	ck_assert_uint_eq(cp_host_cpa(b->cp), 0);
	bench_free(b);
}
END_TEST

START_TEST(test_cc_and_cd_together_chain_data)
{
	struct bench *b = bench_new();

	one(b, FORMAT1, 0x02, CC | CD, 10, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x01, 0, 10, DATA + 100);
	bench_answer(b, 20, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(b->host.ncommands, 1);
	bench_expect_sent(b, DATA + 100, 10, 10);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-build", test_status_modifier_into_a_data_chain_cannot_turn_the_transfer_round,
	   test_status_modifier_into_a_data_chain_of_one_kind_goes_on,
	   test_ccws_that_move_no_data_need_no_memory,
	   test_skip_is_ignored_by_commands_that_read_memory,
	   test_skip_in_a_data_chain_leaves_out_its_part, test_data_chain_of_a_write_gathers,
	   test_data_chain_goes_on_through_a_tic,
	   test_data_chain_of_read_backward_goes_down_in_each_ccw, test_pci_and_sli_pass_through,
	   test_immediate_commands_of_format_0_have_no_incorrect_length,
	   test_immediate_commands_of_format_1_have_it_unless_the_orb_says_so,
	   test_length_of_data_commands_of_format_0_is_still_checked,
	   test_host_program_lies_below_2_gib, test_cc_and_cd_together_chain_data)
