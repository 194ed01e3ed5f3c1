/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * Channel report words for the client: a bounded queue with a lock of its own (innermost), as
 * path events come while other locks are held (CVE-2026-80547). Allocates nothing, so none is lost
 * for want of memory.
 */
#ifndef CCWBROKER_CRW_H
#define CCWBROKER_CRW_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "limits.h"

struct crw_queue {
	spinlock_t lock;
	unsigned int head;
	unsigned int count;
	u32 words[CRW_QUEUE_MAX];
};

void crw_queue_init(struct crw_queue *q);
void crw_queue_clear(struct crw_queue *q);

/*
 * A channel path came or went. Any context. When the queue is full the newest word tells by its
 * overflow bit that others are missing.
 */
void crw_queue_put_path(struct crw_queue *q, u8 chpid, bool is_available);
/* The oldest word, 0 when there is none; *ret_more: there are others. */
u32 crw_queue_get(struct crw_queue *q, bool *ret_more);

#endif
