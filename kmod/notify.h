/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The eventfds a client has installed with VFIO_DEVICE_SET_IRQS: set, signal, drop.
 * A lock of its own makes a signal safe against the client taking the eventfd away (o1).
 */
#ifndef CCWBROKER_NOTIFY_H
#define CCWBROKER_NOTIFY_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include <linux/vfio.h>

struct eventfd_ctx;

struct notify {
	spinlock_t lock; /* guards triggers; taken from hard interrupts, innermost */
	struct eventfd_ctx *triggers[VFIO_CCW_NUM_IRQS];
};

void notify_init(struct notify *n);
/* Any context. Does nothing without an eventfd; tells whether there was one. */
bool notify_signal(struct notify *n, unsigned int index);
/* Takes all eventfds away. Process context. */
void notify_drop_all(struct notify *n);
/* VFIO_DEVICE_SET_IRQS: hdr is validated, data as it says (NULL for DATA_NONE). 0 or -errno. */
int notify_set(struct notify *n, const struct vfio_irq_set *hdr, const void *data);

#endif
