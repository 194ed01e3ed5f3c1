/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright the ccwbroker authors */
/*
 * What the files of the translator share; nobody else includes it. The stages in order:
 * fetch (guest bytes), check (one CCW), walk (which CCWs can be reached), idal, pin and copy (the
 * data of one CCW), build (host program), result (back to the guest).
 *
 * Stages return enum ccwbroker_refusal as an int, CCWBROKER_REFUSED_NOT for success. What they
 * took stays recorded in struct cp, whatever they return: cp_release() gives all of it back.
 */
#ifndef CCWBROKER_CP_PRIV_H
#define CCWBROKER_CP_PRIV_H

#include "uapi/ccwbroker.h"
#include "cp-kernel.h"
#include "ccw.h"
#include "cp-mem.h"
#include "cp.h"
#include "limits.h"

enum cp_slot_role {
	CP_SLOT_STOP = 0, /* program check for the channel: a CCW of zeros on the host */
	CP_SLOT_PLAIN,
	CP_SLOT_TIC,
};

/* One guest CCW, as it was when it was fetched, in the one context that its run is entered with. */
struct cp_slot {
	struct ccw ccw;
	u32 host_idal;
	u16 target_slot;  /* of a TIC */
	u8 target_run;	  /* of a TIC */
	u8 role;	  /* enum cp_slot_role */
	u8 host_cmd;	  /* command code of the host CCW */
	u8 context;	  /* enum ccw_transfer: of the data chain that leads here, or COMMAND */
	u8 transfer;	  /* enum ccw_transfer: what this CCW does, never COMMAND */
	bool speculative; /* only a status modifier of the device leads here */
};

/* CCWs at consecutive addresses, on the guest from addr, on the host from host. */
struct cp_run {
	u32 addr;
	u32 host;
	u8 *host_mem;
	u16 n;
	u16 scanned; /* slots whose status modifier edge has been followed */
	struct cp_slot slot[CP_RUN_CCWS_MAX];
};

/* The bytes [from, 4096) of a guest page with CCWs; none of them is read a second time. */
struct cp_fetch_page {
	u64 iova;
	u32 from;
	u8 bytes[CP_PAGE_SIZE];
};

struct cp_chunk {
	u8 *mem;
	u32 host;
};

/* A byte range of client memory whose pages are pinned. */
struct cp_pin {
	u64 addr;
	u32 len;
	bool store;
	bool copied; /* the device sees a copy of it */
};

/* Consecutive bytes of client memory: [addr, addr + len), no wrap. */
struct cp_piece {
	u64 addr;
	u32 len;
	bool skip; /* what the device sends is dropped; there is no address */
};

/* What one CCW transfers, in the order of the transfer; neighbours are not contiguous. */
struct cp_pieces {
	struct cp_piece piece[CP_CCW_PIECES_MAX];
	unsigned int n;
	u32 count; /* sum of len */
	bool down; /* each piece from its last byte to its first */
};

struct cp_copy;

struct cp {
	struct cp_mem *mem;
	u8 commands[CP_COMMANDS_SIZE]; /* permitted, one bit for each code from the left */
	bool held;
	u32 refused_ccw;

	/* from the ORB */
	u32 cpa;
	u32 address_end;
	u32 idaw_size;
	u32 block_size;
	bool format1;
	bool midaws;
	bool immediate_any_length; /* an immediate operation never has incorrect length */

	struct cp_run *run[CP_RUNS_MAX];
	unsigned int nruns;

	struct cp_fetch_page *page[CP_FETCH_PAGES_MAX];
	unsigned int npages;

	struct cp_chunk chunk[CP_ARENA_CHUNKS_MAX];
	unsigned int chunk_now;
	u32 chunk_used;
	u32 chunk_reserved; /* of the first chunk: the dummy lists */

	u32 dummy_up; /* IDALs that lead nowhere but to the dummy page */
	u32 dummy_down;
	struct cp_chunk dummy;

	struct cp_pin *pin[CP_DATA_PAGES_MAX / CP_PINS_STEP];
	unsigned int npins;
	unsigned int ndata_pages;
	unsigned int ncopy_pages;
	u64 bytes_stored; /* as counted by the CCWs that the program surely comes to */
	u64 bytes_fetched;

	struct cp_copy *copy_first;
	struct cp_copy *copy_last;
	bool copies_store;

	struct cp_pieces pieces; /* of the CCW at hand */
};

/* -- cp-arena.c: host memory for CCWs and IDALs -- */

/* Allocates the first chunk and what all programs share. 0 or -ENOMEM. */
int cp_arena_init(struct cp *cp);
void cp_arena_deinit(struct cp *cp);

/* Zeroed memory of at most a page, on a doubleword, until the next reset. NULL: none. */
void *cp_arena_take(struct cp *cp, u32 size, u32 *ret_host);
void cp_arena_reset(struct cp *cp);

/* -- cp-fetch.c: the only reader of guest CCWs -- */

int cp_fetch_ccw(struct cp *cp, u32 addr, struct ccw *ret);
void cp_fetch_reset(struct cp *cp, unsigned int keep);

/* -- cp-check.c: accept or refuse, pure -- */

/* Reads the ORB into cp. */
int cp_check_orb(struct cp *cp, const u8 orb[CP_ORB_SIZE]);

/* Judges a CCW fetched in this context; fills in role, host_cmd and transfer. */
int cp_check_ccw(const struct cp *cp, struct cp_slot *slot);

/* The errno that goes with a reason. */
int cp_check_errno(int reason);

/* Can a reason be answered with a program check instead of a refusal? */
bool cp_check_is_guest_fault(int reason);

/* -- cp-walk.c: what the channel can reach -- */

int cp_walk(struct cp *cp);
void cp_walk_reset(struct cp *cp, unsigned int keep);

static inline u32 cp_run_addr(const struct cp_run *run, unsigned int slot)
{
	return run->addr + slot * CCW_SIZE;
}

/* -- cp-idal.c: where the data of a CCW is -- */

int cp_idal_pieces(struct cp *cp, const struct cp_slot *slot);

/* Are there pieces that IDAWs of 4 KiB cannot express? */
bool cp_idal_needs_copy(const struct cp_pieces *pieces);

/* -- cp-pin.c: what is pinned -- */

/* Pins the pages of a piece; ret_host has room for CP_CCW_PAGES_MAX. */
int cp_pin_piece(struct cp *cp, const struct cp_piece *piece, bool store, bool copied,
		 u64 *ret_host);

/* Unpins all but the first keep ranges. */
void cp_pin_unwind(struct cp *cp, unsigned int keep);
void cp_pin_reset(struct cp *cp, unsigned int keep_steps);

static inline const struct cp_pin *cp_pin_at(const struct cp *cp, unsigned int i)
{
	return &cp->pin[i / CP_PINS_STEP][i % CP_PINS_STEP];
}

static inline unsigned int cp_pages_of(u64 addr, u32 len)
{
	return (unsigned int)(((addr & (CP_PAGE_SIZE - 1)) + len + CP_PAGE_SIZE - 1) >>
			      CP_PAGE_SHIFT);
}

/* -- cp-copy.c: data that the device sees a copy of -- */

/* Copies cp->pieces; ret_host[i] is the address of the i-th page in the order of the transfer. */
int cp_copy_add(struct cp *cp, bool store, u32 *ret_host);

void cp_copy_reset(struct cp *cp);

/* -- cp-build.c: the host program -- */

/* Pins or copies what each CCW transfers and makes its host IDAL. */
int cp_build_data(struct cp *cp);
int cp_build_program(struct cp *cp);

#endif
