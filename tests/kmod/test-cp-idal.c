// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/cp-idal.c through cp.h: data addresses and IDALs of all three formats, at every
 * alignment and length, in both directions.
 */
#include "bench.h"
#include "check-main.h"

#define LIST (PROGRAM + 0x4000)

static const u16 counts[] = { 1, 2, 2047, 2048, 2049, 4095, 4096, 4097, 65535 };
static const u8 formats[] = { IDAW1, IDAW2_2K, IDAW2_4K };

static u32 block_of(u8 orb5)
{
	return orb5 == IDAW2_4K ? 4096 : 2048;
}

/* Words for count bytes from first on: blocks of a linear buffer. Returns how many. */
static unsigned int linear_list(struct bench *b, u8 orb5, u32 list, u64 first, u32 count)
{
	u32 block = block_of(orb5);
	unsigned int i;
	u64 at = first;

	for (i = 0; at < first + count; i++) {
		bench_idaw(b, orb5, list, i, at);
		at = ALIGN_DOWN(at, block) + block;
	}
	return i;
}

/* The same downwards: first is the highest byte. */
static unsigned int linear_list_down(struct bench *b, u8 orb5, u32 list, u64 first, u32 count)
{
	u32 block = block_of(orb5);
	unsigned int i;
	u64 at = first;

	for (i = 0; at > first - count; i++) {
		bench_idaw(b, orb5, list, i, at);
		at = ALIGN_DOWN(at, block) - 1;
	}
	return i;
}

static void clear(struct bench *b)
{
	static const u8 zeros[64 * CP_PAGE_SIZE];

	guest_put(b->guest, DATA, zeros, sizeof(zeros));
}

START_TEST(test_direct_data_of_every_length_is_stored)
{
	struct bench *b = bench_new();
	unsigned int i, at;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		for (at = 0; at < CP_PAGE_SIZE; at += 455) {
			bench_fill(b, DATA, at + counts[i] + 1);
			bench_ccw(b, FORMAT1, PROGRAM, 0x02, 0, counts[i], DATA + at);
			bench_run(b, FORMAT1, PROGRAM);
			ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
			bench_expect_filled(b, DATA, at);
			bench_expect_sent(b, DATA + at, counts[i], 0);
			bench_expect_filled(b, DATA + at + counts[i], 1);
		}
	}
	bench_free(b);
}
END_TEST

START_TEST(test_direct_data_of_every_length_is_fetched)
{
	struct bench *b = bench_new();
	unsigned int i, j;

	bench_fill(b, DATA, 20 * CP_PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		bench_ccw(b, FORMAT0, PROGRAM, 0x01, 0, counts[i], DATA + 4095);
		bench_run(b, FORMAT0, PROGRAM);
		ck_assert_uint_eq(b->host.ngot, counts[i]);
		for (j = 0; j < counts[i]; j++)
			REQUIRE(b->host.got[j] == bench_byte(DATA + 4095 + j));
	}
	bench_free(b);
}
END_TEST

START_TEST(test_direct_data_is_read_backward)
{
	struct bench *b = bench_new();
	unsigned int i;
	u32 highest;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		clear(b);
		highest = DATA + 0x100 + counts[i];
		bench_fill(b, DATA, 0x101);
		bench_ccw(b, FORMAT1, PROGRAM, 0x0c, 0, counts[i], highest);
		bench_run(b, FORMAT1, PROGRAM);
		ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
		bench_expect_sent_down(b, highest, counts[i], 0);
		bench_expect_filled(b, DATA, 0x101);
	}
	bench_free(b);
}
END_TEST

/* vfio-ccw.md 6, items 5 and 20: sizes by IDAW format, first word with an offset */
START_TEST(test_idal_at_every_alignment_and_length_is_stored_to)
{
	struct bench *b = bench_new();
	unsigned int f, i, at;
	u8 orb5;

	for (f = 0; f < ARRAY_SIZE(formats); f++) {
		for (i = 0; i < ARRAY_SIZE(counts); i++) {
			for (at = 1; at <= 4096; at += at < 8 ? 1 : 583) {
				orb5 = FORMAT1 | formats[f];
				linear_list(b, formats[f], LIST, DATA + at, counts[i]);
				bench_fill(b, DATA, at);
				bench_ccw(b, orb5, PROGRAM, 0x02, IDA, counts[i], LIST);
				bench_run(b, orb5, PROGRAM);
				ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
				bench_expect_filled(b, DATA, at);
				bench_expect_sent(b, DATA + at, counts[i], 0);
			}
		}
	}
	bench_free(b);
}
END_TEST

START_TEST(test_idal_is_read_backward)
{
	struct bench *b = bench_new();
	unsigned int f, i, at;
	u64 highest;
	u8 orb5;

	for (f = 0; f < ARRAY_SIZE(formats); f++) {
		for (i = 0; i < ARRAY_SIZE(counts); i++) {
			for (at = 0; at < 4096; at += 1023) {
				orb5 = FORMAT1 | formats[f];
				highest = DATA + at + counts[i];
				linear_list_down(b, formats[f], LIST, highest, counts[i]);
				bench_fill(b, DATA, at + 1);
				bench_ccw(b, orb5, PROGRAM, 0x0c, IDA, counts[i], LIST);
				bench_run(b, orb5, PROGRAM);
				ck_assert_int_eq(b->host.end, CHANNEL_NORMAL);
				bench_expect_sent_down(b, highest, counts[i], 0);
				bench_expect_filled(b, DATA, at + 1);
			}
		}
	}
	bench_free(b);
}
END_TEST

START_TEST(test_4k_blocks_anywhere_also_above_4_gib)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW2_4K;

	bench_idaw(b, orb5, LIST, 0, HIGH + 0x5ff0);
	bench_idaw(b, orb5, LIST, 1, DATA + 0x3000);
	bench_idaw(b, orb5, LIST, 2, HIGH + 0x1000);
	bench_ccw(b, orb5, PROGRAM, 0x02, IDA, 16 + 4096 + 100, LIST);
	bench_run(b, orb5, PROGRAM);
	bench_expect_sent(b, HIGH + 0x5ff0, 16, 0);
	bench_expect_sent(b, DATA + 0x3000, 4096, 16);
	bench_expect_sent(b, HIGH + 0x1000, 100, 16 + 4096);
	bench_free(b);
}
END_TEST

START_TEST(test_4k_blocks_anywhere_read_backward)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW2_4K;

	bench_idaw(b, orb5, LIST, 0, HIGH + 0x500f);
	bench_idaw(b, orb5, LIST, 1, DATA + 0x3fff);
	bench_idaw(b, orb5, LIST, 2, HIGH + 0x1fff);
	bench_ccw(b, orb5, PROGRAM, 0x0c, IDA, 16 + 4096 + 100, LIST);
	bench_run(b, orb5, PROGRAM);
	bench_expect_sent_down(b, HIGH + 0x500f, 16, 0);
	bench_expect_sent_down(b, DATA + 0x3fff, 4096, 16);
	bench_expect_sent_down(b, HIGH + 0x1fff, 100, 16 + 4096);
	bench_free(b);
}
END_TEST

START_TEST(test_idal_is_aligned_as_its_words)
{
	struct bench *b = bench_new();
	unsigned int i;

	for (i = 1; i < 8; i++) {
		bench_idaw(b, IDAW1, LIST + i, 0, DATA);
		bench_ccw(b, FORMAT1, PROGRAM, 0x02, IDA, 8, LIST + i);
		if (i == 4)
			bench_run(b, FORMAT1 | IDAW1, PROGRAM);
		else
			bench_refuse(b, FORMAT1 | IDAW1, PROGRAM, CCWBROKER_REFUSED_IDAW, PROGRAM);
		bench_refuse(b, FORMAT1 | IDAW2_2K, PROGRAM, CCWBROKER_REFUSED_IDAW, PROGRAM);
		bench_refuse(b, FORMAT1 | IDAW2_4K, PROGRAM, CCWBROKER_REFUSED_IDAW, PROGRAM);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_later_words_designate_whole_blocks)
{
	static const u16 off[] = { 1, 8, 2047, 2049, 4095 };
	struct bench *b = bench_new();
	unsigned int f, i;
	u8 orb5;

	for (f = 0; f < ARRAY_SIZE(formats); f++) {
		orb5 = FORMAT1 | formats[f];
		bench_ccw(b, orb5, PROGRAM, 0x02, IDA, 4097, LIST);
		for (i = 0; i < ARRAY_SIZE(off); i++) {
			linear_list(b, orb5 & 3, LIST, DATA, 4097);
			bench_idaw(b, orb5, LIST, 1, DATA + 0x2000 + off[i]);
			bench_refuse(b, orb5, PROGRAM, CCWBROKER_REFUSED_IDAW, PROGRAM);
		}
		bench_idaw(b, orb5, LIST, 1, DATA + 0x2000 + 2048);
		if (formats[f] == IDAW2_4K)
			bench_refuse(b, orb5, PROGRAM, CCWBROKER_REFUSED_IDAW, PROGRAM);
		else
			bench_run(b, orb5, PROGRAM);
	}
	bench_free(b);
}
END_TEST

START_TEST(test_later_words_of_read_backward_designate_last_bytes)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW2_4K;

	bench_idaw(b, orb5, LIST, 0, DATA + 0x2000);
	bench_idaw(b, orb5, LIST, 1, DATA + 0x1000);
	bench_ccw(b, orb5, PROGRAM, 0x0c, IDA, 2, LIST);
	bench_refuse(b, orb5, PROGRAM, CCWBROKER_REFUSED_IDAW, PROGRAM);
	bench_idaw(b, orb5, LIST, 1, DATA + 0x1fff);
	bench_run(b, orb5, PROGRAM);
	bench_expect_sent_down(b, DATA + 0x2000, 2, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_bit_0_of_a_format_1_idaw_is_refused)
{
	struct bench *b = bench_new();

	bench_idaw(b, IDAW1, LIST, 0, 0x80000000u | DATA);
	bench_ccw(b, FORMAT1, PROGRAM, 0x02, IDA, 8, LIST);
	bench_refuse(b, FORMAT1 | IDAW1, PROGRAM, CCWBROKER_REFUSED_IDAW, PROGRAM);
	bench_free(b);
}
END_TEST

/* A list that ends with the mapping: the word after the last needed must not be touched. */
START_TEST(test_no_word_more_than_needed_is_read)
{
	struct bench *b = bench_new();
	u32 end = PROGRAM + 16 * CP_PAGE_SIZE;
	unsigned int f, i, at, n;
	u8 orb5;

	for (f = 0; f < ARRAY_SIZE(formats); f++) {
		orb5 = FORMAT1 | formats[f];
		for (i = 0; i < ARRAY_SIZE(counts); i++) {
			for (at = 0; at < 4096; at += 2047) {
				n = linear_list(b, orb5 & 3, LIST, DATA + at, counts[i]);
				n *= orb5 & 2 ? 8 : 4;
				linear_list(b, orb5 & 3, end - n, DATA + at, counts[i]);
				bench_ccw(b, orb5, PROGRAM, 0x02, IDA, counts[i], end - n);
				bench_run(b, orb5, PROGRAM);
				bench_expect_sent(b, DATA + at, counts[i], 0);
			}
		}
	}
	bench_free(b);
}
END_TEST

START_TEST(test_idal_that_runs_out_of_memory_is_refused)
{
	struct bench *b = bench_new();
	u32 end = PROGRAM + 16 * CP_PAGE_SIZE;
	u8 orb5 = FORMAT1 | IDAW2_4K;

	bench_idaw(b, orb5, end - 8, 0, DATA);
	bench_ccw(b, orb5, PROGRAM, 0x02, IDA, 4097, end - 8);
	bench_refuse(b, orb5, PROGRAM, CCWBROKER_REFUSED_IDAL_UNREADABLE, PROGRAM);
	bench_ccw(b, orb5, PROGRAM, 0x02, IDA, 1, NOWHERE);
	bench_refuse(b, orb5, PROGRAM, CCWBROKER_REFUSED_IDAL_UNREADABLE, PROGRAM);
	/* the word that only the offset of the first one makes necessary */
	bench_idaw(b, orb5, end - 8, 0, DATA + 1);
	bench_ccw(b, orb5, PROGRAM, 0x02, IDA, 4096, end - 8);
	bench_refuse(b, orb5, PROGRAM, CCWBROKER_REFUSED_IDAL_UNREADABLE, PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_list_across_a_page_edge_is_good)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW2_4K;

	linear_list(b, IDAW2_4K, PROGRAM + 0x4ff8, DATA + 7, 20000);
	bench_ccw(b, orb5, PROGRAM, 0x02, IDA, 20000, PROGRAM + 0x4ff8);
	bench_run(b, orb5, PROGRAM);
	bench_expect_sent(b, DATA + 7, 20000, 0);
	bench_free(b);
}
END_TEST

START_TEST(test_list_and_data_end_where_the_format_ends)
{
	struct bench *b = bench_new();

	guest_map(b->guest, LAST + CP_PAGE_SIZE, 1, true);
	bench_ccw(b, FORMAT0, PROGRAM, 0x02, 0, 8, LAST + 0xff8);
	bench_run(b, FORMAT0, PROGRAM);
	bench_ccw(b, FORMAT0, PROGRAM, 0x02, 0, 9, LAST + 0xff8);
	bench_refuse(b, FORMAT0, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM);
	bench_idaw(b, IDAW1, LAST + 0xffc, 0, DATA + 2047);
	bench_idaw(b, IDAW1, LAST + 0xffc, 1, DATA + 2048);
	bench_ccw(b, FORMAT0, PROGRAM, 0x02, IDA, 1, LAST + 0xffc);
	bench_run(b, FORMAT0, PROGRAM);
	bench_ccw(b, FORMAT0, PROGRAM, 0x02, IDA, 2, LAST + 0xffc);
	bench_refuse(b, FORMAT0, PROGRAM, CCWBROKER_REFUSED_IDAL_UNREADABLE, PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_read_backward_below_address_zero_is_refused)
{
	struct bench *b = bench_new();

	guest_map(b->guest, 0, 1, true);
	guest_map(b->guest, 0xfffff000u, 2, true);
	bench_ccw(b, FORMAT1, PROGRAM, 0x0c, 0, 8, 7);
	bench_run(b, FORMAT1, PROGRAM);
	bench_expect_sent_down(b, 7, 8, 0);
	bench_ccw(b, FORMAT1, PROGRAM, 0x0c, 0, 9, 7);
	bench_refuse(b, FORMAT1, PROGRAM, CCWBROKER_REFUSED_DATA_UNMAPPED, PROGRAM);
	bench_free(b);
}
END_TEST

START_TEST(test_block_at_the_top_of_the_address_space_does_not_wrap)
{
	struct bench *b = bench_new();
	u8 orb5 = FORMAT1 | IDAW2_4K;
	u64 top = ~0ull - 4095;

	guest_map(b->guest, top, 1, true);
	guest_map(b->guest, 0, 1, true);
	bench_idaw(b, orb5, LIST, 0, ~0ull - 7);
	bench_idaw(b, orb5, LIST, 1, 0);
	bench_ccw(b, orb5, PROGRAM, 0x02, IDA, 16, LIST);
	bench_accept(b, orb5, PROGRAM);
	ck_assert(cp_touches(b->cp, top, 4096));
	ck_assert(cp_touches(b->cp, 0, 4096));
	ck_assert(!cp_touches(b->cp, 4096, top - 4096));
	bench_go(b);
	bench_expect_sent(b, ~0ull - 7, 8, 0);
	bench_expect_sent(b, 0, 8, 8);
	bench_idaw(b, orb5, LIST, 0, 7);
	bench_idaw(b, orb5, LIST, 1, ~0ull);
	bench_ccw(b, orb5, PROGRAM, 0x0c, IDA, 16, LIST);
	bench_run(b, orb5, PROGRAM);
	bench_expect_sent_down(b, 7, 8, 0);
	bench_expect_sent_down(b, ~0ull, 8, 8);
	bench_free(b);
}
END_TEST

CHECK_MAIN("cp-idal", test_direct_data_of_every_length_is_stored,
	   test_direct_data_of_every_length_is_fetched, test_direct_data_is_read_backward,
	   test_idal_at_every_alignment_and_length_is_stored_to, test_idal_is_read_backward,
	   test_4k_blocks_anywhere_also_above_4_gib, test_4k_blocks_anywhere_read_backward,
	   test_idal_is_aligned_as_its_words, test_later_words_designate_whole_blocks,
	   test_later_words_of_read_backward_designate_last_bytes,
	   test_bit_0_of_a_format_1_idaw_is_refused, test_no_word_more_than_needed_is_read,
	   test_idal_that_runs_out_of_memory_is_refused, test_list_across_a_page_edge_is_good,
	   test_list_and_data_end_where_the_format_ends,
	   test_read_backward_below_address_zero_is_refused,
	   test_block_at_the_top_of_the_address_space_does_not_wrap)
