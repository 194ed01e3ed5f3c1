/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The one channel program a device can have in flight: start, interrupt, end, cancel.
 *
 * Locks. io_mutex (process context) guards the translated program `cp`. The ccwdev lock (taken with
 * interrupts off, held by cio when it calls the handler) guards state, waiter and irbs. Order:
 * io_mutex, then ccwdev lock. The ccwdev lock may move with the device: fetched anew each time.
 *
 * A program goes IDLE -> ACTIVE when the subchannel accepted it, -> CLEARING when it is being
 * cancelled, -> ENDED when its final status arrived or it is known to be dead. Only then, in process
 * context, is it settled: stored data copied back, pages unpinned, -> IDLE. Pages are never
 * unpinned in any other state: the channel may still store into them.
 */
#ifndef CCWBROKER_REQUEST_H
#define CCWBROKER_REQUEST_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "cp-mem-vfio.h"
#include "irb.h"

struct ccw_device;
struct ccwbroker_cmd_request;
struct cp;
struct cp_refusal;
struct notify;
struct request_waiter;

enum request_state {
	REQUEST_IDLE,
	REQUEST_ACTIVE,
	REQUEST_CLEARING,
	REQUEST_ENDED,
};

/* Since the device was bound; written under io_mutex, errors under the ccwdev lock. */
struct request_stats {
	u64 programs;  /* started */
	u64 bytes_in;  /* of the CCWs of these, device to memory, as the counts in the CCWs say */
	u64 bytes_out; /* memory to device */
	u64 refused;   /* not started, for a reason of enum ccwbroker_refusal */
	u64 errors;    /* ended with unit check, a channel's error, or copies not written back */
	u64 translate_ns;
	u64 pins; /* pages pinned now, for the program or as registered memory */
	u64 pins_max;
	u64 registered; /* pages of registered memory now */
};

struct request {
	struct ccw_device *cdev;
	struct notify *notify;
	struct mutex io_mutex;
	struct cp *cp;		  /* io_mutex; allocated with the device */
	struct cp_mem mem;	  /* io_mutex */
	enum request_state state; /* ccwdev lock */
	bool is_offline;	  /* ccwdev lock: an ERR_PTR is no end of I/O then */
	bool is_open;		  /* io_mutex */
	bool is_revoked;	  /* ccwdev lock; for good: a new binding makes a new request */
	bool is_severed;	  /* io_mutex: cdev is no longer ours to look at */
	struct request_stats stats;
	struct request_waiter *waiter; /* ccwdev lock: who waits for the active program, or NULL */
	struct irb_queue irbs;	       /* ccwdev lock */
	struct irb halt_irb;	       /* ccwdev lock: kept while a clear completes a halt */
	wait_queue_head_t ended;       /* woken at ENDED */
	unsigned long unmap_quiet_end; /* io_mutex: jiffies until which nothing is pinned anew */
	unsigned long ended_at;	       /* ccwdev lock: jiffies, of a program without a waiter */
	struct delayed_work settle_work;
};

int request_init(struct request *req, struct ccw_device *cdev, struct vfio_device *vdev,
		 struct notify *notify);
void request_deinit(struct request *req);

/* Takes the device online, ready for programs. 0 or the error of cio. */
int request_open(struct request *req);
/* Cancels what is active and takes the device offline; nothing is pinned afterwards. */
void request_close(struct request *req);
/* Ends the active program with a clear function, forgets IRBs not yet read. 0 or -EIO. */
int request_reset(struct request *req);
/* Offline and online again. -EBUSY: a program is active. */
int request_hot_reset(struct request *req);

/*
 * Does the client's 12-byte SCSW ask for a start function? 0, -EOPNOTSUPP for halt or clear,
 * -EINVAL for none.
 */
int request_check_scsw(const u8 *scsw);
/*
 * Starts the program of a 12-byte ORB; its IRBs go to the queue and the I/O eventfd.
 * -EBUSY, -ENODEV, -EACCES from the subchannel; otherwise as enum ccwbroker_refusal says.
 */
int request_start(struct request *req, const u8 *orb, struct cp_refusal *refusal);
/* Starts a program and waits for its end: VFIO_DEVICE_CCW_CMD_REQUEST. */
int request_run(struct request *req, struct ccwbroker_cmd_request *cmd);
/*
 * Halt or clear function of the client's; its IRB comes like any other. -EBUSY, -ENODEV. What cio
 * answers while it verifies paths (-EINVAL) is waited out: QEMU would make a unit exception of it.
 */
int request_halt(struct request *req);
int request_clear(struct request *req);
/* Next IRB for the client, its program settled when it was the last one. false: none. */
bool request_get_irb(struct request *req, struct irb *ret_irb);
/*
 * The client is done for: what is active is cleared, nothing is pinned, every later call fails with
 * -ENODEV, also those of who opens the device again.
 */
void request_revoke(struct request *req);
static inline bool request_is_revoked(const struct request *req)
{
	return READ_ONCE(req->is_revoked);
}

/*
 * The ccw device goes while the client still holds it open: revoked, offline, and cdev is never
 * looked at again. part() is called before a close can be. false: it is closed, nothing was done but
 * that it cannot be opened any more; with even_closed the same is done then, too.
 */
bool request_sever(struct request *req, bool even_closed, void (*part)(struct request *req));
static inline bool request_is_severed(const struct request *req)
{
	return READ_ONCE(req->is_severed);
}

/* Store Subchannel: SCHIB_SIZE bytes. 0 or -ENODEV. */
int request_store_schib(struct request *req, u8 *ret_schib);
/* Permitted commands, 256 bits from the left. -EBUSY while open. */
int request_set_commands(struct request *req, const u8 *commands);
void request_get_commands(struct request *req, u8 *ret_commands);
/* Registered memory: as VFIO_DEVICE_CCW_REGISTER_MEMORY and UNREGISTER_MEMORY say. */
int request_register_memory(struct request *req, u64 iova, u64 length, bool store);
int request_unregister_memory(struct request *req, u64 iova, u64 length);
/*
 * Nothing of the range may stay pinned on return: a program that touches it is cancelled, registered
 * memory of which it is a part is dropped.
 */
void request_unmap(struct request *req, u64 iova, u64 length);

/* From cio, ccwdev lock held, any context: an interrupt, or ERR_PTR when cio gave up. */
void request_interrupt(struct request *req, const struct irb *irb);
/* From cio, ccwdev lock held: device or its last path gone, no interrupt will come. */
void request_lost(struct request *req);

#endif
