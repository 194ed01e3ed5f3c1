/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A 3270: what it shows, and status that nobody asked for when somebody presses a key. The case
 * that started the guest looks at the screen and types.
 */
#include "check.h"

#include "console.h"
#include "report.h"

#define COMMAND_ERASE_WRITE   0x05
#define COMMAND_READ_MODIFIED 0x06
#define KEY_WAIT_MS	      120000
#define AID_ENTER	      0x7d
#define TOLD_BEFORE	      8

/* Keyboard restore; row 1: METAL, protected; row 3: an unprotected field with the cursor. */
static const uint8_t screen[] = { 0xc3, 0x11, 0x40, 0x40, 0x1d, 0x60, 0xd4, 0xc5, 0xe3,
				  0xc1, 0xd3, 0x11, 0xc2, 0x60, 0x1d, 0x40, 0x13 };
static uint8_t area[256];

static void erase_write(const struct device *device, size_t size, struct outcome *ret)
{
	program_begin();
	program_add(COMMAND_ERASE_WRITE, CCW_ANY_LENGTH, (uint16_t)size, screen);
	program_run(device, ret);
}

/*
 * Somebody must have connected, and what the terminal says of that must have been told: only then is
 * something shown, once, for whoever sees it presses a key that must not be missed.
 */
static void show(const struct device *device, struct outcome *ret)
{
	struct interruption none;
	bool is_quiet;

	for (unsigned int i = 0; i < 120; i++) {
		erase_write(device, 1, ret);
		is_quiet = true;
		while (channel_wait(500, &none)) {
			is_quiet = false;
			(void)channel_tsch(device->subchannel, &ret->irb); /* whatever it was */
		}
		if (is_quiet && program_went_well(ret))
			break;
	}
	erase_write(device, sizeof(screen), ret);
}

static void await_key(const struct device *device, uint32_t parameter)
{
	struct outcome outcome = { .condition = 0 };
	uint32_t start = (uint32_t)(uintptr_t)program_start();
	const struct scsw *scsw = &outcome.irb.scsw;

	/* what the terminal said of being connected may still be told, with nothing pending any more */
	for (unsigned int i = 0; i < TOLD_BEFORE && scsw->device != DEVICE_ATTENTION; i++)
		if (!program_await(device, parameter, KEY_WAIT_MS, &outcome))
			break;
	program_report(outcome.has_ended && outcome.is_told_right &&
			       scsw->device == DEVICE_ATTENTION &&
			       (scsw->control & SCSW_STATUS_MASK) == (SCSW_ALERT | SCSW_PENDING),
		       device, "a key was pressed", &outcome);
	/* not meaningful then, but nobody else's address either */
	REPORT(!scsw->ccw || (scsw->ccw >= start && scsw->ccw <= start + 8),
	       "%s: and no foreign address is told", device->name);
}

static void read_typed(const struct device *device)
{
	struct outcome outcome;

	memset(area, 0, sizeof(area));
	program_begin();
	program_add(COMMAND_READ_MODIFIED, CCW_ANY_LENGTH, sizeof(area), area);
	program_run(device, &outcome);
	program_report(program_went_well(&outcome), device, "Read Modified", &outcome);
	REPORT(area[0] == AID_ENTER, "%s: typed: %b", device->name, area, 20);
}

void check_terminal(const struct device *device)
{
	struct outcome outcome;
	struct schib schib;

	show(device, &outcome);
	program_report(program_went_well(&outcome), device, "Erase/Write", &outcome);
	(void)channel_stsch(device->subchannel, &schib);
	await_key(device, schib.pmcw.parameter);
	read_typed(device);
}
