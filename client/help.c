/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl --help` and `ccwctl VERB --help`: the table as people read it on a terminal.
 */
#include <string.h>

#include "help.h"
#include "option.h"

#define HELP_COLUMN 36

/* Texts that begin a column, or a line of their own where what stands before is too long */
static void print_column(FILE *out, int printed, const char *text)
{
	if (printed >= HELP_COLUMN) {
		fputc('\n', out);
		printed = 0;
	}
	fprintf(out, "%*s%s\n", HELP_COLUMN - printed, "", text);
}

/* Beside those of other verbs it is told whose row it is where a name means something else with one. */
static void print_option(FILE *out, const struct option_row *row, bool has_verb)
{
	int n = row->letter ? fprintf(out, "  -%c, --%s", row->letter, row->name)
			    : fprintf(out, "      --%s", row->name);

	if (row->argument)
		n += fprintf(out, row->implied ? "[=%s]" : "=%s", row->argument);
	if (has_verb || !row->verb)
		print_column(out, n, row->help);
	else
		fprintf(out, "%*s%s: %s\n", HELP_COLUMN - n, "", row->verb, row->help);
}

static void print_exits(FILE *out, const struct verb *verb)
{
	fputs("\nExit status (0 done, 1 failed, 2 wrong usage, 69 no daemon; and):\n", out);
	for (const struct option_exit *row = option_exits; row->help; row++) {
		const char *list = verb->exits, *word;
		size_t length;

		while ((length = option_next_word(&list, &word)) > 0)
			if (strtoul(word, NULL, 10) == row->code)
				fprintf(out, "  %-4d%s\n", (int)row->code, row->help);
	}
}

static void print_indented(FILE *out, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		fprintf(out, "  %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

void help_print(FILE *out)
{
	fputs("ccwctl [OPTION]... [VERB] [ARGUMENT]...\n\n"
	      "Uses channel devices that ccwbrokerd hands out.\n",
	      out);
	for (const struct verb *const *verb = option_verbs; *verb; verb++) {
		if ((*verb)->group)
			fprintf(out, "\n%s:\n", (*verb)->group);
		print_column(out, fprintf(out, "  %s %s", (*verb)->name, (*verb)->words),
			     (*verb)->help);
	}
	fputs("\nOptions, each of some verbs:\n", out);
	for (const struct option_row *row = option_table; row->name; row++)
		print_option(out, row, false);
	fputs("\nDEV is a device id, 0.0.0580 or 580 for the same; a range, 580-58f; a node, /dev/dasda;\n"
	      "or several of these with commas between.\n"
	      "To begin with: ccwctl; ccwctl check DEV; ccwctl run DEV -- COMMAND.\n"
	      "More: ccwctl VERB --help, and ccwctl(1), which also has the exit statuses.\n",
	      out);
}

void help_print_verb(FILE *out, const struct verb *verb)
{
	fprintf(out, "ccwctl %s%s%s\n\n%s\n", verb->name, *verb->words ? " " : "", verb->words,
		verb->text);
	fputs("\nOptions:\n", out);
	for (const struct option_row *row = option_table; row->name; row++)
		if (option_is_of(row, verb) && (!row->is_general || row->letter))
			print_option(out, row, true);
	if (*verb->examples) {
		fputs("\nExamples:\n", out);
		print_indented(out, verb->examples);
	}
	if (*verb->exits)
		print_exits(out, verb);
}

enum exit_code help_usage(const struct verb *verb)
{
	if (verb)
		fprintf(stderr, "usage: ccwctl %s%s%s     (ccwctl %s --help)\n", verb->name,
			*verb->words ? " " : "", verb->words, verb->name);
	else
		fputs("usage: ccwctl [OPTION]... [VERB] [ARGUMENT]...     (ccwctl --help)\n",
		      stderr);
	return EXIT_CODE_USAGE;
}
