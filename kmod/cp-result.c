// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * From the host back to the guest: channel program addresses, and whether memory that the client
 * takes away belongs to the program. Only reads, may run with interrupts off.
 */
#include "cp-priv.h"

u32 cp_host_cpa(const struct cp *cp)
{
	return cp->held ? cp->run[0]->host : 0;
}

/* The address in an SCSW is that behind a CCW, possibly behind the one that follows the run. */
void cp_guest_scsw(const struct cp *cp, u8 scsw[CP_SCSW_SIZE])
{
	const struct cp_run *run;
	u32 cpa = ccw_get32(scsw + 4);
	unsigned int i;

	if (!cp->held)
		return;
	for (i = 0; i < cp->nruns; i++) {
		run = cp->run[i];
		if (cpa < run->host || cpa - run->host > (run->n + 1u) * CCW_SIZE)
			continue;
		ccw_put32(scsw + 4, run->addr + (cpa - run->host));
		return;
	}
}

bool cp_is_held(const struct cp *cp)
{
	return cp->held;
}

unsigned int cp_pinned_pages(const struct cp *cp)
{
	return cp->npinned;
}

u64 cp_bytes(const struct cp *cp, bool stored)
{
	return stored ? cp->bytes_stored : cp->bytes_fetched;
}

bool cp_touches(const struct cp *cp, u64 iova, u64 length)
{
	const struct cp_pin *pin;
	u64 first, last, end;
	unsigned int i;

	if (!cp->held || !length)
		return false;
	end = iova + (length - 1);
	if (end < iova)
		end = ~(u64)0;
	for (i = 0; i < cp->npins; i++) {
		pin = cp_pin_at(cp, i);
		first = ALIGN_DOWN(pin->addr, CP_PAGE_SIZE);
		last = (pin->addr + (pin->len - 1)) | (CP_PAGE_SIZE - 1);
		if (first <= end && iova <= last)
			return true;
	}
	return cp_small_touches(cp, iova, end) || cp_memory_touches(cp, iova, end);
}
