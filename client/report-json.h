/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "macro.h"
#include "verb.h"

struct report;

/* One object as doc/ccwctl.md defines it. */
_must_check_ enum exit_code report_json_print(const struct report *report, FILE *out, bool ebcdic,
					      enum json_mode mode);
