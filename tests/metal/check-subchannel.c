/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What STORE SUBCHANNEL and MODIFY SUBCHANNEL say and do, and what a subchannel that is not
 * enabled answers.
 */
#include "check.h"

#include "console.h"
#include "report.h"

#define PARAMETER 0x5eed0000

void check_subchannel(struct device *device)
{
	const struct pmcw *pmcw;
	struct schib schib;
	int cc = channel_stsch(device->subchannel, &schib);

	pmcw = &schib.pmcw;
	REPORT(cc == 0 && pmcw->flags == PMCW_VALID,
	       "%s: store subchannel: cc %u flags %x device %x", device->name, cc, pmcw->flags,
	       pmcw->device);
	/* the logical path mask is the guest's to set: see check_enable */
	REPORT(pmcw->pim && pmcw->pam == pmcw->pim && !pmcw->pnom,
	       "%s: paths: pnom %x lpum %x pim %x pom %x pam %x chpid %b", device->name, pmcw->pnom,
	       pmcw->lpum, pmcw->pim, pmcw->pom, pmcw->pam, pmcw->chpid, 8);
	REPORT(!(schib.scsw.control | schib.scsw.device | schib.scsw.subchannel),
	       "%s: nothing has happened on it yet: control %x device %x subchannel %x",
	       device->name, schib.scsw.control, schib.scsw.device, schib.scsw.subchannel);
}

void check_not_enabled(const struct device *device)
{
	struct irb irb;
	struct orb orb;

	program_begin();
	program_add(COMMAND_NOP, 0, 1, 0);
	program_orb(&orb);
	REPORT(channel_ssch(device->subchannel, &orb) == 3, "%s: not enabled: start is cc 3",
	       device->name);
	REPORT(channel_hsch(device->subchannel) == 3, "%s: not enabled: halt is cc 3",
	       device->name);
	REPORT(channel_csch(device->subchannel) == 3, "%s: not enabled: clear is cc 3",
	       device->name);
	REPORT(channel_xsch(device->subchannel) == 3, "%s: not enabled: cancel is cc 3",
	       device->name);
	REPORT(channel_tsch(device->subchannel, &irb) == 3, "%s: not enabled: test is cc 3",
	       device->name);
}

void check_enable(struct device *device)
{
	struct schib schib, after;
	int cc;

	(void)channel_stsch(device->subchannel, &schib); /* seen to work above */
	schib.pmcw.parameter = PARAMETER | device->subclass;
	schib.pmcw.flags = PMCW_VALID | PMCW_ENABLED | device->subclass << PMCW_ISC_SHIFT;
	schib.pmcw.lpm = schib.pmcw.pim;
	schib.pmcw.characteristics |= PMCW_CONCURRENT_SENSE;
	cc = channel_msch(device->subchannel, &schib);
	(void)channel_stsch(device->subchannel, &after); /* compared below */
	REPORT(cc == 0 && after.pmcw.flags == schib.pmcw.flags &&
		       after.pmcw.parameter == schib.pmcw.parameter,
	       "%s: modify subchannel: cc %u flags %x parameter %x lpm %x characteristics %x",
	       device->name, cc, after.pmcw.flags, after.pmcw.parameter, after.pmcw.lpm,
	       after.pmcw.characteristics);
}
