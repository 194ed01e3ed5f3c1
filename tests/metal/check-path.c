/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Path masks of the ORB and of the subchannel.
 */
#include "check.h"

#include "console.h"
#include "report.h"

static uint8_t area[64] __attribute__((aligned(64)));

static void start_by(const struct device *device, uint8_t paths, struct outcome *ret)
{
	struct orb orb;

	program_begin();
	program_add(COMMAND_SENSE_ID, CCW_ANY_LENGTH, 7, area);
	program_orb(&orb);
	orb.flags = (orb.flags & ~ORB_PATHS) | (uint32_t)paths << ORB_PATHS_SHIFT;
	program_run_orb(device, &orb, ret);
}

/*
 * A channel says at once that there is no path; QEMU's own devices say it as a deferred code, and
 * leave that code standing in later status until the machine is reset: so nothing is reported of these
 * devices afterwards, and a Linux that asks one of them anew what it is takes it for unreachable.
 */
static void no_path(const struct device *device, uint8_t paths)
{
	struct outcome outcome;
	bool is_3;

	start_by(device, paths, &outcome);
	is_3 = outcome.condition == 3 ||
	       (outcome.has_ended && (outcome.irb.scsw.flags & SCSW_CC) == SCSW_CC);
	REPORT(is_3, "%s: paths %x: condition code 3%s", device->name, paths,
	       is_3 ? "" : " was not told");
}

static void last_path(const struct device *device, uint8_t path)
{
	struct schib schib;
	int cc = channel_stsch(device->subchannel, &schib);

	REPORT(cc == 0 && schib.pmcw.lpum == path && !schib.pmcw.pnom && schib.pmcw.pam & path,
	       "%s: the path last used: lpum %x, pnom %x, pam %x, pom %x", device->name,
	       schib.pmcw.lpum, schib.pmcw.pnom, schib.pmcw.pam, schib.pmcw.pom);
}

/* The subchannel's own mask can be changed, and is what it is when stored. */
static void logical_mask(const struct device *device)
{
	struct schib schib, after;
	int cc;

	(void)channel_stsch(device->subchannel, &schib); /* the report shows what it said */
	schib.pmcw.lpm = 0x40;
	cc = channel_msch(device->subchannel, &schib);
	(void)channel_stsch(device->subchannel, &after);
	REPORT(cc == 0, "%s: logical path mask 40: modify is cc %u, stored as %x", device->name, cc,
	       after.pmcw.lpm);
	schib.pmcw.lpm = schib.pmcw.pim;
	cc = channel_msch(device->subchannel, &schib);
	(void)channel_stsch(device->subchannel, &after);
	REPORT(cc == 0 && after.pmcw.lpm == schib.pmcw.pim,
	       "%s: logical path mask as installed: modify is cc %u, stored as %x", device->name,
	       cc, after.pmcw.lpm);
}

void check_paths(const struct device *device)
{
	struct outcome outcome;
	struct schib schib;

	(void)channel_stsch(device->subchannel, &schib);
	start_by(device, schib.pmcw.pim, &outcome);
	program_report(program_went_well(&outcome), device, "the installed path", &outcome);
	last_path(device, schib.pmcw.pim);
	start_by(device, 0xff, &outcome);
	program_report(program_went_well(&outcome), device, "all paths", &outcome);
	last_path(device, schib.pmcw.pim);
	logical_mask(device);
	start_by(device, 0x80, &outcome);
	program_report(program_went_well(&outcome), device, "path 80", &outcome);
}

void check_missing_paths(const struct device *device)
{
	struct outcome outcome;

	no_path(device, 0x7f);
	no_path(device, 0x01);
	no_path(device, 0x00);
	start_by(device, 0xff, &outcome);
	REPORT(outcome.condition == 0 && outcome.has_ended &&
		       outcome.irb.scsw.device == (DEVICE_CHANNEL_END | DEVICE_END),
	       "%s: and by all paths it works again", device->name);
}
