// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Channel report words: Principles of Operation, chapter 17, "Channel Report".
 */
#include <linux/string.h>

#include <asm/crw.h>

#include "crw.h"

static u32 crw_word(const struct crw *crw)
{
	u32 word;

	static_assert(sizeof(*crw) == sizeof(word));
	memcpy(&word, crw, sizeof(word));
	return word;
}

void crw_queue_init(struct crw_queue *q)
{
	spin_lock_init(&q->lock);
}

void crw_queue_clear(struct crw_queue *q)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	q->head = 0;
	q->count = 0;
	spin_unlock_irqrestore(&q->lock, flags);
}

void crw_queue_put_path(struct crw_queue *q, u8 chpid, bool is_available)
{
	struct crw crw = {
		.rsc = CRW_RSC_CPATH,
		.erc = is_available ? CRW_ERC_INIT : CRW_ERC_PERRN,
		.rsid = chpid,
	};
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	if (q->count == CRW_QUEUE_MAX) {
		q->count--;
		crw.oflw = 1;
	}
	q->words[(q->head + q->count) % CRW_QUEUE_MAX] = crw_word(&crw);
	q->count++;
	spin_unlock_irqrestore(&q->lock, flags);
}

u32 crw_queue_get(struct crw_queue *q, bool *ret_more)
{
	unsigned long flags;
	u32 word = 0;

	spin_lock_irqsave(&q->lock, flags);
	if (q->count) {
		word = q->words[q->head];
		q->head = (q->head + 1) % CRW_QUEUE_MAX;
		q->count--;
	}
	*ret_more = q->count;
	spin_unlock_irqrestore(&q->lock, flags);
	return word;
}
