// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The one channel program in flight. The rules are in request.h; the story reads from
 * request_begin through request_interrupt to request_settle, with request_stop for every early end.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include <asm/ccwdev.h>
#include <asm/dma-types.h>

#include <uapi/linux/vfio.h>
#include <uapi/linux/vfio_ccw.h>

#include "cp.h"
#include "notify.h"
#include "request.h"
#include "uapi/ccwbroker.h"

/* On the stack of who waits; the interrupt accumulates into it under the ccwdev lock. */
struct request_waiter {
	struct irb irb;
	bool is_done;
};

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

/* A device that moves to another subchannel gets another lock: look again once it is held. */
static spinlock_t *request_lock(struct request *req, unsigned long *flags)
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

static bool request_is_over(struct request *req)
{
	enum request_state state = READ_ONCE(req->state);

	return state == REQUEST_IDLE || state == REQUEST_ENDED;
}

/* ---- interrupt side: ccwdev lock held ------------------------------------------------------- */

static void request_end(struct request *req)
{
	WRITE_ONCE(req->state, REQUEST_ENDED);
	if (req->waiter) {
		WRITE_ONCE(req->waiter->is_done, true);
		req->waiter = NULL;
	} else {
		/* The client's read settles it; this is for one that does not read. */
		mod_delayed_work(system_wq, &req->settle_work, msecs_to_jiffies(REQUEST_SETTLE_MS));
	}
	wake_up_all(&req->ended);
}

static void request_deliver(struct request *req, const struct irb *irb, bool is_ours, bool is_over)
{
	bool to_waiter = is_ours && req->waiter;

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
	if (is_ours)
		cp_guest_scsw(req->cp, (u8 *)&copy.scsw);
	request_deliver(req, &copy, is_ours, is_ours && irb_is_final(&copy));
}

/* ---- process side: io_mutex held ------------------------------------------------------------ */

static void request_settle(struct request *req)
{
	unsigned long flags;
	spinlock_t *lock;

	lockdep_assert_held(&req->io_mutex);
	if (READ_ONCE(req->state) != REQUEST_ENDED)
		return;
	/* Only io_mutex leads out of ENDED. What could not be stored the client has unmapped. */
	(void)cp_copy_back(req->cp);
	cp_release(req->cp);
	lock = request_lock(req, &flags);
	WRITE_ONCE(req->state, REQUEST_IDLE);
	spin_unlock_irqrestore(lock, flags);
}

static void request_settle_late(struct work_struct *work)
{
	struct request *req = container_of(to_delayed_work(work), struct request, settle_work);

	mutex_lock(&req->io_mutex);
	request_settle(req);
	mutex_unlock(&req->io_mutex);
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
	ret = req->is_offline ? -ENODEV
			      : ccw_device_start_key(req->cdev, cpa, 0, orb_lpm(orb), key, start);
	if (!ret) {
		WRITE_ONCE(req->state, REQUEST_ACTIVE);
		req->waiter = waiter;
	}
	spin_unlock_irqrestore(lock, flags);
	return ret;
}

static int request_begin(struct request *req, const u8 *orb, struct cp_refusal *refusal,
			 struct request_waiter *waiter)
{
	int ret;

	lockdep_assert_held(&req->io_mutex);
	request_settle(req);
	if (!request_is_over(req))
		return -EBUSY;
	if (READ_ONCE(req->is_offline))
		return -ENODEV;
	if (!orb_lpm(orb)) /* cio would read 0 as "any path" */
		return -EACCES;
	ret = cp_translate(req->cp, orb, refusal);
	if (ret)
		return ret;
	ret = request_ssch(req, orb, waiter);
	if (ret)
		cp_release(req->cp);
	return ret;
}

/* One clear function, unless the program is over. -ENODEV from cio: nothing can be active. */
static int request_clear_active(struct request *req)
{
	unsigned long flags;
	spinlock_t *lock;
	int ret = 0;

	lock = request_lock(req, &flags);
	if (!request_is_over(req)) {
		ret = ccw_device_clear(req->cdev, 0);
		if (!ret)
			WRITE_ONCE(req->state, REQUEST_CLEARING);
		if (ret == -ENODEV)
			request_lost(req);
	}
	spin_unlock_irqrestore(lock, flags);
	return ret;
}

static int request_go_offline(struct request *req)
{
	unsigned long flags;
	spinlock_t *lock;
	int ret;

	lock = request_lock(req, &flags);
	req->is_offline = true;
	spin_unlock_irqrestore(lock, flags);

	/* cio quiesces the subchannel: when this is back nothing is active any more. */
	ret = ccw_device_set_offline(req->cdev);

	lock = request_lock(req, &flags);
	request_lost(req);
	spin_unlock_irqrestore(lock, flags);
	return ret;
}

/* Ends the active program early and returns when the channel has let go of it. */
static int request_stop(struct request *req)
{
	int i;

	lockdep_assert_held(&req->io_mutex);
	for (i = 0; i < REQUEST_CLEAR_TRIES && !request_is_over(req); i++) {
		/* During path verification cio takes no clear (-EINVAL): that passes. */
		if (request_clear_active(req) && !request_is_over(req))
			msleep(REQUEST_CLEAR_MS);
		else
			wait_event_timeout(req->ended, request_is_over(req), HZ);
	}
	if (request_is_over(req))
		return 0;
	dev_err(&req->cdev->dev, "clear function does not end the program, going offline\n");
	(void)request_go_offline(req); /* cio has said what is wrong */
	return -EIO;
}

/* ---- entries from VFIO ---------------------------------------------------------------------- */

int request_check_scsw(const u8 *scsw)
{
	union scsw copy;

	memcpy(&copy, scsw, sizeof(copy));
	if (copy.cmd.fctl & (SCSW_FCTL_HALT_FUNC | SCSW_FCTL_CLEAR_FUNC))
		return -EOPNOTSUPP;
	return copy.cmd.fctl & SCSW_FCTL_START_FUNC ? 0 : -EINVAL;
}

int request_start(struct request *req, const u8 *orb, struct cp_refusal *refusal)
{
	int ret;

	mutex_lock(&req->io_mutex);
	ret = request_begin(req, orb, refusal, NULL);
	mutex_unlock(&req->io_mutex);
	return ret;
}

static int request_function(struct request *req,
			    int (*function)(struct ccw_device *, unsigned long))
{
	unsigned long flags;
	spinlock_t *lock;
	int ret, i;

	for (i = 0; i < REQUEST_CLEAR_TRIES; i++) {
		lock = request_lock(req, &flags);
		ret = req->is_offline ? -ENODEV : function(req->cdev, 0);
		if (!ret && function == ccw_device_clear && !request_is_over(req))
			WRITE_ONCE(req->state, REQUEST_CLEARING);
		spin_unlock_irqrestore(lock, flags);
		if (ret != -EINVAL)
			return ret;
		msleep(REQUEST_CLEAR_MS);
	}
	return -ENODEV;
}

int request_halt(struct request *req)
{
	return request_function(req, ccw_device_halt);
}

int request_clear(struct request *req)
{
	return request_function(req, ccw_device_clear);
}

/*
 * Waits for the waiter's program. 0: it ended by itself. On a signal or after the timeout the
 * program is stopped first: the waiter leaves the stack only when no interrupt can know it.
 */
static int request_wait(struct request *req, struct request_waiter *waiter, long *timeout)
{
	unsigned long flags;
	spinlock_t *lock;
	long left;
	int ret = 0;

	left = wait_event_interruptible_timeout(req->ended, READ_ONCE(waiter->is_done), *timeout);
	mutex_lock(&req->io_mutex);
	if (left <= 0 && !READ_ONCE(waiter->is_done)) {
		(void)request_stop(req); /* over in either case; offline when it was not by clear */
		ret = left ? -EINTR : -ETIMEDOUT;
	}
	lock = request_lock(req, &flags);
	if (req->waiter == waiter)
		req->waiter = NULL;
	spin_unlock_irqrestore(lock, flags);
	request_settle(req);
	mutex_unlock(&req->io_mutex);
	*timeout = left > 0 ? left : 0;
	return ret;
}

int request_run(struct request *req, struct ccwbroker_cmd_request *cmd)
{
	long timeout = msecs_to_jiffies(cmd->timeout_ms ?: CCWBROKER_TIMEOUT_MS_DEFAULT);
	struct request_waiter waiter;
	struct cp_refusal refusal = {};
	int tries = 0;
	int ret;

	do {
		memset(&waiter, 0, sizeof(waiter));
		mutex_lock(&req->io_mutex);
		ret = request_begin(req, cmd->orb_area, &refusal, &waiter);
		mutex_unlock(&req->io_mutex);
		if (ret) {
			cmd->reason = refusal.reason;
			cmd->refused_ccw = refusal.ccw;
			return ret;
		}
		ret = request_wait(req, &waiter, &timeout);
		/* Deferred condition code 1: it never began, as when paths were being verified. */
	} while (!ret && irb_is_deferred(&waiter.irb) && ++tries < REQUEST_START_TRIES);
	if (ret)
		return ret;
	memcpy(cmd->irb_area, &waiter.irb, sizeof(waiter.irb));
	return 0;
}

bool request_get_irb(struct request *req, struct irb *ret_irb)
{
	unsigned long flags;
	spinlock_t *lock;
	bool has, more;

	mutex_lock(&req->io_mutex);
	lock = request_lock(req, &flags);
	has = irb_queue_get(&req->irbs, ret_irb);
	more = req->irbs.count;
	spin_unlock_irqrestore(lock, flags);
	request_settle(req);
	mutex_unlock(&req->io_mutex);
	if (more)
		notify_signal(req->notify, VFIO_CCW_IO_IRQ_INDEX);
	return has;
}

void request_unmap(struct request *req, u64 iova, u64 length)
{
	mutex_lock(&req->io_mutex);
	if (cp_is_held(req->cp) && cp_touches(req->cp, iova, length)) {
		(void)request_stop(req);
		request_settle(req);
	}
	mutex_unlock(&req->io_mutex);
}

static void request_forget_irbs(struct request *req)
{
	unsigned long flags;
	spinlock_t *lock;

	lock = request_lock(req, &flags);
	irb_queue_init(&req->irbs);
	spin_unlock_irqrestore(lock, flags);
}

int request_reset(struct request *req)
{
	int ret;

	mutex_lock(&req->io_mutex);
	ret = request_stop(req);
	request_settle(req);
	request_forget_irbs(req);
	mutex_unlock(&req->io_mutex);
	return ret;
}

static int request_go_online(struct request *req)
{
	unsigned long flags;
	spinlock_t *lock;
	int ret;

	ret = ccw_device_set_online(req->cdev);
	if (ret)
		return ret;
	lock = request_lock(req, &flags);
	req->is_offline = false;
	spin_unlock_irqrestore(lock, flags);
	return 0;
}

int request_hot_reset(struct request *req)
{
	int ret;

	mutex_lock(&req->io_mutex);
	request_settle(req);
	if (!request_is_over(req))
		ret = -EBUSY;
	else if (READ_ONCE(req->is_offline))
		ret = -ENODEV;
	else
		ret = request_go_offline(req) ?: request_go_online(req);
	request_forget_irbs(req);
	mutex_unlock(&req->io_mutex);
	return ret;
}

int request_open(struct request *req)
{
	int ret;

	mutex_lock(&req->io_mutex);
	request_forget_irbs(req);
	ret = request_go_online(req);
	mutex_unlock(&req->io_mutex);
	return ret;
}

void request_close(struct request *req)
{
	mutex_lock(&req->io_mutex);
	(void)request_stop(req);
	if (!READ_ONCE(req->is_offline))
		(void)request_go_offline(req); /* a device that is gone is offline already */
	request_settle(req);
	request_forget_irbs(req);
	mutex_unlock(&req->io_mutex);
	cancel_delayed_work_sync(&req->settle_work);
}

int request_init(struct request *req, struct ccw_device *cdev, struct vfio_device *vdev,
		 struct notify *notify)
{
	req->cdev = cdev;
	req->notify = notify;
	req->mem.vdev = vdev;
	req->is_offline = true;
	mutex_init(&req->io_mutex);
	init_waitqueue_head(&req->ended);
	INIT_DELAYED_WORK(&req->settle_work, request_settle_late);
	irb_queue_init(&req->irbs);
	req->cp = cp_new(&req->mem);
	return req->cp ? 0 : -ENOMEM;
}

void request_deinit(struct request *req)
{
	req->cp = cp_free(req->cp);
	mutex_destroy(&req->io_mutex);
}
