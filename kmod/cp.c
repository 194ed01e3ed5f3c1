// SPDX-License-Identifier: GPL-2.0-only
// Copyright the ccwbroker authors
/*
 * The pipeline of one translation, and the one way in which everything is given back. Owns the life
 * of struct cp; each stage is in its own file (see cp-priv.h).
 */
#include "cp-priv.h"

struct cp *cp_new(struct cp_mem *mem)
{
	struct cp *cp;

	cp = cp_zalloc(1, sizeof(*cp));
	if (!cp)
		return NULL;
	cp->mem = mem;
	memset(cp->commands, 0xff, sizeof(cp->commands));
	if (cp_arena_init(cp))
		return cp_free(cp);
	return cp;
}

void cp_set_commands(struct cp *cp, const u8 commands[CP_COMMANDS_SIZE])
{
	memcpy(cp->commands, commands, sizeof(cp->commands));
}

void cp_get_commands(const struct cp *cp, u8 ret_commands[CP_COMMANDS_SIZE])
{
	memcpy(ret_commands, cp->commands, sizeof(cp->commands));
}

void cp_forget(struct cp *cp)
{
	cp_known_forget(cp);
}

void cp_trim(struct cp *cp)
{
	if (!WARN_ON_ONCE(cp->held))
		cp_small_trim(cp);
}

static void cp_reset(struct cp *cp, unsigned int keep_runs, unsigned int keep_pages,
		     unsigned int keep_steps)
{
	cp->held = false;
	cp->bytes_stored = 0;
	cp->bytes_fetched = 0;
	cp_copy_reset(cp);
	cp_small_reset(cp);
	cp_pin_reset(cp, keep_steps);
	cp_memory_reset(cp);
	cp_walk_reset(cp, keep_runs);
	cp_fetch_reset(cp, keep_pages);
	cp_arena_reset(cp);
}

void cp_release(struct cp *cp)
{
	cp_reset(cp, CP_RUNS_KEPT, CP_FETCH_PAGES_KEPT, CP_PINS_STEPS_KEPT);
}

struct cp *cp_free(struct cp *cp)
{
	if (!cp)
		return NULL;
	cp_reset(cp, 0, 0, 0);
	(void)cp_memory_drop(cp, 0, ~(u64)0); /* what there was is gone */
	cp_small_trim(cp);
	cp_arena_deinit(cp);
	cp_free_mem(cp);
	return NULL;
}

static int translate(struct cp *cp, const u8 orb[CP_ORB_SIZE])
{
	int reason;

	reason = cp_check_orb(cp, orb);
	if (reason)
		return reason;
	reason = cp_walk(cp);
	if (reason)
		return reason;
	reason = cp_data(cp);
	if (reason)
		return reason;
	return cp_build_program(cp);
}

int cp_translate(struct cp *cp, const u8 orb[CP_ORB_SIZE], struct cp_refusal *refusal)
{
	int reason;

	refusal->reason = CCWBROKER_REFUSED_NOT;
	refusal->ccw = 0;
	if (WARN_ON_ONCE(cp->held))
		return -EBUSY;
	cp->refused_ccw = 0;
	reason = translate(cp, orb);
	if (reason) {
		refusal->reason = (u32)reason;
		if (reason != CCWBROKER_REFUSED_RESOURCES)
			refusal->ccw = cp->refused_ccw;
		cp_release(cp);
		return cp_check_errno(reason);
	}
	cp->held = true;
	return 0;
}
