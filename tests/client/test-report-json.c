/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/report-json.c: the objects that doc/ccwctl.md promises, letter by letter. */
#include <errno.h>
#include <libccwbroker.h>
#include <string.h>

#include "ccwbroker.h"
#include "check-main.h"
#include "report-json.h"
#include "report-sample.h"

static void expect_json(const struct report *report, bool ebcdic, const char *text)
{
	_cleanup_free_ char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(report_json_print(report, out, ebcdic, JSON_SHORT), EXIT_CODE_OK);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(got, text);
}

START_TEST(test_a_label)
{
	struct report_sample *sample = report_sample_label();

	expect_json(
		&sample->report, true,
		"{\"device\":\"0.0.0580\",\"ccws\":["
		"{\"ccw\":0,\"command\":\"07\",\"flags\":[],\"count\":0},"
		"{\"ccw\":1,\"command\":\"02\",\"flags\":[\"sli\"],\"count\":80,\"stored\":10,"
		"\"stored_is\":\"exact\",\"data\":\"e5d6d3f1c1c2c3f1f2f3\",\"text\":\"VOL1ABC123\"}],"
		"\"status\":{\"clean\":true,\"condition_code\":0,\"device_status\":12,"
		"\"subchannel_status\":0,\"device\":[\"channel end\",\"device end\"],"
		"\"subchannel\":[],\"control\":[\"start function\",\"primary status\","
		"\"secondary status\",\"status pending\"],\"last_ccw\":1,\"residual\":70},"
		"\"sense\":null}\n");
	report_sample_free(sample);
}
END_TEST

START_TEST(test_a_tic_has_a_target)
{
	struct report_sample *sample = report_sample_label();

	ck_assert_int_ge(ccwb_program_add_tic(sample->program, 0), 0);
	sample->report.irb = (struct ccwb_irb){ .condition_code = 1 };
	memcpy(sample->after, sample->before, sample->size);
	expect_json(&sample->report, false,
		    "{\"device\":\"0.0.0580\",\"ccws\":["
		    "{\"ccw\":0,\"command\":\"07\",\"flags\":[],\"count\":0},"
		    "{\"ccw\":1,\"command\":\"02\",\"flags\":[\"sli\"],\"count\":80,\"stored\":0,"
		    "\"stored_is\":\"exact\",\"data\":\"\"},"
		    "{\"ccw\":2,\"command\":\"08\",\"target\":0}],"
		    "\"status\":{\"clean\":false,\"condition_code\":1,\"device_status\":0,"
		    "\"subchannel_status\":0,\"device\":[],\"subchannel\":[],\"control\":[],"
		    "\"last_ccw\":null,\"residual\":null},\"sense\":null}\n");
	report_sample_free(sample);
}
END_TEST

START_TEST(test_sense)
{
	struct report_sample *sample = report_sample_label();
	_cleanup_free_ char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	sample->report.sense_source = REPORT_SENSE_COMMAND;
	sample->report.sense_size = 2;
	memcpy(sample->report.sense, "\x80\x02", 2);
	ck_assert_int_eq(report_json_print(&sample->report, out, false, JSON_SHORT), EXIT_CODE_OK);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_ptr_nonnull(strstr(
		got, "\"sense\":{\"source\":\"command\",\"data\":\"8002\",\"words\":[\"command "
		     "reject\",\"write protect\"]}}"));
	report_sample_free(sample);
}
END_TEST

START_TEST(test_a_refusal_has_no_status)
{
	struct report_sample *sample = report_sample_label();

	sample->report.failure = (struct ccwb_error){
		.number = -EPERM,
		.refusal = CCWBROKER_REFUSED_DATA_PROTECTED,
		.refused_ccw = REPORT_SAMPLE_IOVA + 8,
		.text = "0.0.0580: refused",
	};
	expect_json(
		&sample->report, false,
		"{\"device\":\"0.0.0580\",\"ccws\":["
		"{\"ccw\":0,\"command\":\"07\",\"flags\":[],\"count\":0},"
		"{\"ccw\":1,\"command\":\"02\",\"flags\":[\"sli\"],\"count\":80}],"
		"\"error\":{\"errno\":1,\"refusal\":12,\"ccw\":1,\"text\":\"0.0.0580: refused\"}}\n");
	report_sample_free(sample);
}
END_TEST

CHECK_MAIN("report-json", test_a_label, test_a_tic_has_a_target, test_sense,
	   test_a_refusal_has_no_status)
