// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Pages that a pin has shown to take stores, so that data for them may go through a copy. A hint:
 * not every change of the client's mappings is told to us. Where one was missed the copy
 * cannot be written back, and the program ends with a protection check instead of being refused.
 */
#include "cp-priv.h"

#define KNOWN_VALID 1u /* in the low bits of a page address */

static u64 *known_entry(struct cp *cp, u64 page)
{
	return &cp->known[(page >> CP_PAGE_SHIFT) % CP_KNOWN_MAX];
}

void cp_known_add(struct cp *cp, u64 addr, u32 len)
{
	u64 page = ALIGN_DOWN(addr, CP_PAGE_SIZE);
	unsigned int npages = cp_pages_of(addr, len);

	for (; npages > 0; npages--, page += CP_PAGE_SIZE)
		*known_entry(cp, page) = page | KNOWN_VALID;
}

bool cp_known_has(struct cp *cp, u64 addr, u32 len)
{
	u64 page = ALIGN_DOWN(addr, CP_PAGE_SIZE);
	unsigned int npages = cp_pages_of(addr, len);

	for (; npages > 0; npages--, page += CP_PAGE_SIZE)
		if (*known_entry(cp, page) != (page | KNOWN_VALID))
			return false;
	return true;
}

void cp_known_forget(struct cp *cp)
{
	memset(cp->known, 0, sizeof(cp->known));
}
