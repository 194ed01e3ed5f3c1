// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The eventfds of a device: one slot for each interrupt index of <linux/vfio.h>.
 */
#include <linux/err.h>
#include <linux/eventfd.h>

#include "notify.h"

void notify_init(struct notify *n)
{
	spin_lock_init(&n->lock);
}

bool notify_signal(struct notify *n, unsigned int index)
{
	struct eventfd_ctx *ctx;
	unsigned long flags;

	spin_lock_irqsave(&n->lock, flags);
	ctx = n->triggers[index];
	if (ctx)
		eventfd_signal(ctx);
	spin_unlock_irqrestore(&n->lock, flags);
	return ctx;
}

/* Takes over the reference to ctx; NULL only takes the old one away. */
static void notify_replace(struct notify *n, unsigned int index, struct eventfd_ctx *ctx)
{
	struct eventfd_ctx *old;
	unsigned long flags;

	spin_lock_irqsave(&n->lock, flags);
	old = n->triggers[index];
	n->triggers[index] = ctx;
	spin_unlock_irqrestore(&n->lock, flags);
	if (old)
		eventfd_ctx_put(old);
}

void notify_drop_all(struct notify *n)
{
	unsigned int index;

	for (index = 0; index < VFIO_CCW_NUM_IRQS; index++)
		notify_replace(n, index, NULL);
}

static int notify_install(struct notify *n, unsigned int index, s32 fd)
{
	struct eventfd_ctx *ctx = NULL;

	if (fd < -1)
		return -EINVAL;
	if (fd >= 0) {
		ctx = eventfd_ctx_fdget(fd);
		if (IS_ERR(ctx))
			return PTR_ERR(ctx);
	}
	notify_replace(n, index, ctx);
	return 0;
}

int notify_set(struct notify *n, const struct vfio_irq_set *hdr, const void *data)
{
	if (!(hdr->flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		return -EINVAL;

	switch (hdr->flags & VFIO_IRQ_SET_DATA_TYPE_MASK) {
	case VFIO_IRQ_SET_DATA_NONE:
		if (hdr->count)
			notify_signal(n, hdr->index);
		else
			notify_replace(n, hdr->index, NULL);
		return 0;
	case VFIO_IRQ_SET_DATA_BOOL:
		if (!hdr->count)
			return -EINVAL;
		if (*(const u8 *)data)
			notify_signal(n, hdr->index);
		return 0;
	case VFIO_IRQ_SET_DATA_EVENTFD:
		if (!hdr->count) /* no data to read then (o11) */
			return -EINVAL;
		return notify_install(n, hdr->index, *(const s32 *)data);
	default:
		return -EINVAL;
	}
}
