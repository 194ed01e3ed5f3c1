// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Data so small that the device works on a copy of it: that costs less than a pin. Such an area
 * overlaps no other of the program (cp-data.c sees to that), except one that is the same.
 *
 * The copy is filled before the start, also where the device stores. A device stores into an area from
 * its first byte on without a gap, so all up to the last byte that differs afterwards was stored:
 * that goes back to the client, and what lies behind it stays as the client has it.
 */
#include "cp-priv.h"

static struct cp_small *small_find(struct cp *cp, const struct cp_small *like)
{
	struct cp_small *small;
	unsigned int i;

	for (i = 0; i < cp->nsmalls; i++) {
		small = &cp->small[i];
		if (small->addr == like->addr && small->len == like->len &&
		    small->store == like->store && small->down == like->down)
			return small;
	}
	return NULL;
}

static int small_fill(struct cp *cp, struct cp_small *small)
{
	u32 unused;
	int r;

	small->mem = cp_arena_take(cp, small->len, &small->host);
	if (!small->mem)
		return CCWBROKER_REFUSED_RESOURCES;
	if (small->down)
		small->host += small->len - 1;
	r = cp_mem_read(cp->mem, small->addr, small->mem, small->len);
	if (r)
		return cp_pin_refused(r, small->store);
	if (!small->store)
		return CCWBROKER_REFUSED_NOT;
	small->before = cp_arena_take(cp, small->len, &unused);
	if (!small->before)
		return CCWBROKER_REFUSED_RESOURCES;
	memcpy(small->before, small->mem, small->len);
	return CCWBROKER_REFUSED_NOT;
}

int cp_small_add(struct cp *cp, u64 addr, u32 len, enum ccw_transfer transfer, u32 *ret_host)
{
	struct cp_small new = {
		.addr = addr,
		.len = len,
		.store = transfer != CCW_TRANSFER_FETCH,
		.down = transfer == CCW_TRANSFER_STORE_DOWN,
	};
	struct cp_small *small = small_find(cp, &new);
	int reason;

	if (!small) {
		if (WARN_ON_ONCE(cp->nsmalls == CP_SMALL_MAX || len > CP_SMALL_BYTES_MAX))
			return CCWBROKER_REFUSED_RESOURCES;
		reason = small_fill(cp, &new);
		if (reason)
			return reason;
		small = &cp->small[cp->nsmalls++];
		*small = new;
		cp->small_stores |= new.store;
	}
	*ret_host = small->host;
	return CCWBROKER_REFUSED_NOT;
}

/* Bytes up to the last that differs, in the order of the transfer. */
static u32 small_stored(const struct cp_small *small)
{
	const u8 *now = small->mem, *before = small->before;
	u32 n = small->len, from = 0;

	if (small->down) {
		while (from < n && now[from] == before[from])
			from++;
		return n - from;
	}
	while (n >= 8 && !memcmp(now + n - 8, before + n - 8, 8))
		n -= 8;
	while (n > 0 && now[n - 1] == before[n - 1])
		n--;
	return n;
}

int cp_small_back(struct cp *cp)
{
	const struct cp_small *small;
	int first = 0, r;
	unsigned int i;
	u32 n, from;

	if (!cp->small_stores)
		return 0;
	for (i = 0; i < cp->nsmalls; i++) {
		small = &cp->small[i];
		if (!small->store)
			continue;
		n = small_stored(small);
		if (!n)
			continue;
		from = small->down ? small->len - n : 0;
		r = cp_mem_write(cp->mem, small->addr + from, small->mem + from, n);
		if (r && !first)
			first = r;
	}
	return first;
}

bool cp_small_touches(const struct cp *cp, u64 first, u64 last)
{
	const struct cp_small *small;
	unsigned int i;

	for (i = 0; i < cp->nsmalls; i++) {
		small = &cp->small[i];
		if (small->addr <= last && first <= small->addr + (small->len - 1))
			return true;
	}
	return false;
}

void cp_small_reset(struct cp *cp)
{
	cp->nsmalls = 0;
	cp->small_stores = false;
}
