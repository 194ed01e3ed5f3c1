// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-check.c through cp.h: which ORBs and which CCWs are refused, and why.
 */
#include "bench.h"
#include "check-main.h"

static void one_ccw(struct bench *b, u8 orb5, u8 cmd, u8 flags, u16 count)
{
	bench_ccw(b, orb5, PROGRAM, cmd, flags, count, DATA + 64);
}

START_TEST(test_orb_bits_without_support_are_refused)
{
	static const struct {
		unsigned int byte;
		u8 bit;
	} bits[] = { { 4, 0x08 }, { 5, 0x20 }, { 5, 0x04 } };
	struct bench *b = bench_new();
	unsigned int i;

	one_ccw(b, FORMAT1, 0x02, 0, 8);
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		memset(b->orb, 0, sizeof(b->orb));
		if (bits[i].byte != 5)
			b->orb[bits[i].byte] = bits[i].bit;
		/* vfio-ccw.md 6, item 19: a transport-mode ORB is no command-mode ORB */
		bench_refuse(b, FORMAT1 | (bits[i].byte == 5 ? bits[i].bit : 0), PROGRAM,
			     CCWBROKER_REFUSED_ORB, NO_CCW);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_orb_hints_are_ignored)
{
	struct bench *b = bench_new();

	one_ccw(b, FORMAT1, 0x02, 0, 8);
	b->orb[4] = 0xf7; /* key, C, M, Y */
	b->orb[7] = 0xff;
	bench_accept(b, FORMAT1 | 0x58, PROGRAM);
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, o9 */
START_TEST(test_program_address_must_be_on_a_doubleword_and_in_range)
{
	struct bench *b = bench_new();

	one_ccw(b, FORMAT1, 0x02, 0, 8);
	one_ccw(b, FORMAT1, 0x02, 0, 8);
	bench_refuse(b, FORMAT1, PROGRAM + 4, CCWBROKER_REFUSED_ADDRESS, NO_CCW);
	bench_refuse(b, FORMAT1, PROGRAM + 1, CCWBROKER_REFUSED_ADDRESS, NO_CCW);
	bench_refuse(b, FORMAT1, 0x80000000u | PROGRAM, CCWBROKER_REFUSED_ADDRESS, NO_CCW);
	bench_refuse(b, FORMAT0, 0x1000000, CCWBROKER_REFUSED_ADDRESS, NO_CCW);
	bench_refuse(b, FORMAT1, 0x1000000, CCWBROKER_REFUSED_CCW_UNREADABLE, 0x1000000);
	bench_free(b);
}
END_TEST

START_TEST(test_every_command_code_is_judged)
{
	struct bench *b = bench_new();
	unsigned int cmd;

	for (cmd = 0; cmd < 256; cmd++) {
		one_ccw(b, FORMAT1, (u8)cmd, 0, 8);
		if ((cmd & 0x0f) == 0 || (cmd & 0x0f) == 8)
			bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM);
		else
			bench_run(b, FORMAT1, PROGRAM);
		one_ccw(b, FORMAT0, (u8)cmd, 0, 8);
		if ((cmd & 0x0f) == 0)
			bench_refuse(b, FORMAT0, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM);
		else if ((cmd & 0x0f) == 8)
			bench_refuse(b, FORMAT0, PROGRAM, CCWBROKER_REFUSED_TIC, PROGRAM);
		else
			bench_run(b, FORMAT0, PROGRAM);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_suspend_flag_is_unsupported)
{
	struct bench *b = bench_new();

	one_ccw(b, FORMAT1, 0x02, 0x02, 8);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_UNSUPPORTED, PROGRAM);
	one_ccw(b, FORMAT0, 0x02, 0x02 | SLI, 8);
	bench_refuse(b, FORMAT0, PROGRAM, CCWBROKER_REFUSED_CCW_UNSUPPORTED, PROGRAM);
	/* also in a data chain */
	one_ccw(b, FORMAT1, 0x02, CD, 8);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, 0x02, 8, DATA);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_UNSUPPORTED, PROGRAM + 8);
	bench_free(b);
}
END_TEST

START_TEST(test_bit_0_of_a_format_1_data_address_is_invalid)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, 8, 0x80000000u | DATA);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM);
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, 0, 0x80000000u | DATA);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_count_zero_is_invalid_in_format_0)
{
	struct bench *b = bench_new();

	one_ccw(b, FORMAT0, 0x02, 0, 0);
	bench_refuse(b, FORMAT0, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM);
	one_ccw(b, FORMAT0, 0x03, SLI, 0);
	bench_refuse(b, FORMAT0, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM);
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, item 18 */
START_TEST(test_count_zero_is_good_in_format_1_outside_data_chains)
{
	struct bench *b = bench_new();

	one_ccw(b, FORMAT1, 0x02, 0, 0);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	one_ccw(b, FORMAT1, 0x02, CD, 0);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM);
	one_ccw(b, FORMAT1, 0x02, CD, 8);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, 0, 0, DATA);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM + 8);
	bench_free(b);
}
END_TEST

START_TEST(test_command_code_is_ignored_in_a_data_chain)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, PROGRAM, 0x02, CD, 8, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x00, 0, 8, DATA + 0x1000);
	bench_answer(b, 16, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_expect_sent(b, DATA, 8, 0);
	bench_expect_sent(b, DATA + 0x1000, 8, 8);
	bench_free(b);
}
END_TEST

START_TEST(test_format_1_tic_codes_are_strict_even_in_a_data_chain)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, PROGRAM, 0x02, CD, 8, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x18, 0, 8, DATA);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM + 8);
	bench_free(b);
}
END_TEST

START_TEST(test_format_1_tic_with_other_fields_is_invalid)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT1, PROGRAM, 0x07, CC, 0, 0);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x02, 0, 8, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x08, SLI, 0, PROGRAM + 16);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM + 8);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x08, 0, 1, PROGRAM + 16);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_CCW_INVALID, PROGRAM + 8);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x08, 0, 0, PROGRAM + 16);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(b->host.ncommands, 2);
	bench_free(b);
}
END_TEST

START_TEST(test_format_0_tic_ignores_other_fields)
{
	struct bench *b = bench_new();

	bench_ccw(b, FORMAT0, PROGRAM, 0x07, CC, 1, DATA);
	bench_ccw(b, FORMAT0, PROGRAM + 8, 0xf8, 0xff, 0xffff, PROGRAM + 0x100);
	bench_ccw(b, FORMAT0, PROGRAM + 0x100, 0x02, 0, 8, DATA);
	bench_run(b, FORMAT0, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	ck_assert_uint_eq(b->host.ncommands, 2);
	bench_free(b);
}
END_TEST

static void forbid(struct bench *b, u8 cmd)
{
	u8 commands[CP_COMMANDS_SIZE];

	cp_get_commands(b->cp, commands);
	commands[cmd / 8] &= (u8) ~(0x80 >> cmd % 8);
	cp_set_commands(b->cp, commands);
}

START_TEST(test_every_command_can_be_forbidden_alone)
{
	u8 all[CP_COMMANDS_SIZE];
	struct bench *b = bench_new();
	unsigned int cmd;

	memset(all, 0xff, sizeof(all));
	for (cmd = 1; cmd < 255; cmd++) {
		if ((cmd & 0x0f) == 0 || (cmd & 0x0f) == 8 || (cmd & 0x0f) == 7)
			continue;
		cp_set_commands(b->cp, all);
		forbid(b, (u8)cmd);
		one_ccw(b, FORMAT1, 0x07, CC, 0);
		bench_ccw(b, FORMAT1, PROGRAM + 8, (u8)cmd, 0, 8, DATA + 64);
		bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_COMMAND, PROGRAM + 8);
		bench_ccw(b, FORMAT1, PROGRAM + 8, (u8)(cmd + 1), 0, 8, DATA + 64);
		if (((cmd + 1) & 0x07) != 0)
			bench_run(b, FORMAT1, PROGRAM);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_forbidden_code_in_a_data_chain_is_no_command)
{
	struct bench *b = bench_new();

	/* ignored as the channel ignores it, */
	forbid(b, 0x06);
	one_ccw(b, FORMAT1, 0x31, CC, 5);
	bench_ccw(b, FORMAT1, PROGRAM + 8, 0x02, CD, 8, DATA);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x06, 0, 8, DATA + 8);
	bench_answer(b, 5, false, false);
	bench_answer(b, 16, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	/* and no way around the mask for a device with status modifier */
	b->nanswers = 0;
	bench_answer(b, 5, false, true);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_PROGRAM_CHECK);
	ck_assert_uint_eq(b->host.ncommands, 1);
	bench_free(b);
}
END_TEST

START_TEST(test_forbidden_command_after_a_status_modifier_is_a_program_check)
{
	struct bench *b = bench_new();

	forbid(b, 0x05);
	one_ccw(b, FORMAT1, 0x31, CC, 5);
	bench_tic(b, FORMAT1, PROGRAM + 8, PROGRAM);
	bench_ccw(b, FORMAT1, PROGRAM + 16, 0x05, 0, 8, DATA);
	bench_answer(b, 5, false, true);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_PROGRAM_CHECK);
	ck_assert_uint_eq(b->host.ncommands, 1);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-check", test_every_command_can_be_forbidden_alone,
	   test_forbidden_code_in_a_data_chain_is_no_command,
	   test_forbidden_command_after_a_status_modifier_is_a_program_check,
	   test_orb_bits_without_support_are_refused, test_orb_hints_are_ignored,
	   test_program_address_must_be_on_a_doubleword_and_in_range,
	   test_every_command_code_is_judged, test_suspend_flag_is_unsupported,
	   test_bit_0_of_a_format_1_data_address_is_invalid, test_count_zero_is_invalid_in_format_0,
	   test_count_zero_is_good_in_format_1_outside_data_chains,
	   test_command_code_is_ignored_in_a_data_chain,
	   test_format_1_tic_codes_are_strict_even_in_a_data_chain,
	   test_format_1_tic_with_other_fields_is_invalid, test_format_0_tic_ignores_other_fields)
