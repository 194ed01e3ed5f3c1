/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * All of the kernel that the translator sees. The tests force-include tests/shim/cp-kernel.h,
 * which has the same guard, and so compile the same sources in user space.
 */
#ifndef CCWBROKER_CP_KERNEL_H
#define CCWBROKER_CP_KERNEL_H

#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>

/* Bookkeeping on behalf of a client: charged to it, may sleep, zeroed. */
#define cp_zalloc(n, size) kvcalloc(n, size, GFP_KERNEL_ACCOUNT)
#define cp_free_mem(p)	   kvfree(p)

#endif
