// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The address in a host CCW, and the IDAL behind it, for data of one CCW whose pages are pinned; for
 * data in several pieces also the pinning or copying.
 */
#include "cp-priv.h"

int cp_place_reserve(struct cp *cp, u64 addr, u32 len)
{
	unsigned int npages = cp_pages_of(addr, len);

	if (npages > CP_DATA_PAGES_MAX - cp->ndata_pages)
		return CCWBROKER_REFUSED_DATA_SIZE;
	cp->ndata_pages += npages;
	return CCWBROKER_REFUSED_NOT;
}

/* The words of one pinned piece, whose pages are at host. */
static u8 *put_piece(u8 *word, bool down, u64 addr, u32 len, const u64 *host)
{
	unsigned int npages = cp_pages_of(addr, len);
	u64 first = down ? addr + (len - 1) : addr;
	unsigned int i;
	u64 page, pos;

	for (i = 0; i < npages; i++) {
		page = host[down ? npages - 1 - i : i];
		pos = down ? CP_PAGE_SIZE - 1 : 0;
		if (i == 0)
			pos = first & (CP_PAGE_SIZE - 1);
		ccw_put64(word, page + pos);
		word += 8;
	}
	return word;
}

static int list_take(struct cp *cp, struct cp_slot *slot, u32 size, u8 **ret)
{
	*ret = cp_arena_take(cp, size, &slot->host_data);
	slot->host_ida = true;
	return *ret ? CCWBROKER_REFUSED_NOT : CCWBROKER_REFUSED_RESOURCES;
}

/* Pins a piece of data in several; small areas that it overlaps must not be copied. */
static int piece_pin(struct cp *cp, const struct cp_slot *slot, unsigned int i, bool copied,
		     u64 *ret_host)
{
	const struct cp_piece *piece = &cp->pieces.piece[i];
	struct cp_slot area = *slot;
	int reason;

	reason = cp_place_reserve(cp, piece->addr, piece->len);
	if (reason)
		return reason;
	area.area = piece->addr;
	area.ccw.count = (u16)piece->len;
	cp_overlap_note(cp, &area);
	if (cp_pin_conflicts(cp, piece, cp_slot_stores(slot), copied))
		return CCWBROKER_REFUSED_CCW_UNSUPPORTED;
	return cp_pin_piece(cp, piece, cp_slot_stores(slot), copied, ret_host);
}

static int pieces_pin(struct cp *cp, struct cp_slot *slot)
{
	const struct cp_pieces *pieces = &cp->pieces;
	u8 list[CP_CCW_PAGES_MAX * 8];
	u64 host[CP_CCW_PAGES_MAX];
	u8 *end = list, *mem;
	unsigned int i;
	int reason;

	for (i = 0; i < pieces->n; i++) {
		reason = piece_pin(cp, slot, i, false, host);
		if (reason)
			return reason;
		end = put_piece(end, pieces->down, pieces->piece[i].addr, pieces->piece[i].len,
				host);
	}
	reason = list_take(cp, slot, (u32)(end - list), &mem);
	if (!reason)
		memcpy(mem, list, (size_t)(end - list));
	return reason;
}

static int pieces_copy(struct cp *cp, struct cp_slot *slot)
{
	const struct cp_pieces *pieces = &cp->pieces;
	u64 pinned[CP_CCW_PAGES_MAX];
	u32 host[CP_CCW_PAGES_MAX];
	unsigned int npages = cp_pages_of(0, pieces->count);
	unsigned int i;
	int reason;
	u8 *mem;

	for (i = 0; i < pieces->n; i++) {
		if (pieces->piece[i].skip)
			continue;
		reason = piece_pin(cp, slot, i, true, pinned);
		if (reason)
			return reason;
	}
	reason = cp_copy_add(cp, cp_slot_stores(slot), host);
	if (reason)
		return reason;
	reason = list_take(cp, slot, npages * 8, &mem);
	for (i = 0; !reason && i < npages; i++)
		ccw_put64(mem + 8 * i, host[i]);
	return reason;
}

int cp_place_pieces(struct cp *cp, struct cp_slot *slot)
{
	unsigned int reserved = cp->ndata_pages, pinned = cp->npins;
	int reason;

	if (cp_idal_needs_copy(&cp->pieces))
		reason = pieces_copy(cp, slot);
	else
		reason = pieces_pin(cp, slot);
	if (reason) {
		cp_pin_unwind(cp, pinned);
		cp->ndata_pages = reserved;
	}
	return reason;
}

/* The pages of an area are at host: one that the CCW itself can designate needs no list. */
int cp_place_area(struct cp *cp, struct cp_slot *slot, const u64 *host)
{
	bool down = slot->transfer == CCW_TRANSFER_STORE_DOWN;
	u64 first = down ? slot->area + (slot->ccw.count - 1) : slot->area;
	unsigned int npages = cp_pages_of(slot->area, slot->ccw.count);
	int reason;
	u8 *mem;

	if (npages == 1 && host[0] < CCW_FORMAT1_END) {
		slot->host_data = (u32)(host[0] + (first & (CP_PAGE_SIZE - 1)));
		return CCWBROKER_REFUSED_NOT;
	}
	reason = list_take(cp, slot, npages * 8, &mem);
	if (!reason)
		put_piece(mem, down, slot->area, slot->ccw.count, host);
	return reason;
}
