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

/*
 * The ORB of the host has F one and L zero whatever the guest's has. Where the guest's allows
 * immediate operations any length, no-operation and what by convention is a control command without
 * data, a count of one, get SLI in its place.
 */
static u8 host_flags(const struct cp *cp, const struct cp_slot *slot)
{
	const struct ccw *ccw = &slot->ccw;
	u8 flags = ccw->flags & (CCW_CD | CCW_CC | CCW_SLI | CCW_SKIP | CCW_PCI);

	if (slot->host_ida)
		flags |= CCW_IDA;
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
		host.addr = slot->host_data;
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
		memset(run->host_mem + run->n * CCW_SIZE, 0, BUILD_TAIL_CCWS * CCW_SIZE);
	}
	return CCWBROKER_REFUSED_NOT;
}
