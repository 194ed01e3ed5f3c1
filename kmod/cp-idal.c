// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Where the data of a CCW is: reads the list of IDAWs or MIDAWs, if there is one, and turns each kind
 * of address into pieces in the order of the transfer. Reads each word once. Knows nothing of pins.
 * Rules: Principles of Operation, ch. 15, "CCW Indirect Data Addressing" and "Modified CCW Indirect
 * Data Addressing".
 */
#include "cp-priv.h"

#define IDAL_WORDS_MAX 33 /* 65,535 bytes that start on the last byte of a block of 2 KiB */
#define MIDAWS_STEP    16 /* read at once */

/* Appends to the last piece what continues it. */
static void piece_add(struct cp_pieces *pieces, u64 addr, u32 len)
{
	struct cp_piece *last;

	pieces->count += len;
	if (pieces->n && !pieces->piece[pieces->n - 1].skip) {
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
	pieces->piece[pieces->n].skip = false;
	pieces->n++;
}

static void piece_add_skipped(struct cp_pieces *pieces, u32 len)
{
	struct cp_piece *piece = &pieces->piece[pieces->n];

	piece->addr = 0;
	piece->len = len;
	piece->skip = true;
	pieces->count += len;
	pieces->n++;
}

int cp_idal_direct(const struct cp *cp, const struct cp_slot *slot, u64 *ret_addr)
{
	const struct ccw *ccw = &slot->ccw;
	u32 before = ccw->count - 1u;

	if (slot->transfer == CCW_TRANSFER_STORE_DOWN) {
		if (ccw->addr < before)
			return CCWBROKER_REFUSED_DATA_UNMAPPED;
		*ret_addr = ccw->addr - before;
		return CCWBROKER_REFUSED_NOT;
	}
	if (cp->address_end - ccw->addr < ccw->count)
		return CCWBROKER_REFUSED_DATA_UNMAPPED;
	*ret_addr = ccw->addr;
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
		r = cp_fetch_read(cp, addr + from, raw + from, len);
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
	u8 raw[IDAL_WORDS_MAX * 8];
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

/*
 * The area of a MIDAW lies within a page. Skipping is for what would be stored only, and needs no
 * area: elsewhere the flag is ignored, as that of a CCW is. A data-transfer interruption is one that
 * the channel of the host would have to make.
 */
static int midaw_piece(struct cp_pieces *pieces, const u8 raw[MIDAW_SIZE], u32 left, bool stores)
{
	u32 count = ccw_get16(raw + 6);
	u64 addr = ccw_get64(raw + 8);
	u32 pos = (u32)addr & (CP_PAGE_SIZE - 1);
	u32 room = pieces->down ? pos + 1 : CP_PAGE_SIZE - pos;

	if (ccw_get32(raw) || raw[4] ||
	    (raw[MIDAW_FLAGS_BYTE] & ~(MIDAW_LAST | MIDAW_SKIP | MIDAW_DTI)))
		return CCWBROKER_REFUSED_IDAW;
	if (raw[MIDAW_FLAGS_BYTE] & MIDAW_DTI)
		return CCWBROKER_REFUSED_CCW_UNSUPPORTED;
	if (!count || count > left)
		return CCWBROKER_REFUSED_IDAW;
	if (stores && (raw[MIDAW_FLAGS_BYTE] & MIDAW_SKIP)) {
		piece_add_skipped(pieces, count);
		return CCWBROKER_REFUSED_NOT;
	}
	if (count > room)
		return CCWBROKER_REFUSED_IDAW;
	piece_add(pieces, pieces->down ? addr - (count - 1) : addr, count);
	return CCWBROKER_REFUSED_NOT;
}

/* The list ends in its page, and its counts are together that of the CCW. */
static int midal_pieces(struct cp *cp, const struct ccw *ccw, bool stores)
{
	u32 end = CP_PAGE_SIZE - (ccw->addr & (CP_PAGE_SIZE - 1));
	u8 raw[MIDAWS_STEP * MIDAW_SIZE];
	bool is_last = false;
	const u8 *midaw;
	int reason;
	u32 at;

	BUILD_BUG_ON(CP_PAGE_SIZE / MIDAW_SIZE > CP_CCW_PIECES_MAX);
	if (!IS_ALIGNED(ccw->addr, MIDAW_SIZE))
		return CCWBROKER_REFUSED_IDAW;
	for (at = 0; cp->pieces.count < ccw->count; at += MIDAW_SIZE) {
		if (is_last || at == end)
			return CCWBROKER_REFUSED_IDAW;
		midaw = raw + at % sizeof(raw);
		if (midaw == raw) {
			reason = words_read(cp, ccw->addr + at, raw, 0,
					    min(end - at, (u32)sizeof(raw)));
			if (reason)
				return reason;
		}
		reason = midaw_piece(&cp->pieces, midaw, ccw->count - cp->pieces.count, stores);
		if (reason)
			return reason;
		is_last = midaw[MIDAW_FLAGS_BYTE] & MIDAW_LAST;
	}
	return CCWBROKER_REFUSED_NOT;
}

int cp_idal_pieces(struct cp *cp, const struct cp_slot *slot)
{
	cp->pieces.n = 0;
	cp->pieces.count = 0;
	cp->pieces.down = slot->transfer == CCW_TRANSFER_STORE_DOWN;
	if (slot->ccw.flags & CCW_MIDA)
		return midal_pieces(cp, &slot->ccw, slot->transfer != CCW_TRANSFER_FETCH);
	return idal_pieces(cp, &slot->ccw);
}

bool cp_idal_needs_copy(const struct cp_pieces *pieces)
{
	u64 leave, enter;
	unsigned int i;

	for (i = 0; i < pieces->n; i++) {
		if (pieces->piece[i].skip)
			return true;
		if (i == 0)
			continue;
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
