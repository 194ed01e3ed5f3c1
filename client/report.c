/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what `ccwctl io` tells people about a program that was run. The same for machines is in
 * report-json.c.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "dump.h"
#include "outcome.h"
#include "report.h"

#define INDENT "    "

enum exit_code report_exit_code(const struct report *report)
{
	if (report->failure.number == -ETIMEDOUT)
		return EXIT_CODE_TIMEOUT;
	return !report->failure.number && ccwb_irb_is_clean(&report->irb) ? EXIT_CODE_OK
									  : EXIT_CODE_FAILURE;
}

int report_refused_ccw(const struct report *report)
{
	uint32_t distance = report->failure.refused_ccw - report->iova;

	if (!report->failure.refused_ccw || distance % CCWB_PROGRAM_CCW_SIZE ||
	    distance / CCWB_PROGRAM_CCW_SIZE >= ccwb_program_count(report->program))
		return -1;
	return (int)(distance / CCWB_PROGRAM_CCW_SIZE);
}

static void print_ccw(const struct report *report, unsigned int i, FILE *out, bool ebcdic)
{
	const struct ccwb_ccw *ccw = ccwb_program_get(report->program, i);
	struct outcome outcome = outcome_get(report->program, i, &report->irb, report->iova,
					     report->before, report->after);

	switch (outcome.kind) {
	case OUTCOME_NO_STORE:
		return;
	case OUTCOME_NOTHING:
		fprintf(out, "CCW %u: command %02x, no data read (of %u bytes)\n", i, ccw->command,
			ccw->count);
		return;
	case OUTCOME_EXACT:
		fprintf(out, "CCW %u: command %02x, %zu of %u bytes read\n", i, ccw->command,
			outcome.length, ccw->count);
		break;
	case OUTCOME_AT_LEAST:
		fprintf(out,
			"CCW %u: command %02x, at least %zu of %u bytes read (the channel counts only the last CCW)\n",
			i, ccw->command, outcome.length, ccw->count);
		break;
	}
	dump_print(out, INDENT, report->after + outcome.offset, outcome.length, ebcdic);
}

static void print_word(FILE *out, unsigned int *n, const char *word)
{
	fprintf(out, "%s%s", (*n)++ ? ", " : "", word);
}

static void print_status(const struct report *report, FILE *out)
{
	const struct ccwb_irb *irb = &report->irb;
	int last = ccwb_program_last(report->program, irb, report->iova);
	unsigned int n = 0, iterator = 0;
	const char *word;

	fputs("status: ", out);
	if (irb->condition_code) {
		fprintf(out, "deferred condition code %u, %s\n", irb->condition_code,
			ccwb_irb_condition_words(irb));
		return;
	}
	while ((word = ccwb_irb_device_word(irb, &iterator)))
		print_word(out, &n, word);
	iterator = 0;
	while ((word = ccwb_irb_subchannel_word(irb, &iterator)))
		print_word(out, &n, word);
	if (!n)
		print_word(out, &n, "none");
	if (last >= 0)
		fprintf(out, "; last CCW %d", last);
	if (irb->has_residual)
		fprintf(out, "; residual count %u", irb->residual);
	fputc('\n', out);
}

static void print_sense(const struct report *report, FILE *out)
{
	enum ccwb_sense_family family = ccwb_sense_family_from_type(report->device_type);
	unsigned int n = 0, iterator = 0;
	const char *word;

	if (report->sense_source == REPORT_SENSE_NONE) {
		if (ccwb_irb_is_unit_check(&report->irb))
			fputs("sense: none to be had\n", out);
		return;
	}
	fputs("sense: ", out);
	while ((word = ccwb_sense_word(family, report->sense, report->sense_size, &iterator)))
		print_word(out, &n, word);
	if (!n)
		print_word(out, &n, "no words for these bytes");
	fprintf(out, " (%zu bytes, %s)\n", report->sense_size,
		report->sense_source == REPORT_SENSE_CONCURRENT
			? "came with the status"
			: "read afterwards with command 04");
	dump_print(out, INDENT, report->sense, report->sense_size, false);
}

void report_print_text(const struct report *report, FILE *out, bool ebcdic)
{
	if (report->failure.number) {
		call_complain("%s%s", report->failure.text,
			      report->failure.number == -ETIMEDOUT ? "; see --timeout" : "");
		return;
	}
	for (unsigned int i = 0; i < ccwb_program_count(report->program); i++)
		print_ccw(report, i, out, ebcdic);
	print_status(report, out);
	print_sense(report, out);
}
