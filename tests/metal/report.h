/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "channel.h"
#include "console.h"

/*
 * One line of the report: whether all is well, and what was seen. What was seen stands in the line
 * in either case: reports of two machines are compared as text.
 */
#define REPORT(is_good, ...)                                                                       \
	do {                                                                                       \
		report_begin(is_good);                                                             \
		console_add(__VA_ARGS__);                                                          \
		console_end();                                                                     \
	} while (0)

/* For what the bare emulator is known to get wrong: "apart, ok - " or "apart, not ok - ", not counted. */
#define REPORT_APART(is_good, ...)                                                                 \
	do {                                                                                       \
		console_add((is_good) ? "apart, ok - " : "apart, not ok - ");                      \
		console_add(__VA_ARGS__);                                                          \
		console_end();                                                                     \
	} while (0)

/* "ok - " or "not ok - ", to be gone on with by console_add and console_end. */
void report_begin(bool is_good);

/*
 * Adds what an SCSW says, as far as it says anything: no count and no CCW address that are not
 * meaningful, and after halt or clear only the function and that status is pending. The CCW address
 * is counted from program. The format of the ESW is left out: it is that of whoever took the
 * interruption.
 */
void report_scsw(const struct scsw *scsw, const void *program);

/* The last line. Whether all was well. */
bool report_end(void);
