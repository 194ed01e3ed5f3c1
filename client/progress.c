/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the line that tells a person how long something has taken already. A script would have it in its log, and
 * gets none.
 */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_usec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

struct progress progress_start(const char *what)
{
	const char *terminal = getenv("TERM");
	uint64_t now = now_usec();

	return (struct progress){
		.what = what,
		.started_usec = now,
		.shown_usec = now,
		.is_wanted = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb"),
	};
}

uint64_t progress_wait_usec(const struct progress *progress)
{
	uint64_t due = progress->shown_usec + PROGRESS_USEC, now = now_usec();

	if (!progress->is_wanted)
		return UINT64_MAX;
	return due > now ? due - now : 0;
}

void progress_clear(struct progress *progress)
{
	if (progress->is_shown)
		fputs("\r\x1b[K", stderr);
	progress->is_shown = false;
}

void progress_show(struct progress *progress, const char *state, int percent)
{
	uint64_t now = now_usec();

	/* a timer and an answer between are not always a second apart */
	if (!progress->is_wanted || now < progress->shown_usec + PROGRESS_USEC / 10 * 9)
		return;
	progress_clear(progress);
	fprintf(stderr, "%s: %s, %u s", progress->what, state,
		(unsigned int)((now - progress->started_usec) / 1000000));
	if (percent >= 0)
		fprintf(stderr, ", %d %%", percent);
	progress->is_shown = true;
	progress->shown_usec = now;
	(void)fflush(stderr); /* what it says comes again in a second */
}
