/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns one finished program for the tests of the reports.
 */
#include <stdlib.h>
#include <string.h>

#include "check-main.h"
#include "ebcdic.h"
#include "program.h"
#include "report-sample.h"

struct report_sample *report_sample_label(void)
{
	struct report_sample *sample = calloc(1, sizeof(*sample));

	ck_assert_ptr_nonnull(sample);
	ck_assert_int_eq(program_new(&sample->program), 0);
	ck_assert_int_eq(program_add_plain(sample->program, 0x07, 0), 0);
	ck_assert_int_eq(program_add_store(sample->program, 0x02, PROGRAM_SLI, 80), 0);
	sample->size = program_place(sample->program);
	sample->before = calloc(1, sample->size);
	sample->after = calloc(1, sample->size);
	ck_assert(sample->before && sample->after);
	ck_assert_int_eq(ebcdic_from_ascii("VOL1ABC123",
					   sample->after + program_get(sample->program, 1)->offset,
					   10),
			 0);
	sample->report = (struct report){
		.device = "0.0.0580",
		.device_type = "3490/50",
		.program = sample->program,
		.iova = REPORT_SAMPLE_IOVA,
		.before = sample->before,
		.after = sample->after,
		.irb = {
			.control = IRB_CONTROL_START | IRB_CONTROL_PRIMARY |
				   IRB_CONTROL_SECONDARY | IRB_CONTROL_STATUS_PENDING,
			.ccw_address = REPORT_SAMPLE_IOVA + 16,
			.device_status = IRB_DEVICE_CHANNEL_END | IRB_DEVICE_DEVICE_END,
			.residual = 70,
			.has_ccw_address = true,
			.has_residual = true,
		},
	};
	return sample;
}

void report_sample_free(struct report_sample *sample)
{
	program_free(sample->program);
	free(sample->before);
	free(sample->after);
	free(sample);
}
