/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What a channel sees of memory: the bytes of a program, and the data area of a CCW, named by its
 * address, by IDAWs or by MIDAWs. Knows nothing of commands. Shares no code with the translator.
 */
#pragma once

#include "cp-kernel.h"
#include "fake-guest.h"

struct model_mem {
	struct cp_mem *guest;
	bool is_host; /* addresses are absolute host addresses */
	u8 orb[12];
	/* of the guest, as it was when all of the program was fetched; NULL: fetch as it goes */
	const u8 *snapshot;
	u8 *nstores; /* of each byte of the guest, or NULL */
};

struct model_ccw {
	u8 cmd;
	u8 flags;
	u16 count;
	u32 addr;
};

/* Where the next byte of a data area is. */
struct model_area {
	const struct model_mem *mem;
	bool store;
	bool down;
	bool ida;
	bool mida;
	u32 list;      /* address of the next word */
	bool is_first; /* no word used so far */
	bool is_last;  /* the MIDAW at hand says so */
	bool skip;     /* the bytes at hand have no place */
	u32 unnamed;   /* bytes of the count that no word was used for */
	u64 addr;
	u32 left; /* bytes from addr on in this block */
};

u64 model_number(const u8 *p, unsigned int n);
bool model_is_format1(const struct model_mem *mem);
u64 model_address_end(const struct model_mem *mem);

/* Bytes of the program: CCWs and words, which never cross a page. */
bool model_read(const struct model_mem *mem, u64 addr, u8 *buf, u32 len);

/* Bytes of one page of an area. */
void model_store(const struct model_mem *mem, u64 addr, const u8 *buf, u32 len);
void model_fetch(const struct model_mem *mem, u64 addr, u8 *buf, u32 len);

bool area_begin(const struct model_mem *mem, const struct model_ccw *ccw, bool store, bool down,
		struct model_area *ret);

/* The next stretch of at most max bytes within a page: its lowest address and length. 0: none. */
u32 area_take(struct model_area *area, u32 max, u64 *ret_addr);

/* Can all of it be used? A host address that is not pinned for it, nor ours, ends the test. */
bool area_is_accessible(struct model_area area, u32 count, bool store);
