// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The only reader of guest CCWs. Keeps what it read, from the first CCW wanted to the end of that
 * page (the granule of a mapping), and never reads a byte twice: a guest that changes its program
 * meanwhile changes nothing for us. Knows nothing of what CCWs mean.
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
	page->from = CP_PAGE_SIZE;
	cp->npages++;
	return page;
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
	if (pos < page->from) {
		r = cp_mem_read(cp->mem, page->iova + pos, page->bytes + pos, page->from - pos);
		if (r)
			return r == -ENOMEM ? CCWBROKER_REFUSED_RESOURCES
					    : CCWBROKER_REFUSED_CCW_UNREADABLE;
		page->from = pos;
	}
	*ret = cp->format1 ? ccw_get_format1(page->bytes + pos)
			   : ccw_get_format0(page->bytes + pos);
	return CCWBROKER_REFUSED_NOT;
}

void cp_fetch_reset(struct cp *cp, unsigned int keep)
{
	unsigned int i;

	for (i = keep; i < CP_FETCH_PAGES_MAX; i++) {
		cp_free_mem(cp->page[i]);
		cp->page[i] = NULL;
	}
	cp->npages = 0;
}
