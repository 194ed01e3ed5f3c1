/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/report.c: golden text for good ends, unit checks, refusals. */
#include <errno.h>
#include <string.h>

#include "ccwbroker.h"
#include "check-main.h"
#include "report-sample.h"

static void expect_text(const struct report *report, bool ebcdic, const char *text)
{
	_cleanup_free_ char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	ck_assert_ptr_nonnull(out);
	report_print_text(report, out, ebcdic);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(got, text);
}

START_TEST(test_a_label_in_ebcdic)
{
	struct report_sample *sample = report_sample_label();

	expect_text(&sample->report, true,
		    "CCW 1: command 02, 10 of 80 bytes read\n"
		    "    0000  e5 d6 d3 f1 c1 c2 c3 f1  f2 f3                    |VOL1ABC123|\n"
		    "status: channel end, device end; last CCW 1; residual count 70\n");
	ck_assert_int_eq(report_exit_code(&sample->report), EXIT_CODE_OK);
	report_sample_free(sample);
}
END_TEST

START_TEST(test_a_unit_check_with_sense)
{
	struct report_sample *sample = report_sample_label();

	sample->report.irb.device_status |= IRB_DEVICE_UNIT_CHECK;
	sample->report.irb.residual = 80;
	sample->report.sense_source = REPORT_SENSE_CONCURRENT;
	sample->report.sense_size = 2;
	memcpy(sample->report.sense, "\x40\x08", 2);
	expect_text(
		&sample->report, false,
		"CCW 1: command 02, no data read (of 80 bytes)\n"
		"status: channel end, device end, unit check; last CCW 1; residual count 80\n"
		"sense: intervention required, beginning of tape (2 bytes, came with the status)\n"
		"    0000  40 08                                             |@.|\n");
	ck_assert_int_eq(report_exit_code(&sample->report), EXIT_CODE_FAILURE);
	sample->report.sense_source = REPORT_SENSE_COMMAND;
	sample->report.sense[0] = 0;
	sample->report.sense[1] = 0;
	expect_text(&sample->report, false,
		    "CCW 1: command 02, no data read (of 80 bytes)\n"
		    "status: channel end, device end, unit check; last CCW 1; residual count 80\n"
		    "sense: no words for these bytes (2 bytes, read afterwards with command 04)\n"
		    "    0000  00 00                                             |..|\n");
	sample->report.sense_source = REPORT_SENSE_NONE;
	expect_text(&sample->report, false,
		    "CCW 1: command 02, no data read (of 80 bytes)\n"
		    "status: channel end, device end, unit check; last CCW 1; residual count 80\n"
		    "sense: none to be had\n");
	report_sample_free(sample);
}
END_TEST

START_TEST(test_a_length_that_is_not_reported)
{
	struct report_sample *sample = report_sample_label();

	sample->report.irb.ccw_address = 0;
	sample->report.irb.has_residual = false;
	expect_text(
		&sample->report, false,
		"CCW 1: command 02, at least 10 of 80 bytes read (the channel counts only the last CCW)\n"
		"    0000  e5 d6 d3 f1 c1 c2 c3 f1  f2 f3                    |..........|\n"
		"status: channel end, device end\n");
	report_sample_free(sample);
}
END_TEST

START_TEST(test_a_deferred_condition_code)
{
	struct report_sample *sample = report_sample_label();

	sample->report.irb = (struct irb){ .condition_code = 3 };
	memcpy(sample->after, sample->before, sample->size);
	expect_text(&sample->report, false,
		    "CCW 1: command 02, no data read (of 80 bytes)\n"
		    "status: deferred condition code 3, no channel path works\n");
	ck_assert_int_eq(report_exit_code(&sample->report), EXIT_CODE_FAILURE);
	report_sample_free(sample);
}
END_TEST

static void expect_error(const struct report *report, const char *text)
{
	_cleanup_free_ char *got = report_error_text(report);

	ck_assert_ptr_nonnull(got);
	ck_assert_str_eq(got, text);
	ck_assert_int_eq(report_exit_code(report), EXIT_CODE_FAILURE);
	expect_text(report, false, "");
}

START_TEST(test_what_keeps_a_program_from_its_end)
{
	struct report_sample *sample = report_sample_label();
	struct report *report = &sample->report;

	report->error = -EINVAL;
	report->refusal = (struct session_refusal){ .reason = CCWBROKER_REFUSED_CCW_INVALID,
						    .ccw = REPORT_SAMPLE_IOVA + 8 };
	ck_assert_int_eq(report_refused_ccw(report), 1);
	expect_error(report, "the program was refused, nothing was started; CCW 1 (02): the "
			     "channel knows no such command code or combination of flags");
	report->refusal.ccw = REPORT_SAMPLE_IOVA + 16;
	ck_assert_int_eq(report_refused_ccw(report), -1);
	report->refusal.ccw = 0;
	expect_error(report, "the program was refused, nothing was started: the channel knows no "
			     "such command code or combination of flags");
	report->refusal.reason = CCWBROKER_REFUSED_NOT;
	report->error = -ETIMEDOUT;
	expect_error(report, "the program did not end in 30.000 s and was stopped; see --timeout");
	report->timeout_ms = 1500;
	expect_error(report, "the program did not end in 1.500 s and was stopped; see --timeout");
	report->error = -ENODEV;
	expect_error(report, "the device is gone or no channel path to it works: No such device");
	report->error = -EIO;
	expect_error(report, "the program was not run to its end: Input/output error");
	report_sample_free(sample);
}
END_TEST

CHECK_MAIN("report", test_a_label_in_ebcdic, test_a_unit_check_with_sense,
	   test_a_length_that_is_not_reported, test_a_deferred_condition_code,
	   test_what_keeps_a_program_from_its_end)
