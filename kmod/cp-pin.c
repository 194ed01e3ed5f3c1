// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Owns the record of what is pinned: one entry for each contiguous range of client memory, and only
 * for a range that really is, by itself or as registered memory. Knows nothing of CCWs.
 *
 * Data that is copied is pinned as well while the program runs: so a store into read-only memory is
 * known before the start, copying back can find nothing unmapped, and an unmap by the client
 * meets the program in one list.
 */
#include "cp-priv.h"

static struct cp_pin *pin_append(struct cp *cp)
{
	struct cp_pin **step = &cp->pin[cp->npins / CP_PINS_STEP];

	if (!*step) {
		*step = cp_zalloc(CP_PINS_STEP, sizeof(**step));
		if (!*step)
			return NULL;
	}
	return &(*step)[cp->npins % CP_PINS_STEP];
}

/*
 * A copy is made before the start and given back after the end, so the device would fetch stale
 * bytes where the program stores and fetches the same memory and one of the two is a copy.
 */
bool cp_pin_conflicts(const struct cp *cp, const struct cp_piece *new, bool store, bool copied)
{
	const struct cp_pin *pin;
	unsigned int i;

	if (!copied && !cp->copy_first)
		return false;
	for (i = 0; i < cp->npins; i++) {
		pin = cp_pin_at(cp, i);
		if (pin->store == store || (!pin->copied && !copied))
			continue;
		if (pin->addr <= new->addr + (new->len - 1) &&
		    new->addr <= pin->addr + (pin->len - 1))
			return true;
	}
	return false;
}

int cp_pin_refused(int r, bool store)
{
	switch (r) {
	case -ENOMEM:
	case -EINTR:
		return CCWBROKER_REFUSED_RESOURCES;
	case -EPERM:
	case -EACCES:
		return store ? CCWBROKER_REFUSED_DATA_PROTECTED : CCWBROKER_REFUSED_DATA_UNMAPPED;
	default:
		return CCWBROKER_REFUSED_DATA_UNMAPPED;
	}
}

int cp_pin_piece(struct cp *cp, const struct cp_piece *piece, bool store, bool copied,
		 u64 *ret_host)
{
	unsigned int npages = cp_pages_of(piece->addr, piece->len);
	enum cp_memory memory;
	struct cp_pin *pin;
	int r = 0;

	BUILD_BUG_ON(CP_CCW_PAGES_MAX > CP_PIN_PAGES_MAX);
	pin = pin_append(cp);
	if (!pin)
		return CCWBROKER_REFUSED_RESOURCES;
	memory = cp_memory_use(cp, piece->addr, piece->len, store, ret_host);
	if (memory == CP_MEMORY_PROTECTED)
		return CCWBROKER_REFUSED_DATA_PROTECTED;
	if (memory == CP_MEMORY_OTHER)
		r = cp_mem_pin(cp->mem, ALIGN_DOWN(piece->addr, CP_PAGE_SIZE), npages, store,
			       ret_host);
	if (r)
		return cp_pin_refused(r, store);
	pin->addr = piece->addr;
	pin->len = piece->len;
	pin->store = store;
	pin->copied = copied;
	pin->registered = memory == CP_MEMORY_REGISTERED;
	cp->npins++;
	if (!pin->registered)
		cp->npinned += npages;
	return CCWBROKER_REFUSED_NOT;
}

void cp_pin_unwind(struct cp *cp, unsigned int keep)
{
	const struct cp_pin *pin;
	unsigned int npages;

	while (cp->npins > keep) {
		pin = cp_pin_at(cp, --cp->npins);
		if (pin->registered)
			continue;
		npages = cp_pages_of(pin->addr, pin->len);
		cp_mem_unpin(cp->mem, ALIGN_DOWN(pin->addr, CP_PAGE_SIZE), npages);
		cp->npinned -= npages;
	}
}

void cp_pin_reset(struct cp *cp, unsigned int keep_steps)
{
	unsigned int i;

	cp_pin_unwind(cp, 0);
	for (i = keep_steps; i < ARRAY_SIZE(cp->pin) && cp->pin[i]; i++) {
		cp_free_mem(cp->pin[i]);
		cp->pin[i] = NULL;
	}
}
