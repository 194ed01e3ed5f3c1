/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns one finished program for the tests of the reports.
 */
#include <libccwbroker.h>
#include <stdlib.h>
#include <string.h>

#include "check-main.h"
#include "ebcdic.h"
#include "report-sample.h"

struct report_sample *report_sample_label(void)
{
	struct report_sample *sample = calloc(1, sizeof(*sample));

	ck_assert_ptr_nonnull(sample);
	ck_assert_int_eq(ccwb_program_new(&sample->program), 0);
	ck_assert_int_ge(ccwb_program_add(sample->program, 0x07, 0), 0);
	ck_assert_int_ge(ccwb_program_add_read(sample->program, 0x02, CCWB_SLI, 80), 0);
	sample->size = ccwb_program_place(sample->program);
	sample->before = calloc(1, sample->size);
	sample->after = calloc(1, sample->size);
	ck_assert(sample->before && sample->after);
	ck_assert_int_eq(
		ebcdic_from_ascii("VOL1ABC123",
				  sample->after + ccwb_program_get(sample->program, 1)->offset, 10),
		0);
	sample->report = (struct report){
		.device = "0.0.0580",
		.device_type = "3490/50",
		.program = sample->program,
		.iova = REPORT_SAMPLE_IOVA,
		.before = sample->before,
		.after = sample->after,
		.irb = {
			.control = CCWB_IRB_CONTROL_START | CCWB_IRB_CONTROL_PRIMARY |
				   CCWB_IRB_CONTROL_SECONDARY | CCWB_IRB_CONTROL_STATUS_PENDING,
			.ccw_address = REPORT_SAMPLE_IOVA + 16,
			.device_status = CCWB_IRB_DEVICE_CHANNEL_END | CCWB_IRB_DEVICE_DEVICE_END,
			.residual = 70,
			.has_ccw_address = true,
			.has_residual = true,
		},
	};
	return sample;
}

void report_sample_free(struct report_sample *sample)
{
	ccwb_program_free(sample->program);
	free(sample->before);
	free(sample->after);
	free(sample);
}
