// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Target: the translator. What it accepts runs once as the guest wrote it and once translated, on the
 * model channel; what each may touch says model-reach.c. Device, memory and status must not tell
 * the difference, and whatever fails, nothing may be left.
 *
 * Known differences (heads of kmod/cp-walk.c and cp-copy.c): behind a status modifier the
 * translated program may end with a program check, or, where it leads into a data chain, with
 * incorrect length of an immediate command; a byte that is stored twice, and of which one store goes
 * to a copy, may have either value.
 */
#include "kmod/model-reach.h"
#include "kmod/uapi/ccwbroker.h"
#include "cp.h"
#include "scenario.h"
#include "target.h"

#define COMMANDS_MAX 16

/* One input's worth; static, as it is large. */
static struct {
	struct cp_mem *guest;
	struct cp *cp;
	struct scenario scenario;
	struct cp_refusal refusal;
	struct reach reach;
	struct channel host;
	struct channel model;
	u8 *before;
	u8 *after;
	u8 *nstores;
	size_t len;
	bool registered[REACH_PAGES_MAX]; /* by guest_page() */
	bool had_copies;
	bool copied_back;
} run;

/* A refusal for these reasons says nothing about the program being wrong. */
static bool reason_is_ours(u32 reason)
{
	switch (reason) {
	case CCWBROKER_REFUSED_ORB:
	case CCWBROKER_REFUSED_RUN_LENGTH:
	case CCWBROKER_REFUSED_RUN_COUNT:
	case CCWBROKER_REFUSED_DATA_SIZE:
	case CCWBROKER_REFUSED_RESOURCES:
	case CCWBROKER_REFUSED_COMMAND:
		return true;
	default:
		return false;
	}
}

static void expect_refusal(int r)
{
	REQUIRE(run.refusal.reason != CCWBROKER_REFUSED_NOT);
	REQUIRE(r < 0);
	REQUIRE(!cp_is_held(run.cp));
	REQUIRE(guest_pinned_pages(run.guest) == cp_memory_pages(run.cp));
	if (guest_has_failed(run.guest) || run.scenario.mutates ||
	    reason_is_ours(run.refusal.reason))
		return;
	/* bytes both stored and fetched, of which one side is copied */
	if (run.refusal.reason == CCWBROKER_REFUSED_CCW_UNSUPPORTED)
		return;
	if (!reach_has_fault(&run.reach, run.refusal.ccw))
		FAIL("refused for reason %u, but the CCW at %x is good", run.refusal.reason,
		     run.refusal.ccw);
}

/* Besides registered memory, pinned is what the program may touch and nothing else, and all that it must be able to. */
static void expect_pins(void)
{
	unsigned int page;
	u8 use;

	for (page = 0; page < guest_pages(run.guest); page++) {
		use = run.reach.pages[page];
		if (guest_page_is_pinned(run.guest, page, true) && !run.registered[page])
			REQUIRE(use & REACH_MAY_STORE);
		if (guest_page_is_pinned(run.guest, page, false) && !run.registered[page])
			REQUIRE(use & (REACH_MAY_STORE | REACH_MAY_FETCH));
		if (use & (REACH_MUST_FETCH | REACH_MUST_STORE))
			REQUIRE(guest_was_touched(run.guest, page));
	}
}

static u32 number(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static void put_number(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 24);
	p[1] = (u8)(v >> 16);
	p[2] = (u8)(v >> 8);
	p[3] = (u8)v;
}

static void host_run(void)
{
	struct channel *host = &run.host;
	u8 scsw[12] = { 0 };

	host->mem.guest = run.guest;
	host->mem.is_host = true;
	memset(host->mem.orb, 0, sizeof(host->mem.orb));
	host->mem.orb[5] = 0x82; /* format-1 CCWs, format-2 IDAWs of 4 KiB */
	put_number(host->mem.orb + 8, cp_host_cpa(run.cp));
	host->answer = scenario_answer;
	host->data = &run.scenario;
	host->commands_max = COMMANDS_MAX;
	channel_run(host);
	put_number(scsw + 4, host->cpa);
	cp_guest_scsw(run.cp, scsw);
	host->cpa = number(scsw + 4);
	run.had_copies = cp_has_copies(run.cp);
	run.copied_back = cp_copy_back(run.cp) == 0;
	cp_release(run.cp);
	REQUIRE(!cp_is_held(run.cp));
	REQUIRE(guest_pinned_pages(run.guest) == cp_memory_pages(run.cp));
}

static void model_run(unsigned int ccws_max)
{
	struct channel *model = &run.model;

	guest_restore(run.guest, run.before);
	memset(run.nstores, 0, run.len);
	model->mem = run.reach.mem;
	model->mem.nstores = run.nstores;
	model->answer = scenario_answer;
	model->data = &run.scenario;
	model->commands_max = COMMANDS_MAX;
	model->ccws_max = ccws_max;
	channel_run(model);
}

static bool command_is_same(unsigned int i)
{
	return memcmp(&run.host.command[i], &run.model.command[i], sizeof(run.host.command[i])) ==
	       0;
}

static void expect_commands(unsigned int n)
{
	unsigned int i;

	REQUIRE(n <= run.model.ncommands);
	for (i = 0; i < n; i++)
		if (!command_is_same(i))
			FAIL("command %u (%02x) moved %u bytes, should %u", i,
			     run.host.command[i].cmd, run.host.command[i].moved,
			     run.model.command[i].moved);
}

static void expect_memory(void)
{
	size_t len, i;
	u8 *now;

	now = guest_snapshot(run.guest, &len);
	for (i = 0; i < len; i++) {
		if (now[i] == run.after[i] || (run.had_copies && run.nstores[i] > 1))
			continue;
		FAIL("byte %zx of page %zu is %02x, should be %02x", i % 4096, i / 4096,
		     run.after[i], now[i]);
	}
	free(now);
}

/* Has one of the first n commands ended with status modifier? */
static bool has_modifier(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && i < run.scenario.nanswers; i++)
		if (run.scenario.answer[i].modifier)
			return true;
	return false;
}

static bool end_is_same(void)
{
	return run.host.end == run.model.end && run.host.cpa == run.model.cpa &&
	       run.host.nccws == run.model.nccws && run.host.ncommands == run.model.ncommands;
}

static bool may_end_early(void)
{
	u8 last = run.host.ncommands ? run.host.command[run.host.ncommands - 1].cmd : 0;

	if (!has_modifier(run.host.ncommands))
		return false;
	return run.host.end == CHANNEL_PROGRAM_CHECK ||
	       (run.host.end == CHANNEL_INCORRECT_LENGTH && (last & 0x03) == 0x03);
}

static void expect_same(void)
{
	model_run(0);
	if (end_is_same()) {
		if (run.host.end != CHANNEL_PROGRAM_CHECK)
			REQUIRE(run.host.residual == run.model.residual);
		REQUIRE(run.host.npci == run.model.npci);
		expect_commands(run.host.ncommands);
	} else if (run.host.has_immediate_chain && run.host.nccws == run.model.nccws) {
		expect_commands(run.host.ncommands);
	} else {
		if (!may_end_early())
			FAIL("ends as %d at %x after %u CCWs, should as %d at %x after %u",
			     run.host.end, run.host.cpa, run.host.nccws, run.model.end,
			     run.model.cpa, run.model.nccws);
		REQUIRE(run.host.nccws > 0);
		model_run(run.host.nccws);
		REQUIRE(run.model.nccws == run.host.nccws);
		expect_commands(run.host.ncommands);
	}
	expect_memory();
}

static void expect_permitted(void)
{
	unsigned int i;
	u8 cmd;

	for (i = 0; i < run.host.ncommands; i++) {
		cmd = run.host.command[i].cmd;
		REQUIRE(run.scenario.commands[cmd >> 3] & (0x80 >> (cmd & 7)));
	}
}

static void program_run(void)
{
	if (!run.scenario.mutates) {
		REQUIRE(run.reach.nfaults == 0 || guest_has_failed(run.guest));
		expect_pins();
	}
	host_run();
	expect_permitted();
	free(run.after);
	run.after = guest_snapshot(run.guest, &run.len);
	if (!run.scenario.mutates && run.copied_back)
		expect_same();
}

static void reach_make(void)
{
	run.reach.mem.guest = run.guest;
	run.reach.mem.snapshot = run.before;
	memcpy(run.reach.mem.orb, run.scenario.orb, sizeof(run.reach.mem.orb));
	reach_find(&run.reach);
	REQUIRE(!run.reach.is_full);
}

/* Whether it was accepted and has run. */
static bool program_translate(void)
{
	unsigned int nwrites = guest_calls(run.guest, GUEST_WRITE);
	size_t len;
	u8 *now;
	int r;

	cp_set_commands(run.cp, run.scenario.commands);
	r = cp_translate(run.cp, run.scenario.orb, &run.refusal);
	REQUIRE(guest_calls(run.guest, GUEST_WRITE) == nwrites);
	if (!run.scenario.mutates) {
		now = guest_snapshot(run.guest, &len);
		REQUIRE(memcmp(now, run.before, len) == 0);
		free(now);
	}
	if (r)
		expect_refusal(r);
	else
		program_run();
	return r == 0;
}

static void registered_note(void)
{
	unsigned int page;

	for (page = 0; page < guest_pages(run.guest); page++)
		run.registered[page] = guest_page_is_pinned(run.guest, page, false);
}

/* The translator may keep memory, and what it has learnt, from one program to the next. */
static void programs_run(void)
{
	REQUIRE(scenario_register(&run.scenario, run.cp) == 0 || guest_has_failed(run.guest));
	registered_note();
	if (!program_translate() || !run.scenario.twice)
		return;
	if (scenario_drop(run.cp)) {
		cp_forget(run.cp);
		registered_note();
	}
	guest_restore(run.guest, run.before);
	(void)program_translate(); /* may fail this time */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!run.guest)
		run.guest = guest_new();
	scenario_make(&run.scenario, run.guest, data, size);
	free(run.before);
	run.before = guest_snapshot(run.guest, &run.len);
	if (!run.nstores)
		run.nstores = malloc(run.len);
	REQUIRE(run.nstores);
	reach_make();
	guest_mutate(run.guest, run.scenario.mutates);
	guest_fail(run.guest, run.scenario.fail_kinds, run.scenario.fail_nth,
		   run.scenario.fail_error);
	run.cp = cp_new(run.guest);
	REQUIRE(run.cp || guest_has_failed(run.guest));
	if (run.cp)
		programs_run();
	run.cp = cp_free(run.cp);
	guest_clear(run.guest); /* requires that nothing is left */
	return 0;
}
