// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Tests kmod/crw.c: the queue of channel report words at its limit and past it.
 */
#include "check-main.h"
#include "cp-kernel.h"
#include "crw.h"

#include <asm/crw.h>

static struct crw_queue *queue_of(unsigned int n)
{
	static struct crw_queue queue;
	unsigned int i;

	crw_queue_init(&queue);
	crw_queue_clear(&queue);
	for (i = 0; i < n; i++)
		crw_queue_put_path(&queue, (u8)i, i % 2);
	return &queue;
}

/* The next word as fields; expects that there is one. */
static struct crw crw_next(struct crw_queue *queue, bool expect_more)
{
	struct crw crw;
	bool more;
	u32 word;

	word = crw_queue_get(queue, &more);
	ck_assert_uint_ne(word, 0);
	ck_assert_int_eq(more, expect_more);
	memcpy(&crw, &word, sizeof(crw));
	return crw;
}

START_TEST(test_word_says_which_path_came_or_went)
{
	struct crw_queue *queue = queue_of(0);
	struct crw crw;
	bool more;

	crw_queue_put_path(queue, 0x47, true);
	crw_queue_put_path(queue, 0x48, false);
	crw = crw_next(queue, true);
	ck_assert_uint_eq(crw.rsc, CRW_RSC_CPATH);
	ck_assert_uint_eq(crw.erc, CRW_ERC_INIT);
	ck_assert_uint_eq(crw.rsid, 0x47);
	ck_assert_uint_eq(crw.oflw, 0);
	crw = crw_next(queue, false);
	ck_assert_uint_eq(crw.erc, CRW_ERC_PERRN);
	ck_assert_uint_eq(crw.rsid, 0x48);
	ck_assert_uint_eq(crw_queue_get(queue, &more), 0);
	ck_assert(!more);
	/* on a channel's byte order the word is that of the architecture */
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) {
		crw_queue_put_path(queue, 0x47, true);
		ck_assert_uint_eq(crw_queue_get(queue, &more), 0x04020047);
	}
}
END_TEST

/* Limit: CRW_QUEUE_MAX */
START_TEST(test_queue_at_its_limit_is_whole)
{
	struct crw_queue *queue = queue_of(CRW_QUEUE_MAX);
	struct crw crw;
	unsigned int i;

	for (i = 0; i < CRW_QUEUE_MAX; i++) {
		crw = crw_next(queue, i + 1 < CRW_QUEUE_MAX);
		ck_assert_uint_eq(crw.rsid, i);
		ck_assert_uint_eq(crw.oflw, 0);
	}
}
END_TEST

START_TEST(test_past_the_limit_the_newest_tells_that_words_are_missing)
{
	struct crw_queue *queue = queue_of(CRW_QUEUE_MAX + 2);
	struct crw crw;
	unsigned int i;

	for (i = 0; i + 1 < CRW_QUEUE_MAX; i++) {
		crw = crw_next(queue, true);
		ck_assert_uint_eq(crw.rsid, i);
		ck_assert_uint_eq(crw.oflw, 0);
	}
	crw = crw_next(queue, false);
	ck_assert_uint_eq(crw.rsid, CRW_QUEUE_MAX + 1);
	ck_assert_uint_eq(crw.oflw, 1);
	/* and once there is room again, none is */
	crw_queue_put_path(queue, 1, true);
	ck_assert_uint_eq(crw_next(queue, false).oflw, 0);
}
END_TEST

START_TEST(test_clear_forgets_and_the_ring_goes_around)
{
	struct crw_queue *queue = queue_of(CRW_QUEUE_MAX - 1);
	unsigned int i;
	bool more;

	for (i = CRW_QUEUE_MAX - 1; i < 5 * CRW_QUEUE_MAX; i++) {
		crw_queue_put_path(queue, (u8)i, true);
		ck_assert_uint_eq(crw_next(queue, true).rsid, (u8)(i - (CRW_QUEUE_MAX - 1)));
	}
	crw_queue_clear(queue);
	ck_assert_uint_eq(crw_queue_get(queue, &more), 0);
	ck_assert(!more);
}
END_TEST

CHECK_MAIN("crw", test_word_says_which_path_came_or_went, test_queue_at_its_limit_is_whole,
	   test_past_the_limit_the_newest_tells_that_words_are_missing,
	   test_clear_forgets_and_the_ring_goes_around)
