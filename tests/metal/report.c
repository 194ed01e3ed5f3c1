/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the report: its words and how many of its lines are not ok.
 */
#include "report.h"

static unsigned int n_lines, n_bad;

void report_begin(bool is_good)
{
	n_lines++;
	n_bad += !is_good;
	console_add(is_good ? "ok - " : "not ok - ");
}

/* Where the program was left; nothing when that is not said. */
static void add_ccw(uint32_t ccw, uint32_t program)
{
	if (ccw >= program && ccw - program <= 4096)
		console_add(" ccw +%u", ccw - program);
	else
		console_add(" ccw %x", ccw);
}

void report_scsw(const struct scsw *scsw, const void *program)
{
	uint16_t status = scsw->control & SCSW_STATUS_MASK;

	if (scsw->control & (SCSW_HALT | SCSW_CLEAR)) {
		console_add("control %x", scsw->control & ~(SCSW_STATUS_MASK & ~SCSW_PENDING));
		return;
	}
	console_add("flags %x control %x device %x subchannel %x", scsw->flags & ~SCSW_ESWF,
		    scsw->control, scsw->device, scsw->subchannel);
	if (status & SCSW_PRIMARY && !(scsw->subchannel & ~SUBCHANNEL_WRONG_LENGTH))
		console_add(" count %u", scsw->count);
	if (status & SCSW_PRIMARY)
		add_ccw(scsw->ccw, (uint32_t)(uintptr_t)program);
}

bool report_end(void)
{
	console_add("end - %u lines, %u not ok", n_lines, n_bad);
	console_end();
	return !n_bad;
}
