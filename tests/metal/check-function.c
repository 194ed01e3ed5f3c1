/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Halt, clear and cancel, idle and right behind a start, and what instructions say while status is
 * pending.
 */
#include "check.h"

#include "console.h"
#include "report.h"

#define QUIET_MS 400 /* a guest in an emulator in an emulator takes its time */

static uint8_t area[64] __attribute__((aligned(64)));

static void sense_id(struct orb *ret_orb)
{
	program_begin();
	program_add(COMMAND_SENSE_ID, CCW_ANY_LENGTH, 7, area);
	program_orb(ret_orb);
}

/*
 * Takes whatever comes until nothing has come for a while; *ret is what the last status was. QEMU
 * tells an end even when a clear function has taken it back meanwhile, bare or passed through.
 */
static unsigned int drain(const struct device *device, uint32_t parameter, struct outcome *ret)
{
	struct outcome next;
	unsigned int n = 0;

	ret->has_ended = false;
	memset(&next, 0, sizeof(next));
	while (program_await(device, parameter, n ? QUIET_MS : PROGRAM_WAIT_MS, &next)) {
		n++;
		if (!next.has_ended)
			continue;
		ret->has_ended = true;
		ret->is_told_right = next.is_told_right;
		ret->irb = next.irb;
	}
	return n;
}

static bool is_over(const struct outcome *outcome)
{
	return outcome->has_ended && outcome->irb.scsw.control & SCSW_PENDING &&
	       !(outcome->irb.scsw.control & SCSW_ACTIVITY_MASK);
}

/* The end of a function that began with a condition code of cc. */
static void await_end(const struct device *device, const char *what, int cc, uint32_t parameter)
{
	struct outcome outcome = { .condition = cc };

	(void)drain(device, parameter, &outcome); /* the status tells */
	program_report(is_over(&outcome), device, what, &outcome);
}

static uint32_t run_one(const struct device *device)
{
	struct outcome outcome;
	struct orb orb;

	sense_id(&orb);
	program_run_orb(device, &orb, &outcome);
	return orb.parameter;
}

static void idle(const struct device *device)
{
	uint32_t parameter = run_one(device);
	struct irb irb;
	int cc;

	cc = channel_tsch(device->subchannel, &irb);
	REPORT(cc == 1, "%s: idle: test is cc %u", device->name, cc);
	cc = channel_xsch(device->subchannel);
	REPORT(cc == 2, "%s: idle: cancel is cc %u", device->name, cc);
	cc = channel_rsch(device->subchannel);
	REPORT(cc == 2, "%s: idle: resume is cc %u", device->name, cc);
	cc = channel_hsch(device->subchannel);
	await_end(device, "halt while idle", cc, parameter);
	cc = channel_csch(device->subchannel);
	await_end(device, "clear while idle", cc, parameter);
	(void)run_one(device); /* the next line tells */
	cc = channel_tsch(device->subchannel, &irb);
	REPORT(cc == 1, "%s: after halt, clear and start: test is cc %u", device->name, cc);
}

/* Polls, interruptions being off: true once status is pending. */
static bool await_pending(const struct device *device, struct schib *ret_schib)
{
	for (unsigned int i = 0; i < 2000; i++) {
		struct interruption none;

		if (channel_stsch(device->subchannel, ret_schib) == 0 &&
		    ret_schib->scsw.control & SCSW_PENDING)
			return true;
		channel_open_subclass((device->subclass + 1) % 8);
		(void)channel_wait(5, &none); /* a pause: that subclass has none */
		channel_open_subclass(-1);
	}
	return false;
}

static void pending(const struct device *device)
{
	struct interruption code = {};
	struct schib schib;
	struct orb orb, other;
	struct irb irb;
	int cc;

	sense_id(&orb);
	cc = channel_ssch(device->subchannel, &orb);
	REPORT(cc == 0 && await_pending(device, &schib), "%s: start is cc %u, then pending",
	       device->name, cc);
	report_begin(schib.pmcw.lpum == schib.pmcw.pim);
	console_add("%s: pending: lpum %x, ", device->name, schib.pmcw.lpum);
	report_scsw(&schib.scsw, program_start());
	console_end();
	other = orb;
	other.parameter = 0xbad;
	cc = channel_ssch(device->subchannel, &other);
	REPORT(cc == 1, "%s: pending: start is cc %u", device->name, cc);
	cc = channel_hsch(device->subchannel);
	REPORT(cc == 1, "%s: pending: halt is cc %u", device->name, cc);
	cc = channel_msch(device->subchannel, &schib);
	REPORT(cc == 1, "%s: pending: modify is cc %u", device->name, cc);
	cc = channel_tpi(&code);
	REPORT(cc == 1 && code.subchannel == device->subchannel && code.parameter == orb.parameter,
	       "%s: pending: test pending interruption is cc %u", device->name, cc);
	cc = channel_tpi(&code);
	REPORT(cc == 0, "%s: pending, but told: test pending interruption is cc %u", device->name,
	       cc);
	cc = channel_tsch(device->subchannel, &irb);
	REPORT(cc == 0 && memcmp(&irb.scsw, &schib.scsw, sizeof(irb.scsw)) == 0,
	       "%s: pending: test is cc %u, its status that of store subchannel", device->name, cc);
	cc = channel_tsch(device->subchannel, &irb);
	REPORT(cc == 1, "%s: not pending any more: test is cc %u", device->name, cc);
}

/* Clear takes away what is pending; its own end is all that is told. */
static void clear_pending(const struct device *device)
{
	struct schib schib;
	struct orb orb;
	int cc;

	sense_id(&orb);
	cc = channel_ssch(device->subchannel, &orb);
	REPORT(cc == 0 && await_pending(device, &schib), "%s: start is cc %u, then pending again",
	       device->name, cc);
	cc = channel_csch(device->subchannel);
	await_end(device, "clear while pending", cc, orb.parameter);
}

/* Right behind a start, before or after its end, as it happens: what must hold in either case. */
static void race(const struct device *device, int (*function)(uint32_t), const char *what,
		 unsigned int rounds)
{
	unsigned int well = 0, ended = 0;
	struct outcome outcome;
	struct orb orb;

	for (unsigned int i = 0; i < rounds; i++) {
		sense_id(&orb);
		if (channel_ssch(device->subchannel, &orb) != 0)
			continue;
		(void)function(device->subchannel); /* halt: cc 1 or 2 when the end is near */
		(void)drain(device, orb.parameter, &outcome);
		ended += is_over(&outcome);
		sense_id(&orb);
		program_run_orb(device, &orb, &outcome);
		well += program_went_well(&outcome);
	}
	REPORT(ended == rounds && well == rounds,
	       "%s: %s right behind a start: %u ended, %u started again well", device->name, what,
	       ended, well);
}

void check_functions(const struct device *device)
{
	idle(device);
	pending(device);
	clear_pending(device);
	race(device, channel_hsch, "halt", 8);
	race(device, channel_csch, "clear", 8);
}
