/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Programs that end badly: by the device (unit check and sense), by the channel (program check).
 */
#include "check.h"

#include "console.h"
#include "report.h"

#define COMMAND_UNKNOWN	     0xfd
#define SENSE_COMMAND_REJECT 0x80
#define ERW_CONCURRENT_SENSE 0x01000000
#define NOWHERE		     ((const void *)0x7ffff000)

static uint8_t area[4096] __attribute__((aligned(4096)));
static uint64_t list[2] __attribute__((aligned(4096)));

static void unknown_command(const struct device *device)
{
	struct outcome outcome;
	struct irb *irb = &outcome.irb;

	program_begin();
	program_add(COMMAND_NOP, CCW_CHAIN_COMMAND | CCW_ANY_LENGTH, 1, area);
	program_add(COMMAND_UNKNOWN, CCW_CHAIN_COMMAND | CCW_ANY_LENGTH, 8, area);
	program_add(COMMAND_NOP, CCW_ANY_LENGTH, 1, area);
	program_run(device, &outcome);
	program_report(outcome.has_ended && irb->scsw.device & DEVICE_UNIT_CHECK, device,
		       "a command that the device does not know", &outcome);
	/* how many bytes of sense there are stands in the wrong place on QEMU before 9 */
	REPORT(irb->ecw[0] == SENSE_COMMAND_REJECT && irb->scsw.flags & SCSW_ECTL &&
		       irb->esw[1] & ERW_CONCURRENT_SENSE,
	       "%s: its sense came with it: %b", device->name, irb->ecw, 32);

	program_begin();
	program_add(COMMAND_SENSE, CCW_ANY_LENGTH, 32, area);
	memset(area, 0xaa, 64);
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "Sense afterwards", &outcome);
	REPORT(outcome.has_ended, "%s: Sense afterwards reads %b", device->name, area, 4);
}

static void program_check(const struct device *device, const char *what)
{
	struct outcome outcome;

	program_run(device, &outcome);
	program_report(outcome.has_ended && outcome.irb.scsw.subchannel == SUBCHANNEL_PROGRAM_CHECK,
		       device, what, &outcome);
}

static void bad_programs(const struct device *device)
{
	program_begin();
	program_add(COMMAND_SENSE_ID, CCW_ANY_LENGTH, 7, NOWHERE);
	program_check(device, "data where there is no storage");

	program_begin();
	program_add(0, CCW_ANY_LENGTH, 7, area);
	program_check(device, "command 00");

	program_begin();
	program_add(COMMAND_NOP, CCW_CHAIN_COMMAND | CCW_ANY_LENGTH, 1, area);
	program_add(COMMAND_TIC, CCW_ANY_LENGTH, 0, program_start());
	program_check(device, "a transfer with a flag");

	program_begin();
	program_add(COMMAND_NOP, CCW_CHAIN_COMMAND | CCW_ANY_LENGTH, 1, area);
	program_add_tic(2);
	program_add_tic(0);
	program_check(device, "a transfer to a transfer");

	program_begin();
	program_add(COMMAND_NOP, CCW_CHAIN_COMMAND | CCW_ANY_LENGTH, 1, area);
	program_add(COMMAND_TIC, 0, 0, NOWHERE);
	program_check(device, "a transfer to where there is no storage");

	program_begin();
	program_add(COMMAND_SENSE_ID, CCW_ANY_LENGTH | CCW_INDIRECT, 7, NOWHERE);
	program_check(device, "an address list where there is no storage");

	list[0] = (uintptr_t)NOWHERE;
	program_begin();
	program_add(COMMAND_SENSE_ID, CCW_ANY_LENGTH | CCW_INDIRECT, 7, list);
	program_check(device, "an address list that leads to no storage");

	program_begin();
	program_add(COMMAND_SENSE_ID, CCW_ANY_LENGTH | CCW_MODIFIED, 7, list);
	program_check(device, "modified indirect addresses, not announced");

	program_begin();
	program_add(COMMAND_NOP, CCW_ANY_LENGTH | CCW_SUSPEND, 1, area);
	program_check(device, "suspend, not announced");
}

/* The subchannel is as good as new after every bad end. */
static void works_on(const struct device *device)
{
	struct outcome outcome;

	program_begin();
	program_add(COMMAND_SENSE_ID, CCW_ANY_LENGTH, 7, area);
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "Sense ID after all that", &outcome);
}

void check_refused(const struct device *device)
{
	unknown_command(device);
	bad_programs(device);
	works_on(device);
}
