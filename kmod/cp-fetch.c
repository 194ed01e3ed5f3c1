// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The only reader of guest CCWs. Keeps what it read and never reads a byte twice: a guest that
 * changes its program meanwhile changes nothing for us. Reads ahead within the page, which is the
 * granule of a mapping: a short program is one small read. Knows nothing of what CCWs mean.
 */
#include "cp-priv.h"

static struct cp_fetch_page *page_get(struct cp *cp, u64 iova)
{
	struct cp_fetch_page *page;
	unsigned int i;

	for (i = 0; i < cp->npages; i++)
		if (cp->page[i]->iova == iova)
			return cp->page[i];
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
	r = cp_memory_read(cp, page->iova + from, page->bytes + from, to - from);
	if (r)
		return r;
	page->from = min(page->from, from);
	page->to = max(page->to, to);
	return 0;
}

int cp_fetch_ccw(struct cp *cp, u32 addr, struct ccw *ret)
{
	u32 pos = addr & (CP_PAGE_SIZE - 1);
	struct cp_fetch_page *page;
	int r;

	if (addr > cp->address_end - CCW_SIZE)
		return CCWBROKER_REFUSED_CCW_UNREADABLE;
	page = page_get(cp, addr - pos);
	if (!page)
		return CCWBROKER_REFUSED_RESOURCES;
	if (pos < page->from || pos >= page->to) {
		r = page_extend(cp, page, pos);
		if (r)
			return r == -ENOMEM ? CCWBROKER_REFUSED_RESOURCES
					    : CCWBROKER_REFUSED_CCW_UNREADABLE;
	}
	*ret = cp->format1 ? ccw_get_format1(page->bytes + pos)
			   : ccw_get_format0(page->bytes + pos);
	return CCWBROKER_REFUSED_NOT;
}

void cp_fetch_reset(struct cp *cp, unsigned int keep)
{
	unsigned int i;

	for (i = keep; i < CP_FETCH_PAGES_MAX && cp->page[i]; i++) {
		cp_free_mem(cp->page[i]);
		cp->page[i] = NULL;
	}
	cp->npages = 0;
}
