// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * How the device gets at the data of each CCW. First all of it is located. Data in several
 * pieces is pinned or copied (cp-copy.c) at once, an area, data in one piece, is done with at once
 * if it is in registered memory. The others wait until all are known. Then small ones are copied
 * (cp-small.c), the rest is pinned, neighbours in one call.
 */
#include "cp-priv.h"

/*
 * "Data Transfer" and "Skipping": nothing moves for a count of zero or no-operation, and nothing
 * reaches memory when what would be stored is skipped. Elsewhere the skip flag is ignored.
 */
static bool slot_moves_data(const struct cp_slot *slot)
{
	if (slot->ccw.count == 0 || slot->transfer == CCW_TRANSFER_NONE)
		return false;
	return !(cp_slot_stores(slot) && (slot->ccw.flags & CCW_SKIP));
}

static bool area_is_small(struct cp *cp, const struct cp_slot *slot)
{
	return cp->nsmall_slots < CP_SMALL_MAX &&
	       (!cp_slot_stores(slot) || cp_known_has(cp, slot->area, slot->ccw.count)) &&
	       cp_small_reserve(cp, slot->ccw.count);
}

static void area_wait(struct cp *cp, struct cp_slot *slot, bool is_small)
{
	slot->placing = is_small ? CP_PLACING_SMALL : CP_PLACING_PIN;
	cp_overlap_note(cp, slot);
	if (is_small)
		cp->small_slot[cp->nsmall_slots++] = slot;
	cp->nwaiting++;
}

static int area_locate(struct cp *cp, struct cp_slot *slot)
{
	enum cp_memory memory;
	int reason;

	reason = cp_place_reserve(cp, slot->area, slot->ccw.count);
	if (reason)
		return reason;
	memory = cp_memory_use(cp, slot->area, slot->ccw.count, cp_slot_stores(slot), cp->host);
	switch (memory) {
	case CP_MEMORY_REGISTERED:
		slot->placing = CP_PLACING_DONE;
		cp_overlap_note_done(cp, slot);
		return cp_place_area(cp, slot, cp->host);
	case CP_MEMORY_PROTECTED:
		return CCWBROKER_REFUSED_DATA_PROTECTED;
	case CP_MEMORY_OTHER:
		area_wait(cp, slot, area_is_small(cp, slot));
	}
	return CCWBROKER_REFUSED_NOT;
}

static int list_locate(struct cp *cp, struct cp_slot *slot)
{
	int reason;

	reason = cp_idal_pieces(cp, slot);
	if (reason)
		return reason;
	if (cp->pieces.n > 1 || cp_idal_needs_copy(&cp->pieces))
		return cp_place_pieces(cp, slot);
	slot->area = cp->pieces.piece[0].addr;
	return area_locate(cp, slot);
}

static void count_bytes(struct cp *cp, const struct cp_slot *slot)
{
	if (cp_slot_stores(slot))
		cp->bytes_stored += slot->ccw.count;
	else
		cp->bytes_fetched += slot->ccw.count;
}

static int slot_locate(struct cp *cp, struct cp_slot *slot)
{
	int reason;

	/* The client may look at its memory before the end: then no copies. */
	if (slot->ccw.flags & CCW_PCI)
		cp->small_conflict = true;
	if (!slot_moves_data(slot)) {
		slot->host_data =
			slot->transfer == CCW_TRANSFER_STORE_DOWN ? cp->dummy_down : cp->dummy_up;
		slot->host_ida = true;
		return CCWBROKER_REFUSED_NOT;
	}
	if (slot->ccw.flags & (CCW_IDA | CCW_MIDA))
		reason = list_locate(cp, slot);
	else
		reason = cp_idal_direct(cp, slot, &slot->area) ?: area_locate(cp, slot);
	if (!reason && !slot->speculative)
		count_bytes(cp, slot);
	return reason;
}

/* What becomes of a slot whose data cannot be had: see cp-walk.c. */
static int slot_fault(struct cp *cp, struct cp_run *run, unsigned int i, int reason)
{
	struct cp_slot *slot = &run->slot[i];

	if (slot->speculative && cp_check_is_guest_fault(reason)) {
		slot->role = CP_SLOT_STOP;
		slot->placing = CP_PLACING_NONE;
		return CCWBROKER_REFUSED_NOT;
	}
	cp->refused_ccw = cp_run_addr(run, i);
	return reason;
}

static int run_locate(struct cp *cp, struct cp_run *run, bool speculative)
{
	struct cp_slot *slot;
	unsigned int i;
	int reason;

	for (i = 0; i < run->n; i++) {
		slot = &run->slot[i];
		if (slot->role != CP_SLOT_PLAIN || slot->speculative != speculative)
			continue;
		if (i % 16 == 15)
			cond_resched();
		reason = slot_locate(cp, slot);
		if (reason)
			reason = slot_fault(cp, run, i, reason);
		if (reason)
			return reason;
	}
	return CCWBROKER_REFUSED_NOT;
}

static bool area_is_copied(const struct cp *cp, const struct cp_slot *slot)
{
	return slot->placing == CP_PLACING_SMALL && !cp->small_conflict &&
	       !(cp->buffer.barred && cp_small_is_long(slot->ccw.count));
}

static bool area_is_pinned(const struct cp *cp, const struct cp_slot *slot)
{
	return slot->placing == CP_PLACING_PIN ||
	       (slot->placing == CP_PLACING_SMALL && !area_is_copied(cp, slot));
}

/* Areas of a run that one pin covers: all that are to be pinned among the slots [from, to). */
struct data_group {
	struct cp_run *run;
	unsigned int from;
	unsigned int to;
	u64 page;
	u64 end;
	bool store;
};

static bool group_take(struct data_group *group, const struct cp_slot *slot)
{
	u64 page = ALIGN_DOWN(slot->area, CP_PAGE_SIZE);
	u64 end = ALIGN(slot->area + slot->ccw.count, CP_PAGE_SIZE);

	if (cp_slot_stores(slot) != group->store || page < group->page || page > group->end ||
	    end - group->page > CP_PIN_PAGES_MAX * CP_PAGE_SIZE)
		return false;
	group->end = max(group->end, end);
	return true;
}

static void group_make(const struct cp *cp, struct data_group *group, struct cp_run *run,
		       unsigned int from)
{
	const struct cp_slot *slot = &run->slot[from];

	group->run = run;
	group->from = from;
	group->store = cp_slot_stores(slot);
	group->page = ALIGN_DOWN(slot->area, CP_PAGE_SIZE);
	group->end = ALIGN(slot->area + slot->ccw.count, CP_PAGE_SIZE);
	for (group->to = from + 1; group->to < run->n; group->to++) {
		slot = &run->slot[group->to];
		if (area_is_pinned(cp, slot) && !group_take(group, slot))
			break;
	}
}

static int group_pin(struct cp *cp, const struct data_group *group)
{
	struct cp_piece piece = {
		.addr = group->page,
		.len = (u32)(group->end - group->page),
	};
	struct cp_slot *slot;
	unsigned int i;
	int reason;

	reason = cp_pin_piece(cp, &piece, group->store, false, cp->host);
	for (i = group->from; !reason && i < group->to; i++) {
		slot = &group->run->slot[i];
		if (!area_is_pinned(cp, slot))
			continue;
		if (group->store)
			cp_known_add(cp, slot->area, slot->ccw.count);
		reason = cp_place_area(cp, slot,
				       cp->host + ((slot->area - group->page) >> CP_PAGE_SHIFT));
	}
	return reason;
}

/* Together they cannot be pinned: one by one, to find the CCW that is at fault. */
static int group_pin_each(struct cp *cp, const struct data_group *group)
{
	struct data_group one;
	unsigned int i;
	int reason;

	for (i = group->from; i < group->to; i++) {
		if (!area_is_pinned(cp, &group->run->slot[i]))
			continue;
		group_make(cp, &one, group->run, i);
		one.to = i + 1;
		one.end = ALIGN(group->run->slot[i].area + group->run->slot[i].ccw.count,
				CP_PAGE_SIZE);
		reason = group_pin(cp, &one);
		if (reason)
			reason = slot_fault(cp, group->run, i, reason);
		if (reason)
			return reason;
		cond_resched();
	}
	return CCWBROKER_REFUSED_NOT;
}

/* An area that the device sees itself must not overlap data that is copied (cp-copy.c). */
static int run_check(struct cp *cp, struct cp_run *run)
{
	const struct cp_slot *slot;
	struct cp_piece piece;
	unsigned int i;
	int reason = CCWBROKER_REFUSED_NOT;

	for (i = 0; cp->copy_first && !reason && i < run->n; i++) {
		slot = &run->slot[i];
		piece.addr = slot->area;
		piece.len = slot->ccw.count;
		if ((slot->placing == CP_PLACING_DONE || area_is_pinned(cp, slot)) &&
		    cp_pin_conflicts(cp, &piece, cp_slot_stores(slot), false))
			reason = slot_fault(cp, run, i, CCWBROKER_REFUSED_CCW_UNSUPPORTED);
	}
	return reason;
}

static int run_pin(struct cp *cp, struct cp_run *run)
{
	struct data_group group;
	unsigned int i;
	int reason;

	for (i = 0; i < run->n; i++) {
		if (!area_is_pinned(cp, &run->slot[i]))
			continue;
		group_make(cp, &group, run, i);
		reason = group_pin(cp, &group);
		if (cp_check_is_guest_fault(reason))
			reason = group.to == i + 1 ? slot_fault(cp, run, i, reason)
						   : group_pin_each(cp, &group);
		if (reason)
			return reason;
		i = group.to - 1;
		cond_resched();
	}
	return CCWBROKER_REFUSED_NOT;
}

/* Together they cannot be read: one by one, to find the CCW that is at fault. */
static int run_fill_each(struct cp *cp, struct cp_run *run)
{
	unsigned int i;
	int reason;

	for (i = 0; i < run->n; i++) {
		if (!area_is_copied(cp, &run->slot[i]))
			continue;
		reason = cp_small_fill_one(cp, &run->slot[i]);
		if (reason)
			reason = slot_fault(cp, run, i, reason);
		if (reason)
			return reason;
	}
	return CCWBROKER_REFUSED_NOT;
}

static int run_copy(struct cp *cp, struct cp_run *run)
{
	unsigned int i;
	int reason;

	if (!cp->nsmall_slots || cp->small_conflict)
		return CCWBROKER_REFUSED_NOT;
	for (i = 0; i < run->n; i++) {
		if (!area_is_copied(cp, &run->slot[i]))
			continue;
		reason = cp_small_add(cp, &run->slot[i]);
		if (reason)
			return reason;
	}
	reason = cp_small_fill(cp);
	return cp_check_is_guest_fault(reason) ? run_fill_each(cp, run) : reason;
}

static int run_place(struct cp *cp, struct cp_run *run)
{
	if (!cp->nwaiting)
		return run_check(cp, run);
	return run_check(cp, run) ?: run_copy(cp, run) ?: run_pin(cp, run);
}

static int locate_all(struct cp *cp, bool speculative)
{
	unsigned int i;
	int reason;

	for (i = 0; i < cp->nruns; i++) {
		reason = run_locate(cp, cp->run[i], speculative);
		if (reason)
			return reason;
	}
	return CCWBROKER_REFUSED_NOT;
}

static int data_begin(struct cp *cp)
{
	int reason;

	cp_overlap_reset(cp);
	/*
	 * A program that loops may never end by itself, and an unmap, which is to end it, is told of
	 * what is pinned only.
	 */
	cp->buffer.barred = cp->loops;
	cp->ndata_pages = 0;
	cp->nwaiting = 0;
	/* What the program surely comes to takes its share of the limits first. */
	reason = locate_all(cp, false);
	return reason || !cp->speculates ? reason : locate_all(cp, true);
}

int cp_data(struct cp *cp)
{
	unsigned int i;
	int reason;

	reason = data_begin(cp);
	for (i = 0; !reason && i < cp->nruns; i++)
		reason = run_place(cp, cp->run[i]);
	return reason;
}
