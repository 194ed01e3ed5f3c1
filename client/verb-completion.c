/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl completion`: the completion script of a shell.
 */
#include <string.h>

#include "call.h"
#include "help.h"
#include "shell.h"

enum exit_code verb_completion(const struct options *options, const struct arguments *arguments)
{
	if (strcmp(arguments->words[0], "bash")) {
		call_complain("completion: there is one for bash, and none for \"%s\"",
			      arguments->words[0]);
		return help_usage(&row_completion);
	}
	shell_print_bash(stdout);
	return EXIT_CODE_OK;
}
