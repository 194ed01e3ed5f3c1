// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-copy.c through cp.h: blocks of 2 KiB that lie so scattered that the device sees
 * a copy, and what of the copy comes back.
 */
#include "bench.h"
#include "check-main.h"
#include "kmod/limits.h"

#define LIST   (PROGRAM + 0x4000)
#define BLOCKS 33

static const u8 formats[] = { FORMAT1 | IDAW1, FORMAT1 | IDAW2_2K, FORMAT0 | IDAW1 };

/* Three blocks, none of which continues the other: first is an offset into the first one. */
static void scattered(struct bench *b, u8 orb5, u8 cmd, u8 flags, u16 count, u32 first)
{
	bench_idaw(b, orb5, LIST, 0, DATA + 0x3000 + first);
	bench_idaw(b, orb5, LIST, 1, DATA + 0x8800);
	bench_idaw(b, orb5, LIST, 2, DATA + 0x5000);
	bench_ccw(b, orb5, PROGRAM, cmd, flags | IDA, count, LIST);
}

START_TEST(test_scattered_blocks_are_stored_to)
{
	struct bench *b = bench_new();
	unsigned int f;

	for (f = 0; f < ARRAY_SIZE(formats); f++) {
		bench_fill(b, DATA, 0xa000);
		scattered(b, formats[f], 0x02, 0, 5 + 2048 + 1000, 2043);
		bench_accept(b, formats[f], PROGRAM);
		ck_assert(cp_has_copies(b->cp));
		bench_go(b);
		ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
		bench_expect_filled(b, DATA, 0x3000 + 2043);
		bench_expect_sent(b, DATA + 0x3000 + 2043, 5, 0);
		bench_expect_filled(b, DATA + 0x3800, 0x5000 - 0x3800);
		bench_expect_sent(b, DATA + 0x5000, 1000, 5 + 2048);
		bench_expect_filled(b, DATA + 0x5000 + 1000, 0x8800 - 0x5000 - 1000);
		bench_expect_sent(b, DATA + 0x8800, 2048, 5);
		bench_expect_filled(b, DATA + 0x9000, 0x1000);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_scattered_blocks_are_fetched)
{
	struct bench *b = bench_new();
	unsigned int f;

	bench_fill(b, DATA, 0xa000);
	for (f = 0; f < ARRAY_SIZE(formats); f++) {
		scattered(b, formats[f], 0x01, 0, 5 + 2048 + 1000, 2043);
		bench_accept(b, formats[f], PROGRAM);
		ck_assert(!cp_has_copies(b->cp));
		bench_go(b);
		ck_assert_uint_eq(b->host.ngot, 5 + 2048 + 1000);
		ck_assert_uint_eq(b->host.got[4], bench_byte(DATA + 0x37ff));
		ck_assert_uint_eq(b->host.got[5], bench_byte(DATA + 0x8800));
		ck_assert_uint_eq(b->host.got[5 + 2047], bench_byte(DATA + 0x8fff));
		ck_assert_uint_eq(b->host.got[5 + 2048], bench_byte(DATA + 0x5000));
		bench_expect_filled(b, DATA, 0xa000);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_scattered_blocks_are_read_backward)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW1;

	bench_fill(b, DATA, 0xa000);
	bench_idaw(b, orb5, LIST, 0, DATA + 0x3004);
	bench_idaw(b, orb5, LIST, 1, DATA + 0x8fff);
	bench_idaw(b, orb5, LIST, 2, DATA + 0x57ff);
	bench_ccw(b, orb5, PROGRAM, 0x0c, IDA, 5 + 2048 + 2048, LIST);
	bench_accept(b, orb5, PROGRAM);
	ck_assert(cp_has_copies(b->cp));
	bench_go(b);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_expect_sent_down(b, DATA + 0x3004, 5, 0);
	bench_expect_sent_down(b, DATA + 0x8fff, 2048, 5);
	bench_expect_sent_down(b, DATA + 0x57ff, 2048, 5 + 2048);
	bench_expect_filled(b, DATA + 0x3005, 0x5000 - 0x3005);
	bench_free(b);
}
END_TEST

START_TEST(test_blocks_that_lie_well_are_pinned)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW2_2K;

	/* halves of pages next to each other, pages anywhere */
	bench_idaw(b, orb5, LIST, 0, DATA + 0x3801);
	bench_idaw(b, orb5, LIST, 1, DATA + 0x9000);
	bench_idaw(b, orb5, LIST, 2, DATA + 0x9800);
	bench_idaw(b, orb5, LIST, 3, DATA + 0x2000);
	bench_ccw(b, orb5, PROGRAM, 0x02, IDA, 2047 + 4096 + 1, LIST);
	bench_accept(b, orb5, PROGRAM);
	ck_assert(!cp_has_copies(b->cp));
	ck_assert_uint_eq(guest_pinned_pages(b->guest), 3);
	bench_go(b);
	bench_expect_sent(b, DATA + 0x3801, 2047, 0);
	bench_expect_sent(b, DATA + 0x9000, 4096, 2047);
	bench_expect_sent(b, DATA + 0x2000, 1, 2047 + 4096);
	bench_free(b);
}
END_TEST

/* The client owns what the device leaves alone: a short block must not put old bytes back. */
START_TEST(test_bytes_that_the_device_leaves_alone_stay_the_clients)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW1;

	scattered(b, orb5, 0x02, SLI, 6000, 0);
	bench_accept(b, orb5, PROGRAM);
	bench_fill(b, DATA + 0x8800 + 1000, 1048);
	bench_fill(b, DATA + 0x5000, 1904);
	bench_answer(b, 2048 + 1000, false, false);
	bench_go(b);
	ck_assert_uint_eq(b->host.residual, 6000 - 3048);
	bench_expect_sent(b, DATA + 0x3000, 2048, 0);
	bench_expect_sent(b, DATA + 0x8800, 1000, 2048);
	bench_expect_filled(b, DATA + 0x8800 + 1000, 1048);
	bench_expect_filled(b, DATA + 0x5000, 1904);
	bench_free(b);
}
END_TEST

START_TEST(test_nothing_is_written_back_when_nothing_was_stored)
{
	struct bench *b = bench_new();

	scattered(b, FORMAT1, 0x02, SLI, 6000, 0);
	bench_answer(b, 0, false, false);
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_WRITE), 0);
	bench_free(b);
}
END_TEST

START_TEST(test_copies_come_back_in_the_order_of_the_program)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW1;
	u8 byte = 0;

	scattered(b, orb5, 0x02, CC, 6000, 0);
	bench_ccw(b, orb5, PROGRAM + 8, 0x02, IDA, 5000, LIST);
	bench_answer(b, ~0u, false, false);
	b->answers[0].pattern = 100;
	bench_answer(b, 3000, false, false);
	b->answers[1].pattern = 200;
	bench_run(b, orb5, PROGRAM);
	guest_get(b->guest, DATA + 0x3001, &byte, 1);
	ck_assert_uint_eq(byte, 201);
	guest_get(b->guest, DATA + 0x8800 + 1000, &byte, 1);
	ck_assert_uint_eq(byte, (u8)(100 + 3048 + (3048 >> 8)));
	bench_free(b);
}
END_TEST

/* Back to what was there at first: as if nothing had changed, and yet it must come back. */
START_TEST(test_ccws_with_the_same_data_share_one_copy)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW1;
	unsigned int i;

	/* the second time, the device ends with the bytes that the memory began with */
	for (i = 0; i < 2; i++) {
		scattered(b, orb5, 0x02, CC, 6000, 0);
		bench_ccw(b, orb5, PROGRAM + 8, 0x02, IDA, 6000, LIST);
		bench_answer(b, ~0u, false, false);
		b->answers[0].pattern = 100;
		bench_answer(b, ~0u, false, false);
		bench_run(b, orb5, PROGRAM);
		bench_expect_sent(b, DATA + 0x3000, 2048, 0);
		bench_expect_sent(b, DATA + 0x8800, 2048, 2048);
		b->nanswers = 0;
	}
	bench_free(b);
}
END_TEST

START_TEST(test_scattered_store_into_read_only_memory_is_refused)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW1;

	scattered(b, orb5, 0x02, 0, 6000, 0);
	bench_idaw(b, orb5, LIST, 2, READ_ONLY);
	bench_refuse(b, orb5, PROGRAM, CCWBROKER_REFUSED_DATA_PROTECTED, PROGRAM);
	scattered(b, orb5, 0x01, 0, 6000, 0);
	bench_idaw(b, orb5, LIST, 2, READ_ONLY);
	bench_accept(b, orb5, PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_copied_data_counts_as_touched)
{
	struct bench *b = bench_new();

	scattered(b, FORMAT1, 0x02, 0, 6000, 0);
	bench_accept(b, FORMAT1, PROGRAM);
	ck_assert(cp_touches(b->cp, DATA + 0x8000, 4096));
	ck_assert(!cp_touches(b->cp, DATA + 0x9000, 0x10000));
	bench_free(b);
}
END_TEST

/* The device would fetch what was there before the program began. */
START_TEST(test_store_and_fetch_of_the_same_bytes_is_refused_if_one_is_copied)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW1;

	scattered(b, orb5, 0x02, CC, 6000, 0);
	bench_ccw(b, orb5, PROGRAM + 8, 0x01, 0, 1, DATA + 0x8fff);
	bench_refuse(b, orb5, PROGRAM, CCWBROKER_REFUSED_CCW_UNSUPPORTED, PROGRAM + 8);
	bench_ccw(b, orb5, PROGRAM + 8, 0x01, 0, 1, DATA + 0x9000);
	bench_run(b, orb5, PROGRAM);
	bench_ccw(b, orb5, PROGRAM + 8, 0x02, 0, 1, DATA + 0x8fff);
	bench_run(b, orb5, PROGRAM);
	scattered(b, orb5, 0x01, CC, 6000, 0);
	bench_refuse(b, orb5, PROGRAM, CCWBROKER_REFUSED_CCW_UNSUPPORTED, PROGRAM + 8);
	/* pinned data may do so next to a copy */
	scattered(b, orb5, 0x01, CC, 6000, 0);
	bench_ccw(b, orb5, PROGRAM + 8, 0x02, CC, 8, DATA);
	bench_ccw(b, orb5, PROGRAM + 16, 0x01, 0, 8, DATA);
	bench_run(b, orb5, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	/* only after a status modifier: cut off instead */
	bench_tic(b, orb5, PROGRAM + 8, PROGRAM);
	bench_ccw(b, orb5, PROGRAM + 16, 0x02, 0, 1, DATA + 0x8fff);
	bench_answer(b, ~0u, false, true);
	bench_run(b, orb5, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_PROGRAM_CHECK);
	bench_free(b);
}
END_TEST

/* n CCWs of 16 copied pages each, no two with the same data, and one more with more bytes. */
static void many_copies(struct bench *b, unsigned int n, u16 more)
{
	u8 orb5 = FORMAT1 | IDAW1;
	unsigned int i;

	for (i = 0; i < 32 + n; i++)
		bench_idaw(b, orb5, LIST, i, DATA + (i * 4096u) % 0x40000);
	for (i = 0; i < n; i++)
		bench_ccw(b, orb5, PROGRAM + 8 * i, 0x02, IDA | (i + 1 < n || more ? CC : 0), 65535,
			  LIST + 4 * i);
	if (more)
		bench_ccw(b, orb5, PROGRAM + 8 * n, 0x02, IDA, more, LIST);
}

/* Limit: CP_COPY_PAGES_MAX */
START_TEST(test_512_copied_pages_are_taken_and_513_refused)
{
	struct bench *b = bench_new();
	unsigned int n = CP_COPY_PAGES_MAX / 16;

	many_copies(b, n, 0);
	bench_accept(b, FORMAT1, PROGRAM);
	cp_release(b->cp);
	many_copies(b, n, 2049);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_DATA_SIZE, PROGRAM + 8 * n);
	many_copies(b, n, 2048); /* one block is pinned, not copied */
	bench_run(b, FORMAT1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_free(b);
}
END_TEST

/* 65,535 bytes from the last byte of a block */
START_TEST(test_33_scattered_blocks_of_one_ccw)
{
	struct bench *b = bench_new();
	unsigned int i;
	u64 block;

	for (i = 0; i < BLOCKS; i++)
		bench_idaw(b, IDAW1, LIST, i, DATA + i * 0x1800u + (i ? 0 : 2047));
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, IDA, 65535, LIST);
	bench_run(b, FORMAT1 | IDAW1, PROGRAM);
	ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
	bench_expect_sent(b, DATA + 2047, 1, 0);
	for (i = 1; i < BLOCKS; i++) {
		block = DATA + i * 0x1800u;
		bench_expect_sent(b, block, i == 32 ? 2046 : 2048, 1 + (i - 1) * 2048);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_copying_back_goes_on_after_an_error_and_returns_the_first)
{
	static const u32 blocks[] = { DATA + 0x3000, DATA + 0x8800, DATA + 0x5000 };
	struct bench *b = bench_new();
	u8 other[2048];
	u32 i, n;

	/* no byte is what the device will send: one write for each block */
	for (n = 0; n < ARRAY_SIZE(blocks) * sizeof(other); n++) {
		i = n % sizeof(other);
		other[i] = (u8) ~(n + (n >> 8));
		if (i + 1 == sizeof(other))
			guest_put(b->guest, blocks[n / sizeof(other)], other, sizeof(other));
	}
	scattered(b, FORMAT1, 0x02, 0, 6144, 0);
	bench_accept(b, FORMAT1, PROGRAM);
	bench_channel(b);
	guest_fail(b->guest, 1 << GUEST_WRITE, 2, -EIO);
	ck_assert_int_eq(cp_copy_back(b->cp), -EIO);
	bench_expect_sent(b, blocks[0], 2048, 0);
	bench_expect_sent(b, blocks[2], 2048, 4096);
	ck_assert_uint_eq(guest_calls(b->guest, GUEST_WRITE), 3);
	bench_free(b);
}
END_TEST

START_TEST(test_unreadable_fill_is_refused)
{
	struct bench *b = bench_new();
	unsigned int nth;

	scattered(b, FORMAT1, 0x02, 0, 6000, 0);
	/* reads 1 and 2 are the CCW and the list */
	for (nth = 3; nth <= 5; nth++) {
		guest_fail(b->guest, 1 << GUEST_READ, nth, -EFAULT);
		bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM);
	}
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-copy", test_nothing_is_written_back_when_nothing_was_stored,
	   test_33_scattered_blocks_of_one_ccw, test_ccws_with_the_same_data_share_one_copy,
	   test_scattered_blocks_are_stored_to, test_scattered_blocks_are_fetched,
	   test_scattered_blocks_are_read_backward, test_blocks_that_lie_well_are_pinned,
	   test_bytes_that_the_device_leaves_alone_stay_the_clients,
	   test_copies_come_back_in_the_order_of_the_program,
	   test_scattered_store_into_read_only_memory_is_refused,
	   test_copied_data_counts_as_touched,
	   test_store_and_fetch_of_the_same_bytes_is_refused_if_one_is_copied,
	   test_512_copied_pages_are_taken_and_513_refused,
	   test_copying_back_goes_on_after_an_error_and_returns_the_first,
	   test_unreadable_fill_is_refused)
