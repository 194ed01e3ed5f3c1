/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdio.h>

#include "verb.h"

/* All verbs and options. */
void help_print(FILE *out);

/* All about one verb. */
void help_print_verb(FILE *out, const struct verb *verb);

/* One line on standard error, after a complaint; NULL for ccwctl as such. Returns EXIT_CODE_USAGE. */
enum exit_code help_usage(const struct verb *verb);
