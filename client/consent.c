/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the question that a person is asked before something is done that hurts others. A script is not asked: it has
 * nobody to answer, and would stop in the middle.
 */
#include "consent.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "call.h"

static bool is_yes(const char *answer)
{
	return !strcmp(answer, "y\n") || !strcmp(answer, "yes\n");
}

enum exit_code consent_ask(const struct options *options, const char *format, ...)
{
	char answer[16] = "";
	va_list args;

	if (options->yes || options->dry_run || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return EXIT_CODE_OK;
	va_start(args, format);
	call_print_line(stderr, "ccwctl: ", format, args);
	va_end(args);
	fputs("Go on? [y/N] ", stderr);
	(void)fflush(stderr); /* without it the question is not seen, and is answered with no */
	if (fgets(answer, sizeof(answer), stdin) && is_yes(answer))
		return EXIT_CODE_OK;
	call_complain("nothing was done");
	return EXIT_CODE_ABORTED;
}
