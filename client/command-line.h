/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "macro.h"
#include "verb.h"

struct command_line {
	const struct verb *verb; /* NULL: none was named */
	unsigned int number;	 /* which of the list */
	struct options options;
	struct arguments arguments; /* in argv, whose order has changed */
};

/*
 * Reads what main() got, up to the first "--" in any order; complains itself, and says how ccwctl is
 * used. With --help or --version nothing but the options and the verb is looked at.
 */
_must_check_ enum exit_code command_line_parse(int argc, char **argv, struct command_line *ret);
