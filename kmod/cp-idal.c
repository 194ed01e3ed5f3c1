// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Where the data of a CCW is: reads the IDAL, if there is one, and turns either kind of address into
 * pieces in the order of the transfer. Reads each IDAW once and none that the count does not
 * need. Knows nothing of pins. Rules: Principles of Operation, ch. 15, "CCW Indirect Data
 * Addressing".
 */
#include "cp-priv.h"

/* Appends to the last piece what continues it. */
static void piece_add(struct cp_pieces *pieces, u64 addr, u32 len)
{
	struct cp_piece *last;

	pieces->count += len;
	if (pieces->n) {
		last = &pieces->piece[pieces->n - 1];
		if (!pieces->down && addr && last->addr + last->len == addr) {
			last->len += len;
			return;
		}
		if (pieces->down && last->addr && addr + len == last->addr) {
			last->addr = addr;
			last->len += len;
			return;
		}
	}
	pieces->piece[pieces->n].addr = addr;
	pieces->piece[pieces->n].len = len;
	pieces->n++;
}

static int direct_piece(struct cp *cp, const struct ccw *ccw)
{
	u32 before = ccw->count - 1u;

	if (cp->pieces.down) {
		if (ccw->addr < before)
			return CCWBROKER_REFUSED_DATA_UNMAPPED;
		piece_add(&cp->pieces, ccw->addr - before, ccw->count);
		return CCWBROKER_REFUSED_NOT;
	}
	if (cp->address_end - ccw->addr < ccw->count)
		return CCWBROKER_REFUSED_DATA_UNMAPPED;
	piece_add(&cp->pieces, ccw->addr, ccw->count);
	return CCWBROKER_REFUSED_NOT;
}

/* Reads [from, to) of the list at addr in parts that end at a page edge. */
static int words_read(struct cp *cp, u32 addr, u8 *raw, u32 from, u32 to)
{
	u32 len;
	int r;

	if (to > cp->address_end - addr)
		return CCWBROKER_REFUSED_IDAL_UNREADABLE;
	for (; from < to; from += len) {
		len = min(to - from, CP_PAGE_SIZE - ((addr + from) & (CP_PAGE_SIZE - 1)));
		r = cp_mem_read(cp->mem, addr + from, raw + from, len);
		if (r)
			return r == -ENOMEM ? CCWBROKER_REFUSED_RESOURCES
					    : CCWBROKER_REFUSED_IDAL_UNREADABLE;
	}
	return CCWBROKER_REFUSED_NOT;
}

static int word_get(const struct cp *cp, const u8 *raw, unsigned int i, u64 *ret)
{
	if (cp->idaw_size == 8) {
		*ret = ccw_get64(raw + 8 * i);
		return CCWBROKER_REFUSED_NOT;
	}
	*ret = ccw_get32(raw + 4 * i);
	return *ret < CCW_FORMAT1_END ? CCWBROKER_REFUSED_NOT : CCWBROKER_REFUSED_IDAW;
}

/* The first word designates any byte, every other one the byte that its block begins with. */
static int word_piece(struct cp *cp, const u8 *raw, unsigned int i, u32 left)
{
	struct cp_pieces *pieces = &cp->pieces;
	u32 mask = cp->block_size - 1;
	u32 len, pos;
	u64 addr;
	int reason;

	reason = word_get(cp, raw, i, &addr);
	if (reason)
		return reason;
	pos = (u32)addr & mask;
	if (i > 0 && pos != (pieces->down ? mask : 0))
		return CCWBROKER_REFUSED_IDAW;
	if (pieces->down) {
		len = min(left, pos + 1);
		piece_add(pieces, addr - (len - 1), len);
	} else {
		len = min(left, cp->block_size - pos);
		piece_add(pieces, addr, len);
	}
	return CCWBROKER_REFUSED_NOT;
}

/* The list has at least count / block_size words, and one more if the first block demands it. */
static int idal_pieces(struct cp *cp, const struct ccw *ccw)
{
	u8 raw[CP_CCW_BLOCKS_MAX * 8];
	unsigned int have, i;
	int reason;

	if (!IS_ALIGNED(ccw->addr, cp->idaw_size))
		return CCWBROKER_REFUSED_IDAW;
	have = DIV_ROUND_UP((u32)ccw->count, cp->block_size);
	reason = words_read(cp, ccw->addr, raw, 0, have * cp->idaw_size);
	if (reason)
		return reason;
	for (i = 0; cp->pieces.count < ccw->count; i++) {
		if (i == have) {
			reason = words_read(cp, ccw->addr, raw, have * cp->idaw_size,
					    (have + 1) * cp->idaw_size);
			if (reason)
				return reason;
			have++;
		}
		reason = word_piece(cp, raw, i, ccw->count - cp->pieces.count);
		if (reason)
			return reason;
	}
	return CCWBROKER_REFUSED_NOT;
}

int cp_idal_pieces(struct cp *cp, const struct cp_slot *slot)
{
	cp->pieces.n = 0;
	cp->pieces.count = 0;
	cp->pieces.down = slot->transfer == CCW_TRANSFER_STORE_DOWN;
	if (slot->ccw.flags & CCW_IDA)
		return idal_pieces(cp, &slot->ccw);
	return direct_piece(cp, &slot->ccw);
}

bool cp_idal_needs_copy(const struct cp_pieces *pieces)
{
	u64 leave, enter;
	unsigned int i;

	for (i = 1; i < pieces->n; i++) {
		leave = pieces->piece[i - 1].addr;
		enter = pieces->piece[i].addr;
		if (pieces->down)
			enter += pieces->piece[i].len;
		else
			leave += pieces->piece[i - 1].len;
		if (!IS_ALIGNED(leave, CP_PAGE_SIZE) || !IS_ALIGNED(enter, CP_PAGE_SIZE))
			return true;
	}
	return false;
}
