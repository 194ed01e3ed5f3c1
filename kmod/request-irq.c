// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The interrupt side of a request: what cio tells, ccwdev lock held, any context. Decides whether
 * the program is over; unpins nothing.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/ccwdev.h>

#include <uapi/linux/vfio.h>

#include "notify.h"
#include "request-priv.h"
#include "trace.h"

spinlock_t *request_lock(struct request *req, unsigned long *flags)
	__acquires(get_ccwdev_lock(req->cdev))
{
	spinlock_t *lock;

	for (;;) {
		lock = get_ccwdev_lock(req->cdev);
		spin_lock_irqsave(lock, *flags);
		if (lock == get_ccwdev_lock(req->cdev))
			return lock;
		spin_unlock_irqrestore(lock, *flags);
	}
}

static void request_end(struct request *req)
{
	WRITE_ONCE(req->state, REQUEST_ENDED);
	memset(&req->halt_irb, 0, sizeof(req->halt_irb));
	if (req->waiter) {
		WRITE_ONCE(req->waiter->is_done, true);
		req->waiter = NULL;
	} else {
		/*
		 * The client's read settles it; this is for one that does not read. Where it is
		 * pending already it stays as it is, and looks at ended_at when it runs.
		 */
		WRITE_ONCE(req->ended_at, jiffies);
		schedule_delayed_work(&req->settle_work, msecs_to_jiffies(REQUEST_SETTLE_MS));
	}
	if (wq_has_sleeper(&req->ended))
		wake_up_all(&req->ended);
}

void request_deliver(struct request *req, const struct irb *irb, bool is_ours, bool is_over)
{
	bool to_waiter = is_ours && req->waiter;

	trace_ccwbroker_interrupt(req->cdev, irb, is_over);
	if (is_over && irb_is_error(irb))
		req->stats.errors++;

	if (to_waiter)
		irb_merge(&req->waiter->irb, irb);
	else
		irb_queue_put(&req->irbs, irb);
	if (is_over)
		request_end(req);
	if (!to_waiter)
		notify_signal(req->notify, VFIO_CCW_IO_IRQ_INDEX);
}

void request_lost(struct request *req)
{
	struct irb irb;

	lockdep_assert_held(get_ccwdev_lock(req->cdev));
	if (request_is_over(req))
		return;
	irb_make_lost(&irb);
	request_deliver(req, &irb, true, true);
}

/*
 * A halted program that is still active, with nothing but "status pending" said: a control unit
 * that lets go without ending status (Hercules' do). Whether data still moves cannot be known, so a
 * clear function makes sure; the client gets the status of its halt when that is done.
 */
static bool request_halt_is_stuck(struct request *req, const struct irb *irb)
{
	const struct cmd_scsw *scsw = &irb->scsw.cmd;

	if (req->state != REQUEST_ACTIVE || irb_is_final(irb) ||
	    !(scsw->fctl & SCSW_FCTL_HALT_FUNC) || scsw->stctl != SCSW_STCTL_STATUS_PEND)
		return false;
	if (ccw_device_clear(req->cdev, 0))
		return false;
	WRITE_ONCE(req->state, REQUEST_CLEARING);
	req->halt_irb = *irb;
	req->halt_irb.scsw.cmd.actl &= ~(SCSW_ACTL_DEVACT | SCSW_ACTL_SCHACT);
	return true;
}

/* The halt's own status instead of that of the clear function which completed it. */
static void request_restore_halt(struct request *req, struct irb *irb)
{
	if (!req->halt_irb.scsw.cmd.fctl)
		return;
	*irb = req->halt_irb;
	memset(&req->halt_irb, 0, sizeof(req->halt_irb));
}

void request_interrupt(struct request *req, const struct irb *irb)
{
	bool is_ours;
	struct irb copy;

	lockdep_assert_held(get_ccwdev_lock(req->cdev));
	if (IS_ERR(irb)) {
		/* On the way offline and at shutdown cio tells this before it stops the I/O (F5). */
		if (!req->is_offline && system_state == SYSTEM_RUNNING)
			request_lost(req);
		return;
	}

	copy = *irb;
	irb_repair_sense(&copy);
	is_ours = irb_is_solicited(&copy) && !request_is_over(req);
	if (!is_ours && irb_is_deferred(&copy))
		return; /* made by cio for a start that was cancelled meanwhile */
	if (is_ours && request_halt_is_stuck(req, &copy))
		return;
	if (is_ours && irb_is_final(&copy))
		request_restore_halt(req, &copy);
	if (is_ours)
		cp_guest_scsw(req->cp, (u8 *)&copy.scsw);
	else
		copy.scsw.cmd.cpa = 0; /* of an earlier program, perhaps one of cio's own */
	request_deliver(req, &copy, is_ours, is_ours && irb_is_final(&copy));
}
