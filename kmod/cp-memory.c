// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Registered memory: ranges of client memory that stay pinned from one program to the next because
 * the client asked for it, with the host address of each page. Owns these pins. Programs look up
 * what they would pin; one that does so must end before the range goes.
 */
#include "cp-priv.h"

static bool range_meets(const struct cp_range *range, u64 first, u64 last)
{
	return range->iova <= last && first <= range->last;
}

static unsigned int step_pages(const struct cp_range *range, unsigned int from)
{
	return min(range->npages - from, (unsigned int)CP_PIN_PAGES_MAX);
}

/* Undoes the pins of the first npages, in the steps in which they were made. */
static void range_unpin(struct cp *cp, const struct cp_range *range, unsigned int npages)
{
	unsigned int at;

	for (at = 0; at < npages; at += CP_PIN_PAGES_MAX) {
		cp_mem_unpin(cp->mem, range->iova + ((u64)at << CP_PAGE_SHIFT),
			     step_pages(range, at));
		cond_resched();
	}
}

/* What the port says when it does not pin: types of VFIO's IOMMU differ in what they call unmapped. */
static int pin_errno(int r)
{
	switch (r) {
	case -ENOMEM:
	case -EINTR:
		return r;
	case -EPERM:
	case -EACCES:
		return -EPERM;
	default:
		return -EFAULT;
	}
}

static int range_pin(struct cp *cp, const struct cp_range *range)
{
	unsigned int at;
	int r;

	for (at = 0; at < range->npages; at += CP_PIN_PAGES_MAX) {
		r = cp_mem_pin(cp->mem, range->iova + ((u64)at << CP_PAGE_SHIFT),
			       step_pages(range, at), range->store, range->host + at);
		if (r) {
			range_unpin(cp, range, at);
			return pin_errno(r);
		}
		cond_resched();
	}
	return 0;
}

static int range_check(const struct cp *cp, u64 iova, u64 length)
{
	unsigned int i;

	if (!length || !IS_ALIGNED(iova, CP_PAGE_SIZE) || !IS_ALIGNED(length, CP_PAGE_SIZE))
		return -EINVAL;
	if (iova + (length - 1) < iova)
		return -EOVERFLOW;
	for (i = 0; i < cp->nranges; i++)
		if (range_meets(&cp->range[i], iova, iova + (length - 1)))
			return -EEXIST;
	if (length >> CP_PAGE_SHIFT > CP_MEMORY_PAGES_MAX - cp->nregistered)
		return -E2BIG;
	return cp->nranges < CP_MEMORY_RANGES_MAX ? 0 : -ENOSPC;
}

int cp_memory_register(struct cp *cp, u64 iova, u64 length, bool store)
{
	struct cp_range *range;
	int r;

	r = range_check(cp, iova, length);
	if (r)
		return r;
	range = &cp->range[cp->nranges];
	range->iova = iova;
	range->last = iova + (length - 1);
	range->used = false;
	range->npages = (unsigned int)(length >> CP_PAGE_SHIFT);
	range->store = store;
	range->host = cp_zalloc(range->npages, sizeof(*range->host));
	if (!range->host)
		return -ENOMEM;
	r = range_pin(cp, range);
	if (r) {
		cp_free_mem(range->host);
		return r;
	}
	cp->nranges++;
	cp->nregistered += range->npages;
	return 0;
}

static void range_drop(struct cp *cp, struct cp_range *range)
{
	range_unpin(cp, range, range->npages);
	cp_free_mem(range->host);
	cp->nregistered -= range->npages;
	*range = cp->range[--cp->nranges];
}

int cp_memory_unregister(struct cp *cp, u64 iova, u64 length)
{
	struct cp_range *range;
	unsigned int i;

	if (cp->held)
		return -EBUSY;
	for (i = 0; i < cp->nranges; i++) {
		range = &cp->range[i];
		if (range->iova != iova || (u64)range->npages << CP_PAGE_SHIFT != length)
			continue;
		range_drop(cp, range);
		return 0;
	}
	return -ENOENT;
}

bool cp_memory_drop(struct cp *cp, u64 iova, u64 length)
{
	u64 last = iova + (length - 1);
	unsigned int before = cp->nranges;
	unsigned int i;

	if (!length)
		return false;
	if (last < iova)
		last = ~(u64)0;
	if (WARN_ON_ONCE(cp_memory_touches(cp, iova, last)))
		return false;
	for (i = cp->nranges; i-- > 0;)
		if (range_meets(&cp->range[i], iova, last))
			range_drop(cp, &cp->range[i]);
	return cp->nranges < before;
}

unsigned int cp_memory_pages(const struct cp *cp)
{
	return cp->nregistered;
}

bool cp_memory_touches(const struct cp *cp, u64 first, u64 last)
{
	unsigned int i;

	for (i = 0; i < cp->nranges; i++)
		if (cp->range[i].used && range_meets(&cp->range[i], first, last))
			return true;
	return false;
}

void cp_memory_reset(struct cp *cp)
{
	unsigned int i;

	for (i = 0; i < cp->nranges; i++)
		cp->range[i].used = false;
}

static bool memory_protects(const struct cp *cp, u64 first, u64 last)
{
	unsigned int i;

	for (i = 0; i < cp->nranges; i++)
		if (!cp->range[i].store && range_meets(&cp->range[i], first, last))
			return true;
	return false;
}

/* The range that an address is in, or NULL. */
static struct cp_range *memory_range(struct cp *cp, u64 addr)
{
	unsigned int i;

	for (i = 0; i < cp->nranges; i++)
		if (addr >= cp->range[i].iova && addr <= cp->range[i].last)
			return &cp->range[i];
	return NULL;
}

/* Of the pages from this one to that of the last byte. */
static void range_get(const struct cp_range *range, u64 page, u64 last, u64 *ret_host)
{
	const u64 *host = &range->host[(page - range->iova) >> CP_PAGE_SHIFT];
	u64 n = ((last - page) >> CP_PAGE_SHIFT) + 1;

	do
		*ret_host++ = *host++;
	while (--n > 0);
}

/* In several ranges side by side? */
static enum cp_memory memory_find_parts(struct cp *cp, u64 addr, u64 last, bool store,
					u64 *ret_host)
{
	u64 page = ALIGN_DOWN(addr, CP_PAGE_SIZE), to;
	struct cp_range *range;

	if (store && memory_protects(cp, addr, last))
		return CP_MEMORY_PROTECTED;
	for (;; page = to + 1) {
		range = memory_range(cp, page);
		if (!range)
			return CP_MEMORY_OTHER;
		range->used = true;
		to = min(last, range->last);
		range_get(range, page, to, ret_host);
		if (to == last)
			return CP_MEMORY_REGISTERED;
		ret_host += ((to - page) >> CP_PAGE_SHIFT) + 1;
	}
}

enum cp_memory cp_memory_use(struct cp *cp, u64 addr, u32 len, bool store, u64 *ret_host)
{
	u64 last = addr + (len - 1);
	struct cp_range *range;

	if (!cp->nranges)
		return CP_MEMORY_OTHER;
	range = memory_range(cp, addr);
	if (!range || last > range->last)
		return memory_find_parts(cp, addr, last, store, ret_host);
	if (store && !range->store)
		return CP_MEMORY_PROTECTED;
	range->used = true;
	range_get(range, ALIGN_DOWN(addr, CP_PAGE_SIZE), last, ret_host);
	return CP_MEMORY_REGISTERED;
}

bool cp_memory_peek(struct cp *cp, u64 addr, void *buf, u32 len)
{
	const struct cp_range *range = memory_range(cp, addr);
	u64 host;

	if (!range)
		return false;
	host = range->host[(addr - range->iova) >> CP_PAGE_SHIFT];
	return cp_mem_peek(cp->mem, host + (addr & (CP_PAGE_SIZE - 1)), buf, len);
}
