// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Finds every CCW that the channel can reach and sorts them into runs. Reads guest memory only
 * through cp-fetch.c, judges CCWs only through cp-check.c.
 *
 * A run is a row of consecutive CCWs together with the context it is entered in: as a new command,
 * or within the data chain of some kind of transfer. Hence each slot of a run has one context, and
 * the same guest CCW reached in two contexts has a slot in two runs.
 *
 * From the first CCW there is one path without a branch: along the row, and with each TIC to its
 * target. What is on it must be good, or the program is refused. Off it lies what only a status
 * modifier leads to: the CCW after a TIC that follows a command-chained CCW (Search, TIC *-8,
 * Read). That is speculative: the channel may never get there, so a fault there becomes
 * a CCW that the channel answers with program check.
 *
 * A status modifier that skips a CCW other than a TIC finds the next of the row, if that is of the
 * row: the CCW after one that does not chain is not, and where a data chain has been skipped into
 * cp-build.c sees to it that nothing but the transfer of the chain can happen.
 */
#include "cp-priv.h"

/* A place in the program and how the channel got there. */
struct walk_place {
	unsigned int run;
	unsigned int slot;
	enum ccw_transfer context;
	bool from_tic;
	bool speculative;
};

static int refuse(struct cp *cp, int reason, u32 ccw)
{
	cp->refused_ccw = ccw;
	return reason;
}

static int run_new(struct cp *cp, u32 addr, unsigned int *ret)
{
	struct cp_run *run;

	if (cp->nruns == CP_RUNS_MAX)
		return CCWBROKER_REFUSED_RUN_COUNT;
	run = cp->run[cp->nruns];
	if (!run) {
		run = cp_zalloc(1, sizeof(*run));
		if (!run)
			return CCWBROKER_REFUSED_RESOURCES;
		cp->run[cp->nruns] = run;
	}
	run->addr = addr;
	run->n = 0;
	run->branches = false;
	run->scanned = 0;
	*ret = cp->nruns++;
	return CCWBROKER_REFUSED_NOT;
}

/* Is the CCW at addr, in this context, a slot of the run or the one that would follow it? */
static bool run_has(const struct cp_run *run, u32 addr, enum ccw_transfer context)
{
	u32 slot;

	if (addr < run->addr)
		return false;
	slot = (addr - run->addr) / CCW_SIZE;
	if (slot < run->n)
		return run->slot[slot].context == context;
	/* What follows a TIC can only be reached as a new command. */
	return slot == run->n && run->n < CP_RUN_CCWS_MAX &&
	       run->slot[run->n - 1].role == CP_SLOT_TIC && context == CCW_TRANSFER_COMMAND;
}

/* Where the TIC in slot leads: to a known run or to a new one. */
static int tic_target(struct cp *cp, const struct cp_slot *slot, struct walk_place *ret)
{
	u32 addr = slot->ccw.addr;
	unsigned int i;

	for (i = 0; i < cp->nruns; i++) {
		if (!run_has(cp->run[i], addr, slot->context))
			continue;
		ret->run = i;
		ret->slot = (addr - cp->run[i]->addr) / CCW_SIZE;
		return CCWBROKER_REFUSED_NOT;
	}
	ret->slot = 0;
	return run_new(cp, addr, &ret->run);
}

/* Fetches and judges the CCW at the end of the run. */
static int slot_fill(struct cp *cp, const struct walk_place *at, struct cp_slot *slot)
{
	u32 addr = cp_run_addr(cp->run[at->run], at->slot);
	int reason;

	memset(slot, 0, sizeof(*slot));
	slot->context = at->context;
	slot->speculative = at->speculative;
	cp->speculates |= at->speculative;
	reason = cp_fetch_ccw(cp, addr, &slot->ccw);
	if (reason)
		return refuse(cp, reason, addr);
	reason = cp_check_ccw(cp, slot);
	if (reason)
		return refuse(cp, reason, addr);
	if (slot->role == CP_SLOT_TIC && at->from_tic)
		return refuse(cp, CCWBROKER_REFUSED_TIC, addr);
	return CCWBROKER_REFUSED_NOT;
}

static int tic_follow(struct cp *cp, struct cp_slot *slot, struct walk_place *at)
{
	const struct walk_place from = *at;
	int reason;

	cp->run[from.run]->branches = true;
	reason = tic_target(cp, slot, at);
	if (reason)
		return refuse(cp, reason, cp_run_addr(cp->run[from.run], from.slot));
	slot->target_run = (u8)at->run;
	slot->target_slot = (u16)at->slot;
	if (at->run < from.run || (at->run == from.run && at->slot <= from.slot))
		cp->loops = true;
	return CCWBROKER_REFUSED_NOT;
}

/* Moves on from a slot that is good. */
static int place_next(struct cp *cp, struct cp_slot *slot, struct walk_place *at, bool *ret_ends)
{
	*ret_ends = false;
	at->from_tic = slot->role == CP_SLOT_TIC;
	if (at->from_tic)
		return tic_follow(cp, slot, at);
	at->slot++;
	at->context = ccw_chains_data(&slot->ccw) ? slot->transfer : CCW_TRANSFER_COMMAND;
	*ret_ends = !ccw_chains_data(&slot->ccw) && !ccw_chains_command(&slot->ccw);
	return CCWBROKER_REFUSED_NOT;
}

/* Makes one step. The path ends at what is known already: from there on it is the same. */
static int place_step(struct cp *cp, struct walk_place *at, bool *ret_ends)
{
	struct cp_run *run = cp->run[at->run];
	struct cp_slot *slot = &run->slot[at->slot];
	int reason;

	*ret_ends = true;
	if (at->slot < run->n) {
		if (at->from_tic && slot->role == CP_SLOT_TIC)
			return refuse(cp, CCWBROKER_REFUSED_TIC, cp_run_addr(run, at->slot));
		return CCWBROKER_REFUSED_NOT;
	}
	if (at->slot == CP_RUN_CCWS_MAX)
		return refuse(cp, CCWBROKER_REFUSED_RUN_LENGTH, cp_run_addr(run, at->slot));
	run->n++;
	reason = slot_fill(cp, at, slot);
	if (!reason)
		reason = place_next(cp, slot, at, ret_ends);
	if (reason) {
		slot->role = CP_SLOT_STOP;
		run->branches = true;
	}
	return reason;
}

static int path_walk(struct cp *cp, struct walk_place at)
{
	bool ends;
	int reason;

	do
		reason = place_step(cp, &at, &ends);
	while (!reason && !ends);
	if (at.speculative && cp_check_is_guest_fault(reason))
		return CCWBROKER_REFUSED_NOT;
	return reason;
}

/* May a status modifier lead from before this TIC, or this fault, to behind it? */
static bool slot_can_be_skipped(const struct cp_run *run, unsigned int slot)
{
	const struct cp_slot *before;

	if (slot == 0 || run->slot[slot].role == CP_SLOT_PLAIN)
		return false;
	before = &run->slot[slot - 1];
	return before->role == CP_SLOT_PLAIN && ccw_chains_command(&before->ccw);
}

/* Follows the status modifier edges of a run that were not followed yet. */
static int run_scan(struct cp *cp, unsigned int r)
{
	struct walk_place at = {
		.run = r,
		.context = CCW_TRANSFER_COMMAND,
		.speculative = true,
	};
	struct cp_run *run = cp->run[r];
	int reason;

	if (!run->branches)
		run->scanned = run->n;
	while (run->scanned < run->n) {
		at.slot = run->scanned++;
		if (!slot_can_be_skipped(run, at.slot))
			continue;
		at.slot++;
		reason = path_walk(cp, at);
		if (reason)
			return reason;
	}
	return CCWBROKER_REFUSED_NOT;
}

/* Each slot is scanned once; a pass without progress is the last. */
static int runs_scan(struct cp *cp)
{
	unsigned int r;
	bool progress;
	int reason;

	do {
		progress = false;
		for (r = 0; r < cp->nruns; r++) {
			if (cp->run[r]->scanned == cp->run[r]->n)
				continue;
			progress = true;
			reason = run_scan(cp, r);
			if (reason)
				return reason;
		}
	} while (progress);
	return CCWBROKER_REFUSED_NOT;
}

int cp_walk(struct cp *cp)
{
	struct walk_place first = {
		.context = CCW_TRANSFER_COMMAND,
		.from_tic = true, /* the first CCW may be as little a TIC as the target of one */
	};
	int reason;

	cp->loops = false;
	cp->speculates = false;
	reason = run_new(cp, cp->cpa, &first.run);
	if (reason)
		return reason;
	reason = path_walk(cp, first);
	if (reason)
		return reason;
	return runs_scan(cp);
}

void cp_walk_reset(struct cp *cp, unsigned int keep)
{
	unsigned int i;

	for (i = keep; i < CP_RUNS_MAX && cp->run[i]; i++) {
		cp_free_mem(cp->run[i]);
		cp->run[i] = NULL;
	}
	cp->nruns = 0;
}
