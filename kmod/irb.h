/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * Interruption response blocks as cio hands them over: predicates, repair, accumulation, and a
 * small queue. Knows nothing of devices, locks or VFIO; the caller holds whatever guards the block.
 */
#ifndef CCWBROKER_IRB_H
#define CCWBROKER_IRB_H

#include <linux/types.h>

#include <asm/cio.h>

#include "limits.h"

struct irb_queue {
	unsigned int head; /* next to read */
	unsigned int count;
	struct irb slots[IRB_QUEUE_MAX];
};

/* Status that belongs to a start, halt or clear function, in contrast to alert status alone. */
static inline bool irb_is_solicited(const struct irb *irb)
{
	const struct cmd_scsw *scsw = &irb->scsw.cmd;

	return scsw->cc || scsw->stctl != (SCSW_STCTL_STATUS_PEND | SCSW_STCTL_ALERT_STATUS);
}

/* Neither subchannel nor device is active any more: the program is over. */
static inline bool irb_is_final(const struct irb *irb)
{
	return !(irb->scsw.cmd.actl & (SCSW_ACTL_DEVACT | SCSW_ACTL_SCHACT));
}

/* The start function never began: deferred condition code 1, the program can be started again. */
static inline bool irb_is_deferred(const struct irb *irb)
{
	return irb->scsw.cmd.cc == 1 && (irb->scsw.cmd.fctl & SCSW_FCTL_START_FUNC);
}

/*
 * Sense that cio fetched by itself stands in the ECW with ERW.S set, but ECTL and the sense count
 * are still those of the original interrupt; a guest would find no sense data (F4).
 */
void irb_repair_sense(struct irb *irb);
/* Adds a later interrupt of the same program to what came before. acc starts zeroed. */
void irb_merge(struct irb *acc, const struct irb *irb);
/* The status of a CCW at this guest address that the device does not know: Command Reject. */
void irb_make_rejected(struct irb *irb, u32 ccw);
/* The status of one that the channel does not take: SCHN_STAT_PROG_CHECK or SCHN_STAT_PROT_CHECK. */
void irb_make_checked(struct irb *irb, u32 ccw, u8 cstat);
/* Unit check, or a status of the channel other than PCI and incorrect length. */
static inline bool irb_is_error(const struct irb *irb)
{
	const struct cmd_scsw *scsw = &irb->scsw.cmd;

	return (scsw->dstat & DEV_STAT_UNIT_CHECK) || scsw->cc ||
	       (scsw->cstat & ~(SCHN_STAT_PCI | SCHN_STAT_INCORR_LEN));
}

/* The status of a start that found no path: deferred condition code 3. */
void irb_make_lost(struct irb *irb);

/* What the device stored could not reach the client's memory: a protection check. */
void irb_make_protected(struct irb *irb);
/* The same to the newest IRB that ends a program, if it is still there. */
void irb_queue_protect(struct irb_queue *q);

void irb_queue_init(struct irb_queue *q);
/* A full queue drops the block, unless it ends a program: that replaces the newest one. */
void irb_queue_put(struct irb_queue *q, const struct irb *irb);
/* false: the queue is empty and *ret_irb untouched. */
bool irb_queue_get(struct irb_queue *q, struct irb *ret_irb);

#endif
