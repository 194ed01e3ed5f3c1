// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The life of a request: online and offline, every early end of a program, and the client's calls
 * that start none.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/string.h>

#include <asm/ccwdev.h>

#include <uapi/linux/vfio.h>

#include "notify.h"
#include "request-priv.h"
#include "schib.h"

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

int request_stop(struct request *req)
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

int request_check_scsw(const u8 *scsw)
{
	union scsw copy;

	memcpy(&copy, scsw, sizeof(copy));
	if (copy.cmd.fctl & (SCSW_FCTL_HALT_FUNC | SCSW_FCTL_CLEAR_FUNC))
		return -EOPNOTSUPP;
	return copy.cmd.fctl & SCSW_FCTL_START_FUNC ? 0 : -EINVAL;
}

static int request_function(struct request *req,
			    int (*function)(struct ccw_device *, unsigned long))
{
	unsigned long flags;
	spinlock_t *lock;
	int ret, i;

	for (i = 0; i < REQUEST_CLEAR_TRIES; i++) {
		mutex_lock(&req->io_mutex);
		if (req->is_revoked) {
			mutex_unlock(&req->io_mutex);
			return -ENODEV;
		}
		lock = request_lock(req, &flags);
		ret = req->is_offline ? -ENODEV : function(req->cdev, 0);
		if (!ret && function == ccw_device_clear && !request_is_over(req)) {
			WRITE_ONCE(req->state, REQUEST_CLEARING);
			/* the client's own clear is what it shall see, not a halt before it */
			memset(&req->halt_irb, 0, sizeof(req->halt_irb));
		}
		spin_unlock_irqrestore(lock, flags);
		mutex_unlock(&req->io_mutex);
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

bool request_get_irb(struct request *req, struct irb *ret_irb)
{
	unsigned long flags;
	spinlock_t *lock;
	bool has, more;

	mutex_lock(&req->io_mutex);
	if (req->is_revoked) {
		mutex_unlock(&req->io_mutex);
		return false;
	}
	request_settle(req, NULL);
	lock = request_lock(req, &flags);
	if (req->state == REQUEST_ENDED) { /* just now */
		spin_unlock_irqrestore(lock, flags);
		request_settle(req, NULL);
		lock = request_lock(req, &flags);
	}
	/* Nothing but io_mutex leads to another program: the last IRB has its data back by now. */
	has = irb_queue_get(&req->irbs, ret_irb);
	more = req->irbs.count;
	spin_unlock_irqrestore(lock, flags);
	mutex_unlock(&req->io_mutex);
	if (more)
		notify_signal(req->notify, VFIO_CCW_IO_IRQ_INDEX);
	return has;
}

void request_unmap(struct request *req, u64 iova, u64 length)
{
	bool has_met;

	mutex_lock(&req->io_mutex);
	cp_forget(req->cp);
	has_met = cp_touches(req->cp, iova, length);
	if (has_met) {
		(void)request_stop(req);
		request_settle(req, NULL);
	}
	has_met |= request_drop_memory(req, iova, length);
	if (has_met)
		req->unmap_quiet_end = jiffies + msecs_to_jiffies(REQUEST_UNMAP_QUIET_MS);
	mutex_unlock(&req->io_mutex);
}

static void request_forget_irbs(struct request *req)
{
	unsigned long flags;
	spinlock_t *lock;

	if (req->is_severed)
		return;
	lock = request_lock(req, &flags);
	irb_queue_init(&req->irbs);
	spin_unlock_irqrestore(lock, flags);
}

int request_reset(struct request *req)
{
	int ret;

	mutex_lock(&req->io_mutex);
	ret = request_stop(req);
	request_settle(req, NULL);
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
	if (!request_is_over(req)) {
		mutex_unlock(&req->io_mutex);
		return -EBUSY;
	}
	request_settle(req, NULL);
	if (req->is_revoked || READ_ONCE(req->is_offline))
		ret = -ENODEV;
	else
		ret = request_go_offline(req) ?: request_go_online(req);
	request_forget_irbs(req);
	mutex_unlock(&req->io_mutex);
	return ret;
}

/* Before the mutex: who holds it may wait for the client's memory, and starts nothing any more. */
static void request_bar(struct request *req)
{
	unsigned long flags;
	spinlock_t *lock;

	lock = request_lock(req, &flags);
	WRITE_ONCE(req->is_revoked, true);
	spin_unlock_irqrestore(lock, flags);
}

void request_revoke(struct request *req)
{
	request_bar(req);
	mutex_lock(&req->io_mutex);
	(void)request_stop(req);
	request_settle(req, NULL);
	request_drop_all_memory(req);
	request_forget_irbs(req);
	mutex_unlock(&req->io_mutex);
}

bool request_sever(struct request *req, bool even_closed, void (*part)(struct request *req))
{
	bool severs;

	request_bar(req);
	mutex_lock(&req->io_mutex);
	severs = req->is_open || even_closed;
	if (severs) {
		(void)request_stop(req);
		if (!READ_ONCE(req->is_offline))
			(void)request_go_offline(req);
		request_settle(req, NULL);
		request_drop_all_memory(req);
		WRITE_ONCE(req->is_severed, true);
		part(req);
	}
	mutex_unlock(&req->io_mutex);
	return severs;
}

int request_store_schib(struct request *req, u8 *ret_schib)
{
	int ret;

	mutex_lock(&req->io_mutex);
	ret = req->is_revoked ? -ENODEV : schib_store(req->cdev, ret_schib);
	mutex_unlock(&req->io_mutex);
	return ret;
}

int request_set_commands(struct request *req, const u8 *commands)
{
	int ret = 0;

	mutex_lock(&req->io_mutex);
	if (req->is_open)
		ret = -EBUSY;
	else
		cp_set_commands(req->cp, commands);
	mutex_unlock(&req->io_mutex);
	return ret;
}

void request_get_commands(struct request *req, u8 *ret_commands)
{
	mutex_lock(&req->io_mutex);
	cp_get_commands(req->cp, ret_commands);
	mutex_unlock(&req->io_mutex);
}

int request_open(struct request *req)
{
	int ret;

	mutex_lock(&req->io_mutex);
	request_forget_irbs(req);
	cp_forget(req->cp);
	ret = req->is_revoked ? -ENODEV : request_go_online(req);
	req->is_open = !ret;
	mutex_unlock(&req->io_mutex);
	return ret;
}

void request_close(struct request *req)
{
	mutex_lock(&req->io_mutex);
	(void)request_stop(req);
	if (!READ_ONCE(req->is_offline))
		(void)request_go_offline(req); /* a device that is gone is offline already */
	request_settle(req, NULL);
	request_drop_all_memory(req);
	if (!cp_is_held(req->cp))
		cp_trim(req->cp);
	request_forget_irbs(req);
	req->is_open = false;
	mutex_unlock(&req->io_mutex);
	cancel_delayed_work_sync(&req->settle_work);
}

static void request_settle_late(struct work_struct *work)
{
	struct request *req = container_of(to_delayed_work(work), struct request, settle_work);
	unsigned long due;

	mutex_lock(&req->io_mutex);
	due = READ_ONCE(req->ended_at) + msecs_to_jiffies(REQUEST_SETTLE_MS);
	if (READ_ONCE(req->state) == REQUEST_ENDED && time_before(jiffies, due))
		schedule_delayed_work(&req->settle_work, due - jiffies);
	else
		request_settle(req, NULL);
	mutex_unlock(&req->io_mutex);
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
	req->unmap_quiet_end = jiffies;
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
