// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Data areas as the Principles of Operation, ch. 15, describes them. What the host's program names
 * must be live pins or our own memory: anything else ends the test.
 */
#include "model-area.h"

u64 model_number(const u8 *p, unsigned int n)
{
	u64 v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

bool model_is_format1(const struct model_mem *mem)
{
	return mem->orb[5] & 0x80;
}

static bool has_wide_idaws(const struct model_mem *mem)
{
	return mem->orb[5] & 0x02;
}

static u32 block_size(const struct model_mem *mem)
{
	return has_wide_idaws(mem) && !(mem->orb[5] & 0x01) ? 4096 : 2048;
}

u64 model_address_end(const struct model_mem *mem)
{
	return model_is_format1(mem) ? 0x80000000u : 0x1000000u;
}

bool model_read(const struct model_mem *mem, u64 addr, u8 *buf, u32 len)
{
	const u8 *own;

	if (addr + len > model_address_end(mem))
		return false;
	if (!mem->is_host) {
		if (!guest_is_mapped(mem->guest, addr, len, false))
			return false;
		if (mem->snapshot)
			guest_get_from(mem->guest, mem->snapshot, addr, buf, len);
		else
			guest_get(mem->guest, addr, buf, len);
		return true;
	}
	own = guest_host_own(mem->guest, addr);
	if (!own)
		FAIL("the channel fetches its program from %llx, which is not ours",
		     (unsigned long long)addr);
	memcpy(buf, own, len);
	return true;
}

static u8 *stretch_at(const struct model_mem *mem, u64 addr, bool store)
{
	u8 *own = guest_host_own(mem->guest, addr);

	return own ? own : guest_host_pinned(mem->guest, addr, store);
}

static void stores_count(const struct model_mem *mem, u64 addr, u32 len)
{
	u8 *n = mem->nstores + (size_t)guest_page(mem->guest, addr) * 4096 + (addr & 4095);
	u32 i;

	for (i = 0; i < len; i++)
		if (n[i] < 2)
			n[i]++;
}

void model_store(const struct model_mem *mem, u64 addr, const u8 *buf, u32 len)
{
	if (mem->is_host) {
		memcpy(stretch_at(mem, addr, true), buf, len);
		return;
	}
	guest_put(mem->guest, addr, buf, len);
	if (mem->nstores)
		stores_count(mem, addr, len);
}

void model_fetch(const struct model_mem *mem, u64 addr, u8 *buf, u32 len)
{
	if (mem->is_host)
		memcpy(buf, stretch_at(mem, addr, false), len);
	else
		guest_get(mem->guest, addr, buf, len);
}

/* Any address first, then only begins of blocks, or ends when going down. */
static bool idaw_next(struct model_area *area)
{
	u32 size = has_wide_idaws(area->mem) ? 8 : 4;
	u32 mask = block_size(area->mem) - 1;
	u32 pos;
	u8 raw[8];

	if (!model_read(area->mem, area->list, raw, size))
		return false;
	area->addr = model_number(raw, size);
	if (size == 4 && area->addr >= 0x80000000u)
		return false;
	pos = (u32)area->addr & mask;
	if (!area->is_first && pos != (area->down ? mask : 0))
		return false;
	area->left = area->down ? pos + 1 : mask + 1 - pos;
	area->list += size;
	area->is_first = false;
	return true;
}

/* Any area within a page; a list within a page; together exactly the count. */
static bool midaw_next(struct model_area *area)
{
	u32 count, pos;
	u8 raw[16];

	if (area->is_last || (!area->is_first && area->list % 4096 == 0))
		return false;
	if (!model_read(area->mem, area->list, raw, 16))
		return false;
	/* reserved bits, and 0x20: an interruption that we do not offer */
	if (model_number(raw, 5) || (raw[5] & 0x3f))
		return false;
	area->is_last = raw[5] & 0x80;
	area->skip = (raw[5] & 0x40) && area->store;
	area->addr = model_number(raw + 8, 8);
	count = (u32)model_number(raw + 6, 2);
	if (count == 0 || count > area->unnamed || (area->is_last && count != area->unnamed))
		return false;
	pos = (u32)area->addr & 4095;
	if (!area->skip && count > (area->down ? pos + 1 : 4096 - pos))
		return false;
	area->left = count;
	area->unnamed -= count;
	area->list += 16;
	area->is_first = false;
	return true;
}

bool area_begin(const struct model_mem *mem, const struct model_ccw *ccw, bool store, bool down,
		struct model_area *ret)
{
	struct model_area area = {
		.mem = mem,
		.store = store,
		.down = down,
		.ida = ccw->flags & 0x04,
		.mida = ccw->flags & 0x01,
		.list = ccw->addr,
		.is_first = true,
		.unnamed = ccw->count,
		.addr = ccw->addr,
	};

	if (area.mida && ccw->addr % 16)
		return false;
	if (area.ida && ccw->addr % (has_wide_idaws(mem) ? 8 : 4))
		return false;
	if (!area.ida && !area.mida)
		area.left = down ? ccw->addr + 1 : (u32)(model_address_end(mem) - ccw->addr);
	*ret = area;
	return true;
}

static bool area_next(struct model_area *area)
{
	if (area->mida)
		return midaw_next(area);
	return area->ida && idaw_next(area);
}

u32 area_take(struct model_area *area, u32 max, u64 *ret_addr)
{
	u32 pos, len;

	if (area->left == 0 && !area_next(area))
		return 0;
	pos = (u32)area->addr & 4095;
	len = min(max, area->left);
	if (!area->skip)
		len = min(len, area->down ? pos + 1 : 4096 - pos);
	*ret_addr = area->down ? area->addr - (len - 1) : area->addr;
	area->addr = area->down ? area->addr - len : area->addr + len;
	area->left -= len;
	return len;
}

static bool stretch_is_accessible(const struct model_mem *mem, u64 addr, u32 len, bool store)
{
	if (!mem->is_host)
		return guest_is_mapped(mem->guest, addr, len, store);
	if (!guest_host_own(mem->guest, addr) && !guest_host_pinned(mem->guest, addr, store))
		FAIL("the channel %s %llx, which is neither pinned for it nor ours",
		     store ? "stores to" : "fetches from", (unsigned long long)addr);
	return true;
}

bool area_is_accessible(struct model_area area, u32 count, bool store)
{
	u64 addr;
	u32 len;

	for (; count > 0; count -= len) {
		len = area_take(&area, count, &addr);
		if (len == 0)
			return false;
		if (!area.skip && !stretch_is_accessible(area.mem, addr, len, store))
			return false;
	}
	return true;
}
