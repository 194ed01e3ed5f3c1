// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The only reader of guest CCWs. Keeps what it read and never reads a byte twice: a guest that
 * changes its program meanwhile changes nothing for us. Reads ahead within the page, which is the
 * granule of a mapping: a short program is one small read. What lists and small data stand in is read
 * by whole pages, as clients have them side by side. Knows nothing of what CCWs mean.
 */
#include "cp-priv.h"

/* The page with CCWs that is at iova, or NULL. */
static struct cp_fetch_page *page_find(struct cp *cp, u64 iova)
{
	unsigned int i;

	for (i = 0; i < cp->npages; i++)
		if (cp->page[i]->iova == iova)
			return cp->page[i];
	return NULL;
}

static struct cp_fetch_page *page_get(struct cp *cp, u64 iova)
{
	struct cp_fetch_page *page = page_find(cp, iova);

	if (page)
		return page;
	if (WARN_ON_ONCE(cp->npages == CP_FETCH_PAGES_MAX))
		return NULL;
	page = cp->page[cp->npages];
	if (!page) {
		page = cp_zalloc(1, sizeof(*page));
		if (!page)
			return NULL;
		cp->page[cp->npages] = page;
	}
	page->iova = iova;
	page->from = 0;
	page->to = 0;
	cp->npages++;
	return page;
}

/* Is [addr, addr + len) of a page's bytes that were read? */
static bool page_has(const struct cp_fetch_page *page, u64 addr, u32 len)
{
	u64 pos = addr - page->iova;

	return pos >= page->from && pos < page->to && len <= page->to - pos;
}

/* Reads so much more of the page that pos is there. What is there stays one stretch. */
static int page_extend(struct cp *cp, struct cp_fetch_page *page, u32 pos)
{
	u32 from = page->to, to = CP_PAGE_SIZE;
	int r;

	if (page->from == page->to) {
		from = pos;
		to = min(pos + CP_FETCH_AHEAD, CP_PAGE_SIZE);
		page->from = pos;
	} else if (pos < page->from) {
		from = pos;
		to = page->from;
	}
	if (!cp_memory_peek(cp, page->iova + from, page->bytes + from, to - from)) {
		r = cp_mem_read(cp->mem, page->iova + from, page->bytes + from, to - from);
		if (r)
			return r;
	}
	page->from = min(page->from, from);
	page->to = max(page->to, to);
	return 0;
}

/* Makes page_now one that has the CCW. */
static int page_fetch(struct cp *cp, u32 addr)
{
	u32 pos = addr & (CP_PAGE_SIZE - 1);
	struct cp_fetch_page *page;
	int r;

	if (addr > cp->address_end - CCW_SIZE)
		return CCWBROKER_REFUSED_CCW_UNREADABLE;
	page = page_get(cp, addr - pos);
	if (!page)
		return CCWBROKER_REFUSED_RESOURCES;
	if (!page_has(page, addr, CCW_SIZE)) {
		r = page_extend(cp, page, pos);
		if (r)
			return r == -ENOMEM ? CCWBROKER_REFUSED_RESOURCES
					    : CCWBROKER_REFUSED_CCW_UNREADABLE;
	}
	cp->page_now = page;
	return CCWBROKER_REFUSED_NOT;
}

int cp_fetch_ccw(struct cp *cp, u32 addr, struct ccw *ret)
{
	const u8 *raw;
	int reason;

	if (!cp->page_now || !page_has(cp->page_now, addr, CCW_SIZE)) {
		reason = page_fetch(cp, addr);
		if (reason)
			return reason;
	}
	raw = cp->page_now->bytes + (addr & (CP_PAGE_SIZE - 1));
	*ret = cp->format1 ? ccw_get_format1(raw) : ccw_get_format0(raw);
	return CCWBROKER_REFUSED_NOT;
}

/* Reads what is missing of [addr, addr + len) in a page with CCWs. */
static int page_cover(struct cp *cp, struct cp_fetch_page *page, u64 addr, u32 len)
{
	u32 pos = addr & (CP_PAGE_SIZE - 1);
	int r = 0;

	while (!r && !page_has(page, addr, len))
		r = page_extend(cp, page, pos < page->from ? pos : page->to);
	return r;
}

/* Reads a page without CCWs, whole, in place of the last such page. */
static int page_read(struct cp *cp, struct cp_fetch_page *page, u64 iova)
{
	int r;

	page->iova = iova;
	page->from = 0;
	page->to = 0;
	r = cp_mem_read(cp->mem, iova, page->bytes, CP_PAGE_SIZE);
	if (!r)
		page->to = CP_PAGE_SIZE;
	return r;
}

int cp_fetch_read(struct cp *cp, u64 addr, void *buf, u32 len)
{
	u64 iova = ALIGN_DOWN(addr, CP_PAGE_SIZE);
	struct cp_fetch_page *page = page_find(cp, iova);
	int r = 0;

	if (page) {
		r = page_cover(cp, page, addr, len);
	} else {
		if (cp_memory_peek(cp, addr, buf, len))
			return 0;
		page = &cp->page_beside;
		if (!page_has(page, addr, len))
			r = page_read(cp, page, iova);
	}
	if (!r)
		memcpy(buf, page->bytes + (addr - iova), len);
	return r;
}

void cp_fetch_reset(struct cp *cp, unsigned int keep)
{
	unsigned int i;

	for (i = keep; i < CP_FETCH_PAGES_MAX && cp->page[i]; i++) {
		cp_free_mem(cp->page[i]);
		cp->page[i] = NULL;
	}
	cp->npages = 0;
	cp->page_now = NULL;
	cp->page_beside.to = 0;
}
