/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "macro.h"

/* How long something may take before the terminal hears of it, and how often it does then. */
#define PROGRESS_USEC 1000000

/* A line on the terminal about what takes long. */
struct progress {
	const char *what; /* "bind 0.0.0580"; the caller's */
	uint64_t started_usec, shown_usec;
	bool is_wanted; /* there is somebody to read it */
	bool is_shown;
};

struct progress progress_start(const char *what);

/* How long until it is to be shown again; UINT64_MAX: never. */
uint64_t progress_wait_usec(const struct progress *progress);

/* Shows it when it is time, as "WHAT: STATE, 3 s, 40 %"; percent -1: not known. */
void progress_show(struct progress *progress, const char *state, int percent);

/* Takes the line away, for what is to stand there now. */
void progress_clear(struct progress *progress);
