/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the manual page ccwctl(1): the table as troff reads it, and what is true of all verbs. Runs on the machine
 * that builds, so it knows no library.
 */
#include <string.h>

#include "manual.h"
#include "option.h"

/* Text as it stands: nothing in it is a request or an escape of troff. */
static void print_escaped(FILE *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		bool is_first = !i || text[i - 1] == '\n';

		if (is_first && (text[i] == '.' || text[i] == '\''))
			fputs("\\&", out);
		if (text[i] == '\\')
			fputs("\\e", out);
		else if (text[i] == '-')
			fputs("\\-", out);
		else if (text[i] == '\'')
			fputs("\\(aq", out);
		else
			fputc(text[i], out);
	}
}

static void print_line(FILE *out, const char *text)
{
	print_escaped(out, text, strlen(text));
	fputc('\n', out);
}

/* An empty line is a new paragraph. */
static void print_text(FILE *out, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length)
			print_escaped(out, text, length);
		else
			fputs(".PP", out);
		fputc('\n', out);
		text += length + (text[length] == '\n');
	}
}

static void print_examples(FILE *out, const char *text)
{
	if (!*text)
		return;
	fputs(".PP\n.RS 4\n.nf\n", out);
	print_escaped(out, text, strlen(text));
	fputs(".fi\n.RE\n", out);
}

static void print_option(FILE *out, const struct option_row *row)
{
	fputs(".TP\n", out);
	if (row->letter)
		fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
	fputs("\\fB\\-\\-", out);
	print_escaped(out, row->name, strlen(row->name));
	fputs("\\fR", out);
	if (row->argument)
		fprintf(out, row->implied ? "[=\\fI%s\\fR]" : "=\\fI%s\\fR", row->argument);
	fputc('\n', out);
	print_line(out, row->help);
}

static void print_verb(FILE *out, const struct verb *verb)
{
	fprintf(out, ".SS ");
	print_escaped(out, verb->name, strlen(verb->name));
	fputc(' ', out);
	print_line(out, verb->words);
	print_text(out, verb->text);
	for (const struct option_row *row = option_table; row->name; row++)
		if (!row->is_general && option_is_of(row, verb))
			print_option(out, row);
	print_examples(out, verb->examples);
	if (*verb->exits)
		fprintf(out, ".PP\nOwn exit statuses: %s.\n", verb->exits);
}

static void print_exits(FILE *out)
{
	fputs(".SH EXIT STATUS\n"
	      "These numbers keep their meaning. Each verb names those that it has besides 0, 1, 2 and 69.\n",
	      out);
	for (const struct option_exit *row = option_exits; row->help; row++) {
		fprintf(out, ".TP\n%d\n", (int)row->code);
		print_line(out, row->help);
	}
	fputs(".PP\nOnce \\fBrun\\fR has started its command, the status is the command\\(aqs.\n",
	      out);
}

static const char head[] =
	".SH NAME\nccwctl \\- uses channel devices that ccwbrokerd hands out\n"
	".SH SYNOPSIS\n\\fBccwctl\\fR [\\fIOPTION\\fR]... [\\fIVERB\\fR] [\\fIARGUMENT\\fR]...\n"
	".SH DESCRIPTION\n"
	"Shows channel devices, has them handed out for the life of a command or of one channel\n"
	"program, and says who has which and who may. Everybody may ask; the policy of\n"
	".BR ccwbrokerd (8)\nsays who gets what. Options may stand anywhere before \\-\\-.\n"
	"Results go to standard output, complaints to standard error. Without a verb: list.\n"
	".SH DEVICES\n"
	"\\fIDEV\\fR is a device id, 0.0.0580, or 0580, 580 or 0x580 for the same; a range, 0.0.0580\\-0.0.058f or\n"
	"580\\-58f, which stands for the devices of it that are there; a node such as /dev/ntape0 or /dev/dasda; a\n"
	"subchannel, schid:0.0.0003; or a list of these, 580,590\\-592. With \\fB\\-\\-by\\-path\\fR it is a\n"
	"subchannel, 0.0.0003, or a channel path, 0.40, which stands for all devices that are reached by it.\n"
	"One call is about at most 256 devices, each once. A verb that takes one \\fIDEV\\fR takes what\n"
	"stands for one device.\n"
	".SH QUESTIONS AND DRY RUNS\n"
	"What hurts others or cannot simply be taken back, \\fB\\-\\-force\\fR, \\fBundefine\\fR, and the end of\n"
	"somebody else\\(aqs lease, is asked for first when standard input and standard error are terminals; anything\n"
	"but y or yes is status 16, and nothing is done. Nothing is asked elsewhere, as by\n.BR rm (1),\n"
	"or with \\fB\\-\\-yes\\fR: a script goes on.\n"
	".PP\nWith \\fB\\-\\-dry\\-run\\fR the broker checks all that it would check, permission too, and changes nothing;\n"
	"ccwctl prints what would be done, or complains as it would, with the same status. Nobody is asked for a\n"
	"password then: where polkit would ask, that is status 4. What only the attempt shows, as a driver that does not\n"
	"take the device, is not foreseen, and a device on its way back is not waited for. What reload would say,\n"
	"\\fBpolicy check\\fR does.\n";

static const char tail[] =
	".SH ENVIRONMENT\n"
	".TP\nNO_COLOR\nWhen it is set and not empty, nothing is bold or coloured on a terminal.\n"
	".TP\nDBUS_SYSTEM_BUS_ADDRESS\nAnother bus than the system\\(aqs.\n"
	".SH SEE ALSO\n"
	".BR ccwbrokerd (8),\n.BR ccwbroker.policy (5),\n.BR ccwbroker\\-qemu (7),\n"
	".BR org.ccwbroker1 (5),\n.BR sd_listen_fds_with_names (3)\n";

void manual_print(FILE *out)
{
	fputs(".\\\" SPDX-License-Identifier: LGPL-2.1-or-later\n"
	      ".\\\" Copyright the ccwbroker authors\n"
	      ".TH CCWCTL 1 \"\" \"ccwbroker " PACKAGE_VERSION "\"\n",
	      out);
	fputs(head, out);
	fputs(".SH VERBS\n", out);
	for (const struct verb *const *verb = option_verbs; *verb; verb++)
		print_verb(out, *verb);
	fputs(".SH OPTIONS\nOf every verb:\n", out);
	for (const struct option_row *row = option_table; row->name; row++)
		if (row->is_general)
			print_option(out, row);
	print_exits(out);
	fputs(tail, out);
}
