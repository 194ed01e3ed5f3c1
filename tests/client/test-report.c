/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/report.c: golden text for good ends, unit checks, refusals. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ccwbroker.h"
#include "check-main.h"
#include "macro.h"
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

	sample->report.irb.device_status |= CCWB_IRB_DEVICE_UNIT_CHECK;
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

	sample->report.irb = (struct ccwb_irb){ .condition_code = 3 };
	memcpy(sample->after, sample->before, sample->size);
	expect_text(&sample->report, false,
		    "CCW 1: command 02, no data read (of 80 bytes)\n"
		    "status: deferred condition code 3, no channel path works\n");
	ck_assert_int_eq(report_exit_code(&sample->report), EXIT_CODE_FAILURE);
	report_sample_free(sample);
}
END_TEST

/* On standard error, as one complaint; nothing on out. */
static void expect_complaint(const struct report *report, const char *text)
{
	_cleanup_close_ int saved = dup(STDERR_FILENO);
	char got[256] = {};
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_ge(dup2(fds[1], STDERR_FILENO), 0);
	expect_text(report, false, "");
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	close(fds[1]);
	ck_assert_int_gt(read(fds[0], got, sizeof(got) - 1), 0);
	close(fds[0]);
	ck_assert_str_eq(got, text);
	ck_assert_int_eq(report_exit_code(report), report->failure.number == -ETIMEDOUT
							   ? EXIT_CODE_TIMEOUT
							   : EXIT_CODE_FAILURE);
}

START_TEST(test_what_keeps_a_program_from_its_end)
{
	struct report_sample *sample = report_sample_label();
	struct report *report = &sample->report;

	report->failure = (struct ccwb_error){
		.number = -EINVAL,
		.refusal = CCWBROKER_REFUSED_CCW_INVALID,
		.refused_ccw = REPORT_SAMPLE_IOVA + 8,
		.text = "0.0.0580: refused",
	};
	ck_assert_int_eq(report_refused_ccw(report), 1);
	expect_complaint(report, "ccwctl: 0.0.0580: refused\n");
	report->failure.refused_ccw = REPORT_SAMPLE_IOVA + 16;
	ck_assert_int_eq(report_refused_ccw(report), -1);
	report->failure.refused_ccw = 0;
	ck_assert_int_eq(report_refused_ccw(report), -1);
	report->failure = (struct ccwb_error){ .number = -ETIMEDOUT, .text = "too long" };
	expect_complaint(report, "ccwctl: too long; see --timeout\n");
	report_sample_free(sample);
}
END_TEST

CHECK_MAIN("report", test_a_label_in_ebcdic, test_a_unit_check_with_sense,
	   test_a_length_that_is_not_reported, test_a_deferred_condition_code,
	   test_what_keeps_a_program_from_its_end)
