/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The port cp-mem.h over an array: a client's memory with holes and read-only parts, whose pages
 * lie scattered on a made-up host, below and above 2 GiB. Counts pins and allocations, fails the
 * n-th call, changes memory between reads. Knows nothing of CCWs.
 */
#pragma once

#include "cp-kernel.h"
#include "cp-mem.h"
#include "require.h"

#define GUEST_MAPS_MAX 8

enum guest_call {
	GUEST_READ,
	GUEST_WRITE,
	GUEST_PIN,
	GUEST_ALLOC,
	GUEST_ZALLOC,
	GUEST_PEEK,
	_GUEST_CALL_MAX,
};

/* A guest without memory; it is the one whose counters shim_zalloc() uses. */
struct cp_mem *guest_new(void);

/* Fails the test if a pin, an allocation or bookkeeping is left. Returns NULL. */
struct cp_mem *guest_free(struct cp_mem *guest);

/* As guest_free() and guest_new(), but fast: it is without memory again. */
void guest_clear(struct cp_mem *guest);

/* Maps npages of zeros. */
void guest_map(struct cp_mem *guest, u64 iova, unsigned int npages, bool writable);
void guest_set_writable(struct cp_mem *guest, u64 iova, bool writable);

/* Access by the guest itself: not counted, fails the test where nothing is mapped. */
void guest_put(struct cp_mem *guest, u64 iova, const void *buf, size_t len);
void guest_get(struct cp_mem *guest, u64 iova, void *buf, size_t len);
bool guest_is_mapped(struct cp_mem *guest, u64 iova, size_t len, bool store);

/* Which page of the guest's is it, counted as they were mapped? -1: none. */
int guest_page(struct cp_mem *guest, u64 iova);
unsigned int guest_pages(struct cp_mem *guest);

/* All memory, to compare and to put back; the caller frees it. */
u8 *guest_snapshot(struct cp_mem *guest, size_t *ret_len);
void guest_restore(struct cp_mem *guest, const u8 *snapshot);
/* As guest_get(), but as it was then. */
void guest_get_from(struct cp_mem *guest, const u8 *snapshot, u64 iova, void *buf, size_t len);

/* From now on the nth call (from 1) of any kind in kinds (bits 1 << call) fails with error. */
void guest_fail(struct cp_mem *guest, unsigned int kinds, unsigned int nth, int error);
bool guest_has_failed(struct cp_mem *guest);

/* From now on every byte is inverted once the translator has read it. */
void guest_mutate(struct cp_mem *guest, bool on);

unsigned int guest_calls(struct cp_mem *guest, enum guest_call call);
unsigned int guest_pinned_pages(struct cp_mem *guest);
unsigned int guest_allocations(struct cp_mem *guest);
unsigned int guest_zallocations(struct cp_mem *guest);

/* Is a page of this address pinned, and for store? */
bool guest_is_pinned(struct cp_mem *guest, u64 iova, bool store);
/* Has the translator read or pinned the page since guest_clear()? */
bool guest_was_touched(struct cp_mem *guest, unsigned int page);
/* The same as guest_is_pinned() by number. */
bool guest_page_is_pinned(struct cp_mem *guest, unsigned int page, bool store);

/*
 * What the channel of the host meets at an absolute address, up to the end of its page, or NULL:
 * memory of ours, or a page that is pinned (for store, if store is set).
 */
u8 *guest_host_own(struct cp_mem *guest, u64 host);
u8 *guest_host_pinned(struct cp_mem *guest, u64 host, bool store);

/* The number of WARN_ON_ONCE() that fire is expected to be one more. */
void guest_expect_warning(void);
