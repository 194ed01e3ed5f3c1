// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * CMD_REQUEST: a program from start to end in one call, completed straight from the interrupt.
 */
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "request-priv.h"
#include "uapi/ccwbroker.h"

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
	if (!req->is_severed) { /* or it has ended, and knows the waiter no more */
		lock = request_lock(req, &flags);
		if (req->waiter == waiter)
			req->waiter = NULL;
		spin_unlock_irqrestore(lock, flags);
	}
	request_settle(req, &waiter->irb);
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
	if (READ_ONCE(req->is_revoked)) /* what ended it was not the device */
		return -ENODEV;
	memcpy(cmd->irb_area, &waiter.irb, sizeof(waiter.irb));
	return 0;
}
