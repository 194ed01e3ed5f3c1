/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Writes what is installed beside ccwctl and made of its table: `documents man`, `documents bash`. Runs on the
 * machine that builds, by its compiler.
 */
#include <string.h>

#include "manual.h"
#include "shell.h"

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "man"))
		manual_print(stdout);
	else if (argc == 2 && !strcmp(argv[1], "bash"))
		shell_print_bash(stdout);
	else
		return 2;
	return fflush(stdout) < 0;
}
