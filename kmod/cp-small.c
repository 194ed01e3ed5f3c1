// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Data that the device works on a copy of because that costs less than a pin. Such an area overlaps
 * no other of the program (cp-data.c sees to that), except one that is the same.
 *
 * The copy is filled before the start, also where the device stores. A device stores into an area from
 * its first byte on without a gap, so all up to the last byte that differs afterwards was stored:
 * that goes back to the client, and what lies behind it stays as the client has it.
 *
 * Areas that adjoin in client memory adjoin in the buffer, too, and are moved in one call.
 */
#include "cp-priv.h"

#define SMALL_STEP 32 /* bytes compared at once */

static bool buffer_have(struct cp *cp)
{
	struct cp_buffer *buffer = &cp->buffer;

	if (buffer->mem || buffer->failed)
		return buffer->mem;
	buffer->before = cp_zalloc(1, CP_BUFFER_BYTES);
	if (buffer->before)
		buffer->mem = cp_mem_alloc(cp->mem, CP_BUFFER_BYTES, &buffer->host);
	if (buffer->mem)
		return true;
	cp_small_trim(cp);
	buffer->failed = true;
	return false;
}

bool cp_small_reserve(struct cp *cp, u32 len)
{
	if (!cp_small_is_long(len))
		return true;
	if (len > CP_BUFFER_BYTES - cp->buffer.reserved)
		cp->buffer.barred = true;
	if (cp->buffer.barred || !buffer_have(cp))
		return false;
	cp->buffer.reserved += len;
	return true;
}

static struct cp_small small_of(const struct cp_slot *slot)
{
	return (struct cp_small){
		.addr = slot->area,
		.len = slot->ccw.count,
		.store = cp_slot_stores(slot),
		.down = slot->transfer == CCW_TRANSFER_STORE_DOWN,
	};
}

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

static int small_take_buffer(struct cp_buffer *buffer, struct cp_small *small)
{
	if (WARN_ON_ONCE(!buffer->mem || small->len > CP_BUFFER_BYTES - buffer->used))
		return CCWBROKER_REFUSED_RESOURCES;
	small->mem = buffer->mem + buffer->used;
	small->before = buffer->before + buffer->used;
	small->host = buffer->host + buffer->used;
	buffer->used += small->len;
	return CCWBROKER_REFUSED_NOT;
}

static int small_take(struct cp *cp, struct cp_small *small)
{
	u32 unused;

	if (cp_small_is_long(small->len))
		return small_take_buffer(&cp->buffer, small);
	small->mem = cp_arena_take(cp, small->len, &small->host);
	if (small->mem && small->store)
		small->before = cp_arena_take(cp, small->len, &unused);
	if (!small->mem || (small->store && !small->before))
		return CCWBROKER_REFUSED_RESOURCES;
	return CCWBROKER_REFUSED_NOT;
}

int cp_small_add(struct cp *cp, struct cp_slot *slot)
{
	struct cp_small new = small_of(slot);
	struct cp_small *small = small_find(cp, &new);
	int reason;

	if (!small) {
		if (WARN_ON_ONCE(cp->nsmalls == CP_SMALL_MAX))
			return CCWBROKER_REFUSED_RESOURCES;
		reason = small_take(cp, &new);
		if (reason)
			return reason;
		small = &cp->small[cp->nsmalls++];
		*small = new;
		cp->small_stores |= new.store;
	}
	slot->host_data = small->host + (small->down ? small->len - 1 : 0);
	return CCWBROKER_REFUSED_NOT;
}

/* Fills len bytes from the small one on. 0 or -errno. */
static int small_fill(struct cp *cp, const struct cp_small *small, u32 len)
{
	int r;

	if (len <= CP_SMALL_BYTES_MAX && cp_pages_of(small->addr, len) == 1)
		r = cp_fetch_read(cp, small->addr, small->mem, len);
	else
		r = cp_mem_read(cp->mem, small->addr, small->mem, len);
	if (!r && small->store)
		memcpy(small->before, small->mem, len);
	return r;
}

/* Does it continue the one before it, here and with the client? */
static bool small_adjoins(const struct cp_small *before, const struct cp_small *small)
{
	return cp_small_is_long(before->len) && cp_small_is_long(small->len) &&
	       small->store == before->store && !small->filled == !before->filled &&
	       small->addr == before->addr + before->len && small->mem == before->mem + before->len;
}

int cp_small_fill(struct cp *cp)
{
	unsigned int i, end;
	u32 len;
	int r;

	for (i = 0; i < cp->nsmalls; i = end) {
		len = cp->small[i].len;
		for (end = i + 1; end < cp->nsmalls; end++) {
			if (!small_adjoins(&cp->small[end - 1], &cp->small[end]))
				break;
			len += cp->small[end].len;
		}
		if (cp->small[i].filled)
			continue;
		r = small_fill(cp, &cp->small[i], len);
		if (r)
			return cp_pin_refused(r, cp->small[i].store);
		for (; i < end; i++)
			cp->small[i].filled = true;
	}
	return CCWBROKER_REFUSED_NOT;
}

int cp_small_fill_one(struct cp *cp, const struct cp_slot *slot)
{
	struct cp_small like = small_of(slot);
	struct cp_small *small = small_find(cp, &like);
	int r;

	if (WARN_ON_ONCE(!small))
		return CCWBROKER_REFUSED_RESOURCES;
	if (small->filled)
		return CCWBROKER_REFUSED_NOT;
	r = small_fill(cp, small, small->len);
	if (r)
		return cp_pin_refused(r, small->store);
	small->filled = true;
	return CCWBROKER_REFUSED_NOT;
}

/* In eights: one instruction each on s390, and memcmp() of more is slow where it is emulated. */
static bool step_is_same(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, 8) && !memcmp(a + 8, b + 8, 8) && !memcmp(a + 16, b + 16, 8) &&
	       !memcmp(a + 24, b + 24, 8);
}

/* Bytes up to the last that differs, in the order of the transfer. */
static u32 small_stored(const struct cp_small *small)
{
	const u8 *now = small->mem, *before = small->before;
	u32 n = small->len, from = 0;

	if (small->down) {
		while (n - from >= SMALL_STEP && step_is_same(now + from, before + from))
			from += SMALL_STEP;
		while (from < n && now[from] == before[from])
			from++;
		return n - from;
	}
	while (n >= SMALL_STEP && step_is_same(now + n - SMALL_STEP, before + n - SMALL_STEP))
		n -= SMALL_STEP;
	while (n > 0 && now[n - 1] == before[n - 1])
		n--;
	return n;
}

/* What goes back to the client in one call: bytes stored into the areas from first on. */
struct small_range {
	u64 addr;
	const u8 *mem;
	u32 len;
	unsigned int first;
	bool buffered;
};

static struct small_range range_of(const struct cp *cp, unsigned int i)
{
	const struct cp_small *small = &cp->small[i];
	struct small_range range = { .first = i, .buffered = cp_small_is_long(small->len) };
	u32 from;

	if (!small->store || !small->filled)
		return range;
	range.len = small_stored(small);
	from = small->down ? small->len - range.len : 0;
	range.addr = small->addr + from;
	range.mem = small->mem + from;
	return range;
}

static bool range_extend(struct small_range *range, const struct small_range *next)
{
	if (!range->buffered || !next->buffered || range->addr + range->len != next->addr ||
	    range->mem + range->len != next->mem)
		return false;
	range->len += next->len;
	return true;
}

static int range_write(struct cp *cp, const struct small_range *range)
{
	return cp_mem_write(cp->mem, range->addr, range->mem, range->len);
}

/* Where all cannot be written together, those areas before the one at end that can. */
static int range_back(struct cp *cp, const struct small_range *range, unsigned int end)
{
	struct small_range one;
	unsigned int i;
	int r;

	if (!range->len)
		return 0;
	r = range_write(cp, range);
	for (i = range->first; r && i < end; i++) {
		one = range_of(cp, i);
		if (one.len && one.len < range->len)
			(void)range_write(cp, &one);
	}
	return r;
}

int cp_small_back(struct cp *cp)
{
	struct small_range range = { 0 }, next;
	int first = 0, r;
	unsigned int i;

	if (!cp->small_stores)
		return 0;
	for (i = 0; i < cp->nsmalls; i++) {
		next = range_of(cp, i);
		if (!next.len || range_extend(&range, &next))
			continue;
		r = range_back(cp, &range, i);
		if (r && !first)
			first = r;
		range = next;
	}
	r = range_back(cp, &range, i);
	return first ?: r;
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
	cp->buffer.reserved = 0;
	cp->buffer.used = 0;
	cp->buffer.barred = false;
}

void cp_small_trim(struct cp *cp)
{
	struct cp_buffer *buffer = &cp->buffer;

	if (buffer->mem)
		cp_mem_free(cp->mem, buffer->mem, CP_BUFFER_BYTES);
	cp_free_mem(buffer->before);
	memset(buffer, 0, sizeof(*buffer));
}
