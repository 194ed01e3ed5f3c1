/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * What the files of request.h share; nobody else includes it. request-irq.c is called by cio,
 * request-start.c brings a program to the subchannel, request-run.c waits for one, request-memory.c
 * has memory stay pinned, request.c ends programs and takes the device online and offline.
 */
#ifndef CCWBROKER_REQUEST_PRIV_H
#define CCWBROKER_REQUEST_PRIV_H

#include "cp.h"
#include "request.h"

/* On the stack of who waits; the interrupt accumulates into it under the ccwdev lock. */
struct request_waiter {
	struct irb irb;
	bool is_done;
};

static inline bool request_is_over(struct request *req)
{
	enum request_state state = READ_ONCE(req->state);

	return state == REQUEST_IDLE || state == REQUEST_ENDED;
}

/* -- request-irq.c -- */

/*
 * Takes the ccwdev lock. A device that moves to another subchannel gets another lock, so it is
 * looked up anew each time; the caller unlocks the one returned.
 */
spinlock_t *request_lock(struct request *req, unsigned long *flags)
	__acquires(get_ccwdev_lock(req->cdev));
/* ccwdev lock held: hands an IRB to the waiter or the queue; is_over ends the program. */
void request_deliver(struct request *req, const struct irb *irb, bool is_ours, bool is_over);

/* -- request-start.c: io_mutex held -- */

/* Translates and starts. waiter (or NULL) gets the IRBs until it is done. */
int request_begin(struct request *req, const u8 *orb, struct cp_refusal *refusal,
		  struct request_waiter *waiter);
/*
 * Gives back what an ended program holds; nothing in any other state. Where what the device stored
 * cannot be written to the client's memory, its last IRB says so: *last, or NULL for the queue's.
 */
void request_settle(struct request *req, struct irb *last);

/* So many pages are pinned besides registered memory. */
void request_count_pins(struct request *req, unsigned int pinned);

/* Nothing is pinned anew for a while after an unmap met something: see REQUEST_UNMAP_QUIET_MS. */
void request_wait_quiet(struct request *req);

/* -- request-memory.c: io_mutex held -- */

/* Drops registered memory of which a part lies there. No program uses it. Was there any? */
bool request_drop_memory(struct request *req, u64 iova, u64 length);
void request_drop_all_memory(struct request *req);

/* -- request.c: io_mutex held -- */

/* Ends the active program early and returns when the channel has let go of it. */
int request_stop(struct request *req);

#endif
