// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Brings a program to the subchannel, and gives back what it held once it has ended. Process
 * context, io_mutex held.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include <asm/ccwdev.h>
#include <asm/dma-types.h>
#include <asm/timex.h>

#include "request-priv.h"
#include "trace.h"
#include "uapi/ccwbroker.h"

/* Word 1 of the ORB: key, prefetch, logical path mask (Principles of Operation, chapter 15). */
static u8 orb_key(const u8 *orb)
{
	return orb[4] >> 4;
}

static bool orb_has_prefetch(const u8 *orb)
{
	return orb[5] & 0x40;
}

static u8 orb_lpm(const u8 *orb)
{
	return orb[6];
}

/* Says in the program's last IRB, read or not, that data of it is lost. */
static void request_tell_loss(struct request *req, struct irb *last)
{
	unsigned long flags;
	spinlock_t *lock;

	req->stats.errors++;
	if (last) {
		irb_make_protected(last);
		return;
	}
	lock = request_lock(req, &flags);
	irb_queue_protect(&req->irbs);
	spin_unlock_irqrestore(lock, flags);
}

void request_count_pins(struct request *req, unsigned int pinned)
{
	struct request_stats *stats = &req->stats;

	lockdep_assert_held(&req->io_mutex);
	stats->pins = stats->registered + pinned;
	stats->pins_max = max(stats->pins_max, stats->pins);
}

static void request_release(struct request *req)
{
	cp_release(req->cp);
	request_count_pins(req, 0);
}

void request_settle(struct request *req, struct irb *last)
{
	lockdep_assert_held(&req->io_mutex);
	if (READ_ONCE(req->state) != REQUEST_ENDED)
		return;
	if (cp_copy_back(req->cp))
		request_tell_loss(req, last);
	request_release(req);
	trace_ccwbroker_completed(req->cdev);
	/* Only io_mutex leads out of ENDED, and to cio both states are the same. */
	WRITE_ONCE(req->state, REQUEST_IDLE);
}

static int request_ssch(struct request *req, const u8 *orb, struct request_waiter *waiter)
{
	struct ccw1 *cpa = dma32_to_virt((__force dma32_t)cp_host_cpa(req->cp));
	/* A storage key of the guest's fits the guest's pages, not our copies. */
	u8 key = cp_has_copies(req->cp) ? 0 : orb_key(orb) << 4;
	unsigned long start = orb_has_prefetch(orb) ? 0 : DOIO_DENY_PREFETCH;
	unsigned long flags;
	spinlock_t *lock;
	int ret;

	lock = request_lock(req, &flags);
	ret = req->is_offline || req->is_revoked
		      ? -ENODEV
		      : ccw_device_start_key(req->cdev, cpa, 0, orb_lpm(orb), key, start);
	if (!ret) {
		WRITE_ONCE(req->state, REQUEST_ACTIVE);
		req->waiter = waiter;
	}
	spin_unlock_irqrestore(lock, flags);
	return ret == -EINVAL ? -ENODEV : ret; /* the subchannel is disabled: no path */
}

static int request_translate(struct request *req, const u8 *orb, struct cp_refusal *refusal)
{
	unsigned int pinned;
	u64 since = get_tod_clock_fast(); /* an instruction; ktime_get() is a walk through memory */
	int ret;

	trace_ccwbroker_request(req->cdev, orb);
	ret = cp_translate(req->cp, orb, refusal);
	req->stats.translate_ns += tod_to_ns(get_tod_clock_fast() - since);
	if (ret) {
		req->stats.refused++;
		trace_ccwbroker_refused(req->cdev, refusal->reason, refusal->ccw);
		return ret;
	}
	pinned = cp_pinned_pages(req->cp);
	request_count_pins(req, pinned);
	trace_ccwbroker_translated(req->cdev, pinned);
	return 0;
}

static void request_account(struct request *req)
{
	struct request_stats *stats = &req->stats;

	stats->programs++;
	stats->bytes_in += cp_bytes(req->cp, true);
	stats->bytes_out += cp_bytes(req->cp, false);
}

void request_wait_quiet(struct request *req)
{
	lockdep_assert_held(&req->io_mutex);
	while (time_before(jiffies, req->unmap_quiet_end))
		usleep_range(500, 1500);
}

int request_begin(struct request *req, const u8 *orb, struct cp_refusal *refusal,
		  struct request_waiter *waiter)
{
	int ret;

	lockdep_assert_held(&req->io_mutex);
	if (!request_is_over(req))
		return -EBUSY;
	request_settle(req, NULL); /* in this order: it may end at any moment */
	if (req->is_revoked || READ_ONCE(req->is_offline))
		return -ENODEV;
	request_wait_quiet(req);
	if (!orb_lpm(orb)) /* cio would read 0 as "any path" */
		return -EACCES;
	ret = request_translate(req, orb, refusal);
	if (ret)
		return ret;
	ret = request_ssch(req, orb, waiter);
	trace_ccwbroker_started(req->cdev, ret);
	if (ret)
		request_release(req);
	else
		request_account(req);
	return ret;
}

/*
 * What the device or the channel itself would answer to a program that was refused. False for what
 * is none of the program's fault, or has no status of its own: the client gets the errno.
 */
static bool request_make_answer(const struct cp_refusal *refusal, const u8 *orb, struct irb *irb)
{
	switch (refusal->reason) {
	case CCWBROKER_REFUSED_COMMAND:
		irb_make_rejected(irb, refusal->ccw);
		return true;
	case CCWBROKER_REFUSED_ADDRESS:
		irb_make_checked(irb, get_unaligned_be32(orb + 8), SCHN_STAT_PROG_CHECK);
		return true;
	case CCWBROKER_REFUSED_CCW_UNREADABLE:
	case CCWBROKER_REFUSED_CCW_INVALID:
	case CCWBROKER_REFUSED_CCW_UNSUPPORTED: /* flags that the ORB does not announce */
	case CCWBROKER_REFUSED_TIC:
	case CCWBROKER_REFUSED_IDAL_UNREADABLE:
	case CCWBROKER_REFUSED_IDAW:
	case CCWBROKER_REFUSED_DATA_UNMAPPED:
		irb_make_checked(irb, refusal->ccw, SCHN_STAT_PROG_CHECK);
		return true;
	case CCWBROKER_REFUSED_DATA_PROTECTED:
		irb_make_checked(irb, refusal->ccw, SCHN_STAT_PROT_CHECK);
		return true;
	default:
		return false;
	}
}

static void request_answer(struct request *req, const struct irb *irb)
{
	unsigned long flags;
	spinlock_t *lock;

	lock = request_lock(req, &flags);
	request_deliver(req, irb, false, false);
	spin_unlock_irqrestore(lock, flags);
}

int request_start(struct request *req, const u8 *orb, struct cp_refusal *refusal)
{
	struct irb irb;
	int ret;

	mutex_lock(&req->io_mutex);
	ret = request_begin(req, orb, refusal, NULL);
	if (ret && request_make_answer(refusal, orb, &irb)) {
		request_answer(req, &irb);
		ret = 0;
	}
	mutex_unlock(&req->io_mutex);
	return ret;
}
