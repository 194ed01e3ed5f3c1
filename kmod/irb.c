// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Interruption response blocks: what they mean for the program, and the queue to the client.
 * Sources: Principles of Operation, chapter 16 (SCSW, ESW, ECW); arch/s390/include/asm/scsw.h.
 */
#include <linux/string.h>

#include <asm/dma-types.h>

#include "irb.h"

#define IRB_SENSE_COMMAND_REJECT 0x80 /* byte 0 of the sense data of every device */

void irb_repair_sense(struct irb *irb)
{
	if (!(irb->scsw.cmd.dstat & DEV_STAT_UNIT_CHECK) || !irb->esw.esw0.erw.cons)
		return;
	if (irb->scsw.cmd.ectl && irb->esw.esw0.erw.scnt)
		return;
	irb->scsw.cmd.ectl = 1;
	irb->esw.esw0.erw.scnt = sizeof(irb->ecw);
}

void irb_merge(struct irb *acc, const struct irb *irb)
{
	const struct cmd_scsw *new = &irb->scsw.cmd;
	struct cmd_scsw *scsw = &acc->scsw.cmd;

	/* A clear or halt function ends all that was; a deferred start is all there is. */
	if (!scsw->stctl || new->cc || (new->fctl &(SCSW_FCTL_CLEAR_FUNC | SCSW_FCTL_HALT_FUNC))) {
		*acc = *irb;
		return;
	}
	if (new->stctl & SCSW_STCTL_PRIM_STATUS) {
		scsw->cpa = new->cpa;
		scsw->count = new->count;
	}
	if (new->dstat & DEV_STAT_UNIT_CHECK || new->ectl) {
		scsw->ectl = new->ectl;
		scsw->eswf = new->eswf;
		acc->esw = irb->esw;
		memcpy(acc->ecw, irb->ecw, sizeof(acc->ecw));
	}
	scsw->fctl = new->fctl;
	scsw->actl = new->actl;
	scsw->pno |= new->pno;
	scsw->stctl |= new->stctl;
	scsw->dstat |= new->dstat;
	scsw->cstat |= new->cstat;
}

void irb_make_lost(struct irb *irb)
{
	memset(irb, 0, sizeof(*irb));
	irb->scsw.cmd.cc = 3;
	irb->scsw.cmd.fctl = SCSW_FCTL_START_FUNC;
	irb->scsw.cmd.stctl = SCSW_STCTL_PRIM_STATUS | SCSW_STCTL_SEC_STATUS |
			      SCSW_STCTL_ALERT_STATUS | SCSW_STCTL_STATUS_PEND;
}

/* An end that is told when nothing was started. */
static void irb_make_end(struct irb *irb, u32 ccw)
{
	memset(irb, 0, sizeof(*irb));
	irb->scsw.cmd.fmt = 1; /* as cio has it for programs of either format */
	irb->scsw.cmd.fctl = SCSW_FCTL_START_FUNC;
	irb->scsw.cmd.stctl = SCSW_STCTL_PRIM_STATUS | SCSW_STCTL_SEC_STATUS |
			      SCSW_STCTL_ALERT_STATUS | SCSW_STCTL_STATUS_PEND;
	irb->scsw.cmd.cpa = u32_to_dma32(ccw + 8);
}

void irb_make_checked(struct irb *irb, u32 ccw, u8 cstat)
{
	irb_make_end(irb, ccw);
	irb->scsw.cmd.cstat = cstat;
}

void irb_make_rejected(struct irb *irb, u32 ccw)
{
	irb_make_end(irb, ccw);
	irb->scsw.cmd.dstat = DEV_STAT_CHN_END | DEV_STAT_DEV_END | DEV_STAT_UNIT_CHECK;
	irb->scsw.cmd.ectl = 1;
	irb->esw.esw0.erw.cons = 1;
	irb->esw.esw0.erw.scnt = sizeof(irb->ecw);
	irb->ecw[0] = IRB_SENSE_COMMAND_REJECT;
}

void irb_queue_init(struct irb_queue *q)
{
	q->head = 0;
	q->count = 0;
}

void irb_make_protected(struct irb *irb)
{
	irb->scsw.cmd.cstat |= SCHN_STAT_PROT_CHECK;
	irb->scsw.cmd.stctl |= SCSW_STCTL_ALERT_STATUS;
}

void irb_queue_protect(struct irb_queue *q)
{
	unsigned int i;
	struct irb *irb;

	for (i = q->count; i > 0; i--) {
		irb = &q->slots[(q->head + i - 1) % IRB_QUEUE_MAX];
		if (!irb_is_solicited(irb) || !irb_is_final(irb))
			continue;
		irb_make_protected(irb);
		return;
	}
}

void irb_queue_put(struct irb_queue *q, const struct irb *irb)
{
	if (q->count == IRB_QUEUE_MAX) {
		if (!irb_is_solicited(irb) || !irb_is_final(irb))
			return;
		q->count--;
	}
	q->slots[(q->head + q->count) % IRB_QUEUE_MAX] = *irb;
	q->count++;
}

bool irb_queue_get(struct irb_queue *q, struct irb *ret_irb)
{
	if (!q->count)
		return false;
	*ret_irb = q->slots[q->head];
	q->head = (q->head + 1) % IRB_QUEUE_MAX;
	q->count--;
	return true;
}
