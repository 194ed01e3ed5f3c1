// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Whether small areas may be copied. One that overlaps other data of the program, where either is
 * stored into, would be another memory for the device than the client has: then the program has
 * no copies of small areas at all. Sees every piece of data as it is located, in any order.
 */
#include "cp-priv.h"

static bool hull_meets(const struct cp_hull *hull, u64 addr, u32 len)
{
	return hull->from <= addr + (len - 1) && addr <= hull->last;
}

static void hull_add(struct cp_hull *hull, u64 addr, u32 len)
{
	hull->from = min(hull->from, addr);
	hull->last = max(hull->last, addr + (len - 1));
}

static bool areas_conflict(const struct cp_slot *a, const struct cp_slot *b)
{
	if (!cp_slot_stores(a) && !cp_slot_stores(b))
		return false;
	if (a->area > b->area + (b->ccw.count - 1) || b->area > a->area + (a->ccw.count - 1))
		return false;
	return a->placing != b->placing || a->transfer != b->transfer || a->area != b->area ||
	       a->ccw.count != b->ccw.count;
}

static bool small_conflicts_with_pins(const struct cp *cp, const struct cp_slot *small)
{
	const struct cp_pin *pin;
	unsigned int i;

	for (i = 0; i < cp->npins; i++) {
		pin = cp_pin_at(cp, i);
		if ((pin->store || cp_slot_stores(small)) &&
		    pin->addr <= small->area + (small->ccw.count - 1) &&
		    small->area <= pin->addr + (pin->len - 1))
			return true;
	}
	return false;
}

/* A small area against all that were located before it. */
static bool small_conflicts(const struct cp *cp, const struct cp_slot *small)
{
	const struct cp_slot *slot;
	unsigned int r, i;

	for (r = 0; r < cp->nruns; r++) {
		for (i = 0; i < cp->run[r]->n; i++) {
			slot = &cp->run[r]->slot[i];
			if (slot->placing && areas_conflict(slot, small))
				return true;
		}
	}
	return small_conflicts_with_pins(cp, small);
}

/* A long area against the small ones that were located before it. */
static bool long_conflicts(const struct cp *cp, const struct cp_slot *slot)
{
	unsigned int i;

	for (i = 0; i < cp->nsmall_slots; i++)
		if (areas_conflict(cp->small_slot[i], slot))
			return true;
	return false;
}

void cp_overlap_note(struct cp *cp, const struct cp_slot *slot)
{
	const struct cp_hull *hull = cp_slot_stores(slot) ? &cp->hull : &cp->hull_stores;

	if (!cp->small_conflict && hull_meets(hull, slot->area, slot->ccw.count))
		cp->small_conflict = slot->placing == CP_PLACING_SMALL ? small_conflicts(cp, slot)
								       : long_conflicts(cp, slot);
	hull_add(&cp->hull, slot->area, slot->ccw.count);
	if (cp_slot_stores(slot))
		hull_add(&cp->hull_stores, slot->area, slot->ccw.count);
}

void cp_overlap_note_done(struct cp *cp, const struct cp_slot *slot)
{
	if (cp->nsmall_slots && !cp->small_conflict)
		cp->small_conflict = long_conflicts(cp, slot);
	/* Where it is does not matter: what comes later is compared with all there is. */
	cp->hull_stores.from = 0;
	cp->hull.from = 0;
	cp->hull_stores.last = ~(u64)0;
	cp->hull.last = ~(u64)0;
}

void cp_overlap_reset(struct cp *cp)
{
	cp->hull.from = ~(u64)0;
	cp->hull.last = 0;
	cp->hull_stores.from = ~(u64)0;
	cp->hull_stores.last = 0;
	cp->nsmall_slots = 0;
	cp->small_conflict = false;
}
