/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * The port between the translator and memory. The module and the tests each link one
 * implementation; the translator knows neither VFIO nor pages. All of it may sleep.
 */
#ifndef CCWBROKER_CP_MEM_H
#define CCWBROKER_CP_MEM_H

#include "cp-kernel.h"

#define CP_PAGE_SIZE  4096u
#define CP_PAGE_SHIFT 12

struct cp_mem;

/* Copies between client memory and ours, exactly len bytes. 0 or -errno. */
int cp_mem_read(struct cp_mem *mem, u64 iova, void *buf, size_t len);
int cp_mem_write(struct cp_mem *mem, u64 iova, const void *buf, size_t len);

/*
 * Pins npages (at most CP_PIN_PAGES_MAX) consecutive pages from iova, which is page aligned, all
 * or none; ret_host[i] is the absolute address of page i. store: the device may store there.
 * -EPERM: the client allows no such access. -EINVAL, -EFAULT, -ENOENT: nothing is mapped.
 */
int cp_mem_pin(struct cp_mem *mem, u64 iova, unsigned int npages, bool store, u64 *ret_host);

/* Undoes one cp_mem_pin() of the same iova and npages. */
void cp_mem_unpin(struct cp_mem *mem, u64 iova, unsigned int npages);

/* Copies len bytes that begin at host, in one page that is pinned. false: it is no ordinary memory. */
bool cp_mem_peek(struct cp_mem *mem, u64 host, void *buf, size_t len);

/*
 * Zeroed, physically contiguous memory below 2 GiB, on a page boundary when size is 4096 or more,
 * else on a doubleword. NULL: none. The caller frees it with the same size.
 */
void *cp_mem_alloc(struct cp_mem *mem, size_t size, u32 *ret_host);
void cp_mem_free(struct cp_mem *mem, void *p, size_t size);

#endif
