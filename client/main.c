/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from the command line to the verb, and the last look at standard output.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "command-line.h"
#include "help.h"

#define VERB_RUN(name) verb_##name,
static enum exit_code (*const runs[])(const struct options *options,
				      const struct arguments *arguments) = { VERBS(VERB_RUN) };
#undef VERB_RUN

static enum exit_code finish_output(enum exit_code code)
{
	if (fflush(stdout) >= 0 && !ferror(stdout))
		return code;
	call_complain("cannot write to standard output: %s", strerror(errno));
	return code ? code : EXIT_CODE_FAILURE;
}

static enum exit_code dispatch(const struct command_line *line)
{
	if (line->options.version)
		puts("ccwctl " PACKAGE_VERSION);
	else if (line->options.help && line->verb)
		help_print_verb(stdout, line->verb);
	else if (line->options.help)
		help_print(stdout);
	else
		return runs[line->number](&line->options, &line->arguments);
	return EXIT_CODE_OK;
}

int main(int argc, char **argv)
{
	struct command_line line;
	enum exit_code code;

	code = command_line_parse(argc, argv, &line);
	return (int)(code ? code : finish_output(dispatch(&line)));
}
