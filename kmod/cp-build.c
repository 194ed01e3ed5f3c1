// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The host program: format-1 CCWs with format-2 IDAWs of 4 KiB, which is what the kernel's interface
 * for channel drivers starts. Every address in it is one of ours or of a pinned page.
 *
 * A CCW of zeros is a program check: its command code is invalid, and in a data chain, where the
 * code is ignored, its count is. Two of them stand behind each run. The first answers a status
 * modifier past the end; the second keeps the address behind a run apart from the next run.
 */
#include "cp-priv.h"

#define BUILD_TAIL_CCWS 2

static bool slot_stores(const struct cp_slot *slot)
{
	return slot->transfer == CCW_TRANSFER_STORE || slot->transfer == CCW_TRANSFER_STORE_DOWN;
}

/*
 * "Data Transfer" and "Skipping": nothing moves for a count of zero or no-operation, and nothing
 * reaches memory when what would be stored is skipped. Elsewhere the skip flag is ignored.
 */
static bool slot_moves_data(const struct cp_slot *slot)
{
	if (slot->ccw.count == 0 || slot->transfer == CCW_TRANSFER_NONE)
		return false;
	return !(slot_stores(slot) && (slot->ccw.flags & CCW_SKIP));
}

/* The words of one pinned piece, whose pages are at host. */
static u8 *put_piece(u8 *word, const struct cp_pieces *pieces, const struct cp_piece *piece,
		     const u64 *host)
{
	unsigned int npages = cp_pages_of(piece->addr, piece->len);
	u64 first = pieces->down ? piece->addr + (piece->len - 1) : piece->addr;
	unsigned int i;
	u64 page, pos;

	for (i = 0; i < npages; i++) {
		page = host[pieces->down ? npages - 1 - i : i];
		pos = pieces->down ? CP_PAGE_SIZE - 1 : 0;
		if (i == 0)
			pos = first & (CP_PAGE_SIZE - 1);
		ccw_put64(word, page + pos);
		word += 8;
	}
	return word;
}

static int data_pin(struct cp *cp, struct cp_slot *slot)
{
	const struct cp_pieces *pieces = &cp->pieces;
	u8 list[CP_CCW_PAGES_MAX * 8];
	u64 host[CP_CCW_PAGES_MAX];
	u8 *end = list, *mem;
	unsigned int i;
	int reason;

	for (i = 0; i < pieces->n; i++) {
		reason = cp_pin_piece(cp, &pieces->piece[i], slot_stores(slot), false, host);
		if (reason)
			return reason;
		end = put_piece(end, pieces, &pieces->piece[i], host);
	}
	mem = cp_arena_take(cp, (u32)(end - list), &slot->host_idal);
	if (!mem)
		return CCWBROKER_REFUSED_RESOURCES;
	memcpy(mem, list, (size_t)(end - list));
	return CCWBROKER_REFUSED_NOT;
}

static int data_copy(struct cp *cp, struct cp_slot *slot)
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
		reason = cp_pin_piece(cp, &pieces->piece[i], slot_stores(slot), true, pinned);
		if (reason)
			return reason;
	}
	reason = cp_copy_add(cp, slot_stores(slot), host);
	if (reason)
		return reason;
	mem = cp_arena_take(cp, npages * 8, &slot->host_idal);
	if (!mem)
		return CCWBROKER_REFUSED_RESOURCES;
	for (i = 0; i < npages; i++)
		ccw_put64(mem + 8 * i, host[i]);
	return CCWBROKER_REFUSED_NOT;
}

static void count_bytes(struct cp *cp, const struct cp_slot *slot)
{
	if (slot_stores(slot))
		cp->bytes_stored += slot->ccw.count;
	else
		cp->bytes_fetched += slot->ccw.count;
}

static int slot_data(struct cp *cp, struct cp_slot *slot)
{
	unsigned int pinned_before = cp->npins;
	int reason;

	if (!slot_moves_data(slot)) {
		slot->host_idal =
			slot->transfer == CCW_TRANSFER_STORE_DOWN ? cp->dummy_down : cp->dummy_up;
		return CCWBROKER_REFUSED_NOT;
	}
	reason = cp_idal_pieces(cp, slot);
	if (reason)
		return reason;
	if (cp_idal_needs_copy(&cp->pieces))
		reason = data_copy(cp, slot);
	else
		reason = data_pin(cp, slot);
	if (reason)
		cp_pin_unwind(cp, pinned_before);
	else if (!slot->speculative)
		count_bytes(cp, slot);
	return reason;
}

static int run_data(struct cp *cp, struct cp_run *run, bool speculative)
{
	struct cp_slot *slot;
	unsigned int i;
	int reason;

	for (i = 0; i < run->n; i++) {
		slot = &run->slot[i];
		if (slot->role != CP_SLOT_PLAIN || slot->speculative != speculative)
			continue;
		cond_resched();
		reason = slot_data(cp, slot);
		if (speculative && cp_check_is_guest_fault(reason)) {
			slot->role = CP_SLOT_STOP;
			continue;
		}
		if (reason) {
			cp->refused_ccw = cp_run_addr(run, i);
			return reason;
		}
	}
	return CCWBROKER_REFUSED_NOT;
}

/* What the program surely comes to takes its share of the limits first. */
int cp_build_data(struct cp *cp)
{
	unsigned int i;
	int reason;

	for (i = 0; i < cp->nruns; i++) {
		reason = run_data(cp, cp->run[i], false);
		if (reason)
			return reason;
	}
	for (i = 0; i < cp->nruns; i++) {
		reason = run_data(cp, cp->run[i], true);
		if (reason)
			return reason;
	}
	return CCWBROKER_REFUSED_NOT;
}

/*
 * The ORB of the host has F one and L zero whatever the guest's has. Where the guest's allows
 * immediate operations any length, no-operation and what by convention is a control command without
 * data, a count of one, get SLI in its place.
 */
static u8 host_flags(const struct cp *cp, const struct cp_slot *slot)
{
	const struct ccw *ccw = &slot->ccw;
	u8 flags = (ccw->flags & (CCW_CD | CCW_CC | CCW_SLI | CCW_SKIP | CCW_PCI)) | CCW_IDA;

	if (!cp->immediate_any_length || slot->context != CCW_TRANSFER_COMMAND ||
	    !ccw_is_control(ccw->cmd))
		return flags;
	if (ccw->cmd == CCW_CMD_NOP || ccw->count == 1)
		flags |= CCW_SLI;
	return flags;
}

static void put_slot(const struct cp *cp, u8 *raw, const struct cp_slot *slot)
{
	struct ccw host = { 0 };

	if (slot->role == CP_SLOT_TIC) {
		host.cmd = CCW_CMD_TIC;
		host.addr = cp->run[slot->target_run]->host + slot->target_slot * CCW_SIZE;
	} else if (slot->role == CP_SLOT_PLAIN) {
		host.cmd = slot->host_cmd;
		host.flags = host_flags(cp, slot);
		host.count = slot->ccw.count;
		host.addr = slot->host_idal;
	}
	ccw_put_format1(raw, &host);
}

int cp_build_program(struct cp *cp)
{
	struct cp_run *run;
	unsigned int r, i;

	for (r = 0; r < cp->nruns; r++) {
		run = cp->run[r];
		run->host_mem =
			cp_arena_take(cp, (run->n + BUILD_TAIL_CCWS) * CCW_SIZE, &run->host);
		if (!run->host_mem)
			return CCWBROKER_REFUSED_RESOURCES;
	}
	for (r = 0; r < cp->nruns; r++) {
		run = cp->run[r];
		for (i = 0; i < run->n; i++)
			put_slot(cp, run->host_mem + i * CCW_SIZE, &run->slot[i]);
	}
	return CCWBROKER_REFUSED_NOT;
}
