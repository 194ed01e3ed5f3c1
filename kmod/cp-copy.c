// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Data that the device sees a copy of, because IDAWs of 4 KiB cannot express its blocks of 2 KiB or
 * its MIDAWs.
 *
 * A copy is filled from client memory before the start in either direction, and kept a second
 * time. What differs afterwards is what the device stored; only that goes back to the client, in
 * the order of the program. So bytes that the device left alone stay as the client has them. Where
 * areas overlap in part, a byte that the later one finds unchanged keeps what the earlier one got.
 */
#include "cp-priv.h"

/*
 * Bytes of the copy are numbered as they are transferred: byte i is in page i / 4096, at i % 4096
 * from its front, or going down from its end.
 */
struct cp_copy {
	struct cp_copy *next;
	bool store;
	bool down; /* as in struct cp_pieces */
	unsigned int npages;
	unsigned int npieces;
	u32 host[CP_CCW_PAGES_MAX]; /* where the transfer enters each page */
	u8 *page[CP_CCW_PAGES_MAX];
	u8 *before[CP_CCW_PAGES_MAX]; /* only of what may change */
	struct cp_piece piece[];
};

/* The part of a piece that lies in one page of the copy, at ascending addresses in both. */
struct copy_part {
	u64 addr;
	u32 len;
	unsigned int page;
	u32 pos;
};

/* In the order of the transfer. Goes on after an error and returns the first. */
static int parts_each(struct cp_mem *mem, struct cp_copy *copy,
		      int (*go)(struct cp_mem *mem, struct cp_copy *copy,
				const struct copy_part *part))
{
	const struct cp_piece *piece;
	struct copy_part part;
	u32 at = 0, done, in_page;
	unsigned int i;
	int first = 0, r;

	for (i = 0; i < copy->npieces; i++) {
		piece = &copy->piece[i];
		for (done = 0; done < piece->len; done += part.len) {
			in_page = at & (CP_PAGE_SIZE - 1);
			part.page = at >> CP_PAGE_SHIFT;
			part.len = min(piece->len - done, CP_PAGE_SIZE - in_page);
			part.pos = copy->down ? CP_PAGE_SIZE - in_page - part.len : in_page;
			part.addr =
				piece->addr + (copy->down ? piece->len - done - part.len : done);
			at += part.len;
			r = piece->skip ? 0 : go(mem, copy, &part);
			if (r && !first)
				first = r;
		}
		cond_resched();
	}
	return first;
}

static int part_fill(struct cp_mem *mem, struct cp_copy *copy, const struct copy_part *part)
{
	u8 *p = copy->page[part->page] + part->pos;
	int r;

	r = cp_mem_read(mem, part->addr, p, part->len);
	if (!r && copy->store)
		memcpy(copy->before[part->page] + part->pos, p, part->len);
	return r;
}

static int part_write_changes(struct cp_mem *mem, struct cp_copy *copy,
			      const struct copy_part *part)
{
	const u8 *now = copy->page[part->page] + part->pos;
	const u8 *before = copy->before[part->page] + part->pos;
	u32 from, to;
	int first = 0, r;

	for (from = 0; from < part->len; from = to + 1) {
		while (from < part->len && now[from] == before[from])
			from++;
		for (to = from; to < part->len && now[to] != before[to]; to++)
			;
		if (from == to)
			break;
		r = cp_mem_write(mem, part->addr + from, now + from, to - from);
		if (r && !first)
			first = r;
	}
	return first;
}

static void copy_free(struct cp *cp, struct cp_copy *copy)
{
	unsigned int i;

	for (i = 0; i < copy->npages; i++) {
		if (copy->page[i])
			cp_mem_free(cp->mem, copy->page[i], CP_PAGE_SIZE);
		cp_free_mem(copy->before[i]);
	}
	cp_free_mem(copy);
}

static int copy_alloc(struct cp *cp, struct cp_copy *copy)
{
	unsigned int i;

	for (i = 0; i < copy->npages; i++) {
		copy->page[i] = cp_mem_alloc(cp->mem, CP_PAGE_SIZE, &copy->host[i]);
		if (!copy->page[i])
			return CCWBROKER_REFUSED_RESOURCES;
		if (copy->down)
			copy->host[i] += CP_PAGE_SIZE - 1;
		if (!copy->store)
			continue;
		copy->before[i] = cp_zalloc(1, CP_PAGE_SIZE);
		if (!copy->before[i])
			return CCWBROKER_REFUSED_RESOURCES;
	}
	return CCWBROKER_REFUSED_NOT;
}

static void copy_append(struct cp *cp, struct cp_copy *copy)
{
	if (cp->copy_last)
		cp->copy_last->next = copy;
	else
		cp->copy_first = copy;
	cp->copy_last = copy;
	cp->ncopy_pages += copy->npages;
	cp->copies_store |= copy->store;
}

static bool copy_is_of(const struct cp_copy *copy, const struct cp_pieces *pieces)
{
	const struct cp_piece *a, *b;
	unsigned int i;

	if (copy->npieces != pieces->n || copy->down != pieces->down)
		return false;
	for (i = 0; i < pieces->n; i++) {
		a = &copy->piece[i];
		b = &pieces->piece[i];
		if (a->addr != b->addr || a->len != b->len || a->skip != b->skip)
			return false;
	}
	return true;
}

/* CCWs with the same data share a copy, so that what is stored last remains. */
static struct cp_copy *copy_find(struct cp *cp, bool store)
{
	struct cp_copy *copy;

	for (copy = cp->copy_first; copy; copy = copy->next)
		if (copy->store == store && copy_is_of(copy, &cp->pieces))
			return copy;
	return NULL;
}

static int copy_new(struct cp *cp, bool store, struct cp_copy **ret)
{
	unsigned int npages = cp_pages_of(0, cp->pieces.count);
	struct cp_copy *copy;
	int r, reason;

	if (npages > CP_COPY_PAGES_MAX - cp->ncopy_pages)
		return CCWBROKER_REFUSED_DATA_SIZE;
	copy = cp_zalloc(1, sizeof(*copy) + cp->pieces.n * sizeof(copy->piece[0]));
	if (!copy)
		return CCWBROKER_REFUSED_RESOURCES;
	copy->store = store;
	copy->down = cp->pieces.down;
	copy->npages = npages;
	copy->npieces = cp->pieces.n;
	memcpy(copy->piece, cp->pieces.piece, cp->pieces.n * sizeof(copy->piece[0]));
	reason = copy_alloc(cp, copy);
	if (reason)
		goto err_free;
	r = parts_each(cp->mem, copy, part_fill);
	if (r) {
		reason = r == -ENOMEM ? CCWBROKER_REFUSED_RESOURCES
				      : CCWBROKER_REFUSED_DATA_UNMAPPED;
		goto err_free;
	}
	copy_append(cp, copy);
	*ret = copy;
	return CCWBROKER_REFUSED_NOT;

err_free:
	copy_free(cp, copy);
	return reason;
}

int cp_copy_add(struct cp *cp, bool store, u32 *ret_host)
{
	struct cp_copy *copy = copy_find(cp, store);
	int reason;

	if (!copy) {
		reason = copy_new(cp, store, &copy);
		if (reason)
			return reason;
	}
	memcpy(ret_host, copy->host, copy->npages * sizeof(*ret_host));
	return CCWBROKER_REFUSED_NOT;
}

void cp_copy_reset(struct cp *cp)
{
	struct cp_copy *copy;

	while (cp->copy_first) {
		copy = cp->copy_first;
		cp->copy_first = copy->next;
		copy_free(cp, copy);
	}
	cp->copy_last = NULL;
	cp->ncopy_pages = 0;
	cp->copies_store = false;
}

bool cp_has_copies(const struct cp *cp)
{
	return cp->held && (cp->copies_store || cp->small_stores);
}

int cp_copy_back(struct cp *cp)
{
	struct cp_copy *copy;
	int first = cp_small_back(cp);
	int r;

	for (copy = cp->copy_first; copy; copy = copy->next) {
		if (!copy->store)
			continue;
		r = parts_each(cp->mem, copy, part_write_changes);
		if (r && !first)
			first = r;
	}
	return first;
}
