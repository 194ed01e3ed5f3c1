// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * Host memory for CCWs and IDALs: chunks of a page below 2 GiB, handed out from front to back and
 * taken back all at once. Also owns the dummy: a page, and one IDAL for each direction, all
 * of whose words designate it, for CCWs that move no data. Knows nothing of programs.
 */
#include "cp-priv.h"

static void *chunk_new(struct cp *cp, struct cp_chunk *chunk)
{
	chunk->mem = cp_mem_alloc(cp->mem, CP_PAGE_SIZE, &chunk->host);
	return chunk->mem;
}

static void chunk_free(struct cp *cp, struct cp_chunk *chunk)
{
	if (chunk->mem)
		cp_mem_free(cp->mem, chunk->mem, CP_PAGE_SIZE);
	chunk->mem = NULL;
}

void *cp_arena_take(struct cp *cp, u32 size, u32 *ret_host)
{
	struct cp_chunk *chunk = &cp->chunk[cp->chunk_now];
	void *p;

	size = ALIGN(size, 8u);
	if (WARN_ON_ONCE(size > CP_PAGE_SIZE))
		return NULL;
	if (cp->chunk_used + size > CP_PAGE_SIZE) {
		if (WARN_ON_ONCE(cp->chunk_now + 1 == CP_ARENA_CHUNKS_MAX))
			return NULL;
		chunk++;
		if (!chunk->mem && !chunk_new(cp, chunk))
			return NULL;
		cp->chunk_now++;
		cp->chunk_used = 0;
	}
	p = chunk->mem + cp->chunk_used;
	*ret_host = chunk->host + cp->chunk_used;
	cp->chunk_used += size;
	return p;
}

void cp_arena_reset(struct cp *cp)
{
	unsigned int i;

	for (i = CP_ARENA_CHUNKS_KEPT; i < CP_ARENA_CHUNKS_MAX && cp->chunk[i].mem; i++)
		chunk_free(cp, &cp->chunk[i]);
	cp->chunk_now = 0;
	cp->chunk_used = cp->chunk_reserved;
}

/* first_byte: where in the page each word points. */
static int dummy_list(struct cp *cp, u32 first_byte, u32 *ret_host)
{
	unsigned int i;
	u8 *list;

	list = cp_arena_take(cp, CP_CCW_PAGES_MAX * 8, ret_host);
	if (!list)
		return -ENOMEM;
	for (i = 0; i < CP_CCW_PAGES_MAX; i++)
		ccw_put64(list + 8 * i, cp->dummy.host + first_byte);
	return 0;
}

int cp_arena_init(struct cp *cp)
{
	int r;

	if (!chunk_new(cp, &cp->dummy) || !chunk_new(cp, &cp->chunk[0]))
		return -ENOMEM;
	r = dummy_list(cp, 0, &cp->dummy_up);
	if (r)
		return r;
	r = dummy_list(cp, CP_PAGE_SIZE - 1, &cp->dummy_down);
	if (r)
		return r;
	cp->chunk_reserved = cp->chunk_used;
	return 0;
}

void cp_arena_deinit(struct cp *cp)
{
	unsigned int i;

	for (i = 0; i < CP_ARENA_CHUNKS_MAX; i++)
		chunk_free(cp, &cp->chunk[i]);
	chunk_free(cp, &cp->dummy);
}
