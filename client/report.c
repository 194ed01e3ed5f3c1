/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what `ccwctl io` tells people about a program that was run. The same for machines is in
 * report-json.c.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "ccwbroker.h"
#include "dump.h"
#include "outcome.h"
#include "program.h"
#include "report.h"
#include "sense.h"

#define INDENT "    "

enum exit_code report_exit_code(const struct report *report)
{
	return !report->error && irb_is_clean(&report->irb) ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}

int report_refused_ccw(const struct report *report)
{
	uint32_t distance = report->refusal.ccw - report->iova;

	if (!report->refusal.ccw || distance % PROGRAM_CCW_SIZE ||
	    distance / PROGRAM_CCW_SIZE >= program_count(report->program))
		return -1;
	return (int)(distance / PROGRAM_CCW_SIZE);
}

char *report_error_text(const struct report *report)
{
	int ccw = report_refused_ccw(report), n;
	unsigned int timeout_ms =
		report->timeout_ms ? report->timeout_ms : CCWBROKER_TIMEOUT_MS_DEFAULT;
	char *text;

	if (report->refusal.reason && ccw >= 0)
		n = asprintf(&text,
			     "the program was refused, nothing was started; CCW %d (%02x): %s", ccw,
			     program_get(report->program, (unsigned int)ccw)->command,
			     session_refusal_words(report->refusal.reason));
	else if (report->refusal.reason)
		n = asprintf(&text, "the program was refused, nothing was started: %s",
			     session_refusal_words(report->refusal.reason));
	else if (report->error == -ETIMEDOUT)
		n = asprintf(&text,
			     "the program did not end in %u.%03u s and was stopped; see --timeout",
			     timeout_ms / 1000, timeout_ms % 1000);
	else if (report->error == -EACCES || report->error == -ENODEV)
		n = asprintf(&text, "the device is gone or no channel path to it works: %s",
			     strerror(-report->error));
	else
		n = asprintf(&text, "the program was not run to its end: %s",
			     strerror(-report->error));
	return n < 0 ? NULL : text;
}

static void print_ccw(const struct report *report, unsigned int i, FILE *out, bool ebcdic)
{
	const struct program_ccw *ccw = program_get(report->program, i);
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
	const struct irb *irb = &report->irb;
	int last = outcome_last_ccw(report->program, irb, report->iova);
	unsigned int n = 0, iterator = 0;
	const char *word;

	fputs("status: ", out);
	if (irb->condition_code) {
		fprintf(out, "deferred condition code %u, %s\n", irb->condition_code,
			irb_condition_words(irb));
		return;
	}
	while ((word = irb_device_word(irb, &iterator)))
		print_word(out, &n, word);
	iterator = 0;
	while ((word = irb_subchannel_word(irb, &iterator)))
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
	enum sense_family family = sense_family_from_type(report->device_type);
	unsigned int n = 0, iterator = 0;
	const char *word;

	if (report->sense_source == REPORT_SENSE_NONE) {
		if (irb_is_unit_check(&report->irb))
			fputs("sense: none to be had\n", out);
		return;
	}
	fputs("sense: ", out);
	while ((word = sense_word(family, report->sense, report->sense_size, &iterator)))
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
	if (report->error) {
		_cleanup_free_ char *text = report_error_text(report);

		call_complain("%s: %s", report->device, text ? text : strerror(-report->error));
		return;
	}
	for (unsigned int i = 0; i < program_count(report->program); i++)
		print_ccw(report, i, out, ebcdic);
	print_status(report, out);
	print_sense(report, out);
}
