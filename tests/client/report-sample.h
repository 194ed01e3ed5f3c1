/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "report.h"

#define REPORT_SAMPLE_IOVA 0x10000U

struct report_sample {
	struct report report;
	struct ccwb_program *program;
	size_t size;
	uint8_t *before;
	uint8_t *after;
};

/* "07" and "02,sli:80" on a tape that has sent the ten bytes VOL1ABC123. */
struct report_sample *report_sample_label(void);

void report_sample_free(struct report_sample *sample);
