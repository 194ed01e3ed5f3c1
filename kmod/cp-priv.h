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

/* What is left to do for the data of a slot once it is located. */
enum cp_placing {
	CP_PLACING_NONE = 0,
	CP_PLACING_PIN,
	CP_PLACING_SMALL, /* to be copied, unless the program turns out to forbid it */
	CP_PLACING_DONE,  /* nothing: it is an area in registered memory */
};

/* One guest CCW, as it was when it was fetched, in the one context that its run is entered with. */
struct cp_slot {
	struct ccw ccw;
	u64 area;	  /* data in one piece: its lowest address; as long as the count */
	u32 host_data;	  /* the address of the host CCW */
	bool host_ida;	  /* which is that of an IDAL */
	u8 placing;	  /* enum cp_placing */
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
	bool branches; /* not all slots are CP_SLOT_PLAIN */
	u16 scanned;   /* slots whose status modifier edge has been followed */
	struct cp_slot slot[CP_RUN_CCWS_MAX];
};

/* The bytes [from, to) of a guest page with CCWs; none of them is read a second time. */
struct cp_fetch_page {
	u64 iova;
	u32 from;
	u32 to;
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
	bool copied;	 /* the device sees a copy of it */
	bool registered; /* the pins are those of registered memory */
};

/* Registered memory: pinned in steps of CP_PIN_PAGES_MAX from its start. */
struct cp_range {
	u64 iova;
	u64 last;  /* its last byte */
	u64 *host; /* of each page */
	unsigned int npages;
	bool store;
	bool used; /* by data of the program at hand */
};

/* How registered memory has to do with an area. */
enum cp_memory {
	CP_MEMORY_OTHER = 0,  /* it is not all registered */
	CP_MEMORY_REGISTERED, /* it is, for this use */
	CP_MEMORY_PROTECTED,  /* it is to be stored into, and what the device may only fetch from */
};

/* Consecutive bytes of client memory: [addr, addr + len), no wrap. */
struct cp_piece {
	u64 addr;
	u32 len;
	bool skip; /* what the device sends is dropped; there is no address */
};

/* What one CCW transfers, in the order of the transfer; neighbours are not contiguous. */
struct cp_pieces {
	unsigned int n;
	u32 count; /* sum of len */
	bool down; /* each piece from its last byte to its first */
	struct cp_piece piece[CP_CCW_PIECES_MAX];
};

struct cp_copy;

/* An area that the device works on a copy of. */
struct cp_small {
	u64 addr;
	u32 len;
	u32 host; /* where the transfer begins */
	u8 *mem;
	u8 *before; /* as filled in; only of what may change */
	bool store;
	bool down;
	bool filled;
};

/* Where copies are that have no place beside the host program; kept while the device is open. */
struct cp_buffer {
	u8 *mem; /* CP_BUFFER_BYTES, or NULL: not needed so far, or not to be had */
	u8 *before;
	u32 host;
	u32 reserved; /* bytes for areas that were located */
	u32 used;     /* of these, for areas that were added */
	bool failed;  /* is not tried again */
	bool barred;  /* the program loops, or has no room there: no long area is copied */
};

/* The addresses from the lowest to the highest that any of some areas has. */
struct cp_hull {
	u64 from;
	u64 last;
};

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
	bool loops; /* a TIC leads back, or to an earlier run, whether that comes back or not */
	bool speculates; /* there are slots that only a status modifier leads to */

	struct cp_fetch_page *page[CP_FETCH_PAGES_MAX];
	unsigned int npages;
	const struct cp_fetch_page *page_now; /* the last that was asked for, or NULL */

	struct cp_chunk chunk[CP_ARENA_CHUNKS_MAX];
	unsigned int chunk_now;
	u32 chunk_used;
	u32 chunk_reserved; /* of the first chunk: the dummy lists */

	u32 dummy_up; /* IDALs that lead nowhere but to the dummy page */
	u32 dummy_down;
	struct cp_chunk dummy;

	struct cp_pin *pin[CP_DATA_PAGES_MAX / CP_PINS_STEP];
	unsigned int npins;
	unsigned int npinned;	    /* pages, for this program */
	unsigned int ndata_pages;   /* each area's for itself, also those not pinned */
	u64 host[CP_PIN_PAGES_MAX]; /* of the pin at hand */
	unsigned int ncopy_pages;
	u64 bytes_stored; /* as counted by the CCWs that the program surely comes to */
	u64 bytes_fetched;

	struct cp_range range[CP_MEMORY_RANGES_MAX];
	unsigned int nranges;
	unsigned int nregistered; /* pages */
	unsigned int nwaiting;	  /* areas that are CP_PLACING_PIN or SMALL */

	struct cp_buffer buffer;
	struct cp_small small[CP_SMALL_MAX];
	unsigned int nsmalls;
	bool small_stores;
	bool small_conflict;
	const struct cp_slot *small_slot[CP_SMALL_MAX];
	unsigned int nsmall_slots;
	struct cp_hull hull;
	struct cp_hull hull_stores;
	u64 known[CP_KNOWN_MAX]; /* see cp-known.c */

	struct cp_copy *copy_first;
	struct cp_copy *copy_last;
	bool copies_store;

	struct cp_pieces pieces;	  /* of the CCW at hand */
	struct cp_fetch_page page_beside; /* with lists or small data, without CCWs */
};

/* -- cp-arena.c: host memory for CCWs and IDALs -- */

/* Allocates the first chunk and what all programs share. 0 or -ENOMEM. */
int cp_arena_init(struct cp *cp);
void cp_arena_deinit(struct cp *cp);

/* Memory of at most a page, of any content, on a doubleword, until the next reset. NULL: none. */
void *cp_arena_take(struct cp *cp, u32 size, u32 *ret_host);
void cp_arena_reset(struct cp *cp);

/* -- cp-fetch.c: the only reader of guest CCWs, and what stands beside them -- */

int cp_fetch_ccw(struct cp *cp, u32 addr, struct ccw *ret);
/* Lists and small data, within a page; once more only what other data of the page came between. */
int cp_fetch_read(struct cp *cp, u64 addr, void *buf, u32 len);
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

/* Without a list: the lowest address of the data. */
int cp_idal_direct(const struct cp *cp, const struct cp_slot *slot, u64 *ret_addr);
/* With one: cp->pieces. */
int cp_idal_pieces(struct cp *cp, const struct cp_slot *slot);

/* Are there pieces that IDAWs of 4 KiB cannot express? */
bool cp_idal_needs_copy(const struct cp_pieces *pieces);

/* -- cp-memory.c: what stays pinned across programs; see cp.h -- */

/*
 * ret_host gets the address of each page if it is CP_MEMORY_REGISTERED; the program uses what was
 * found of it then, until cp_memory_reset().
 */
enum cp_memory cp_memory_use(struct cp *cp, u64 addr, u32 len, bool store, u64 *ret_host);
void cp_memory_reset(struct cp *cp);
/* As cp_mem_read(), within a page. false: it is not registered, or else not to be had this way. */
bool cp_memory_peek(struct cp *cp, u64 addr, void *buf, u32 len);
/* Does the program use a range of which something is in [first, last]? */
bool cp_memory_touches(const struct cp *cp, u64 first, u64 last);

/* -- cp-pin.c: what is pinned -- */

/* Does the piece meet another one that the program uses the other way, and one of them is a copy? */
bool cp_pin_conflicts(const struct cp *cp, const struct cp_piece *piece, bool store, bool copied);

/* Why the port did not give access to data. */
int cp_pin_refused(int r, bool store);

/* Pins the pages of a piece, at most CP_PIN_PAGES_MAX, or finds that they are registered. */
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

/* -- cp-known.c: pages known to take stores -- */

void cp_known_add(struct cp *cp, u64 addr, u32 len);
bool cp_known_has(struct cp *cp, u64 addr, u32 len);
void cp_known_forget(struct cp *cp);

/* -- cp-small.c: areas that are copied because they are small -- */

/* Is there room for an area of so many bytes? It is taken. */
bool cp_small_reserve(struct cp *cp, u32 len);
/* Gives the slot's area a place, with any content. */
int cp_small_add(struct cp *cp, struct cp_slot *slot);
/* Fills what was added, neighbours at once; or one area, to find the CCW that is at fault. */
int cp_small_fill(struct cp *cp);
int cp_small_fill_one(struct cp *cp, const struct cp_slot *slot);
/* Writes back what was stored. 0 or the first -errno. */
int cp_small_back(struct cp *cp);
/* Is one of them in [first, last]? */
bool cp_small_touches(const struct cp *cp, u64 first, u64 last);
void cp_small_reset(struct cp *cp);
/* Frees the buffer. */
void cp_small_trim(struct cp *cp);

/* -- cp-copy.c: data that the device sees a copy of -- */

/* Copies cp->pieces; ret_host[i] is the address of the i-th page in the order of the transfer. */
int cp_copy_add(struct cp *cp, bool store, u32 *ret_host);

void cp_copy_reset(struct cp *cp);

/* -- cp-overlap.c: may small areas be copied? -- */

void cp_overlap_reset(struct cp *cp);
/* Of an area, or of a piece with placing NONE; before it is in small_slot or pinned. */
void cp_overlap_note(struct cp *cp, const struct cp_slot *slot);
/* Cheaper, of an area with placing DONE. */
void cp_overlap_note_done(struct cp *cp, const struct cp_slot *slot);

/* -- cp-place.c: what a host CCW designates -- */

/* Takes the pages of this data from CP_DATA_PAGES_MAX. */
int cp_place_reserve(struct cp *cp, u64 addr, u32 len);
/* Pins or copies cp->pieces at once. */
int cp_place_pieces(struct cp *cp, struct cp_slot *slot);
/* The pages of the slot's area are at host. */
int cp_place_area(struct cp *cp, struct cp_slot *slot, const u64 *host);

/* -- cp-data.c: the data of all CCWs -- */

int cp_data(struct cp *cp);

/* -- cp-build.c: the host program -- */

int cp_build_program(struct cp *cp);

static inline bool cp_small_is_long(u32 len)
{
	return len > CP_SMALL_BYTES_MAX;
}

static inline bool cp_slot_stores(const struct cp_slot *slot)
{
	return slot->transfer == CCW_TRANSFER_STORE || slot->transfer == CCW_TRANSFER_STORE_DOWN;
}

#endif
