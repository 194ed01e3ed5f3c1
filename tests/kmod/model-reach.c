// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Follows every edge from every CCW once: the next one, the target of a TIC, and behind a
 * command-chained CCW the one that a status modifier leads to. The list of places is the worklist.
 */
#include "model-reach.h"

static u8 kind_of(u8 cmd)
{
	if (cmd == 0x03)
		return 0x03;
	if (cmd & 0x01)
		return 0x01;
	return (cmd & 0x0f) == 0x0c ? 0x0c : 0x02;
}

static bool kind_stores(u8 kind)
{
	return kind == 0x02 || kind == 0x0c;
}

static void place_add(struct reach *reach, struct reach_place place)
{
	struct reach_place *known;
	unsigned int i;

	for (i = 0; i < reach->nplaces; i++) {
		known = &reach->place[i];
		if (known->addr == place.addr && known->chain == place.chain &&
		    known->after_tic == place.after_tic && known->is_sure >= place.is_sure)
			return;
	}
	if (reach->nplaces == REACH_PLACES_MAX) {
		reach->is_full = true;
		return;
	}
	reach->place[reach->nplaces++] = place;
}

static void fault_add(struct reach *reach, const struct reach_place *place)
{
	if (place->is_sure && !reach_has_fault(reach, place->addr))
		reach->fault[reach->nfaults++] = place->addr;
}

bool reach_has_fault(const struct reach *reach, u32 addr)
{
	unsigned int i;

	for (i = 0; i < reach->nfaults; i++)
		if (reach->fault[i] == addr)
			return true;
	return false;
}

static bool ccw_get(const struct reach *reach, u32 addr, struct model_ccw *ret)
{
	bool format1 = model_is_format1(&reach->mem);
	u8 raw[8];

	if (!model_read(&reach->mem, addr, raw, 8))
		return false;
	ret->cmd = raw[0];
	ret->flags = raw[format1 ? 1 : 4];
	ret->count = (u16)model_number(raw + (format1 ? 2 : 6), 2);
	ret->addr = (u32)(format1 ? model_number(raw + 4, 4) : model_number(raw + 1, 3));
	return true;
}

static bool ccw_is_good(const struct reach *reach, const struct model_ccw *ccw, u8 chain)
{
	bool format1 = model_is_format1(&reach->mem);

	if (ccw->addr >= model_address_end(&reach->mem) || (ccw->flags & 0x02))
		return false;
	if ((ccw->flags & 0x01) && (!(reach->mem.orb[7] & 0x40) || (ccw->flags & 0x14)))
		return false;
	if (!chain && (ccw->cmd & 0x0f) == 0)
		return false;
	return ccw->count || (format1 && !chain && !(ccw->flags & 0x80));
}

static void area_mark(struct reach *reach, struct model_area area, u32 count, u8 use)
{
	u64 addr;
	u32 len;

	for (; count > 0; count -= len) {
		len = area_take(&area, count, &addr);
		if (!area.skip)
			reach->pages[guest_page(reach->mem.guest, addr)] |= use;
	}
}

/* false: the data area is a program check. */
static bool data_find(struct reach *reach, const struct model_ccw *ccw, u8 kind, bool is_sure)
{
	bool store = kind_stores(kind);
	struct model_area area;
	u8 use = store ? REACH_MAY_STORE : REACH_MAY_FETCH;

	if (ccw->count == 0 || kind == 0x03 || (store && (ccw->flags & 0x10)))
		return true;
	if (!area_begin(&reach->mem, ccw, store, kind == 0x0c, &area) ||
	    !area_is_accessible(area, ccw->count, store))
		return false;
	if (is_sure)
		use |= store ? REACH_MUST_STORE : REACH_MUST_FETCH;
	area_mark(reach, area, ccw->count, use);
	return true;
}

static bool tic_follow(struct reach *reach, const struct reach_place *place,
		       const struct model_ccw *ccw)
{
	struct reach_place next = *place;

	if (place->after_tic || ccw->addr % 8 || ccw->addr >= model_address_end(&reach->mem))
		return false;
	if (model_is_format1(&reach->mem) && (ccw->cmd != 0x08 || ccw->flags || ccw->count))
		return false;
	next.addr = ccw->addr;
	next.after_tic = true;
	place_add(reach, next);
	return true;
}

static void ccw_follow(struct reach *reach, const struct reach_place *place,
		       const struct model_ccw *ccw)
{
	u8 kind = place->chain ? place->chain : kind_of(ccw->cmd);
	struct reach_place next = {
		.addr = place->addr + 8,
		.chain = ccw->flags & 0x80 ? kind : 0,
		.is_sure = place->is_sure,
	};

	if (!data_find(reach, ccw, kind, place->is_sure))
		fault_add(reach, place);
	if (!(ccw->flags & 0xc0))
		return;
	place_add(reach, next);
	if (ccw->flags & 0x80)
		return;
	next.addr += 8;
	next.is_sure = false;
	place_add(reach, next);
}

static void place_follow(struct reach *reach, const struct reach_place *place)
{
	struct model_ccw ccw;

	if (!ccw_get(reach, place->addr, &ccw)) {
		fault_add(reach, place);
	} else if ((ccw.cmd & 0x0f) == 0x08) {
		if (!tic_follow(reach, place, &ccw))
			fault_add(reach, place);
	} else if (!ccw_is_good(reach, &ccw, place->chain)) {
		fault_add(reach, place);
	} else {
		ccw_follow(reach, place, &ccw);
	}
}

void reach_find(struct reach *reach)
{
	struct reach_place first = {
		.addr = (u32)model_number(reach->mem.orb + 8, 4),
		.after_tic = true, /* the first CCW may not be a TIC either */
		.is_sure = true,
	};
	struct reach_place place;
	unsigned int i;

	reach->nplaces = 0;
	reach->nfaults = 0;
	reach->is_full = false;
	memset(reach->pages, 0, sizeof(reach->pages));
	place_add(reach, first);
	for (i = 0; i < reach->nplaces; i++) {
		place = reach->place[i];
		place_follow(reach, &place);
	}
}
