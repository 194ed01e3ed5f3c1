// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rounds.h"

#define TRIAL	     30 /* programs before the first round: also the warm-up */
#define PROGRAMS_MAX 1000000

uint64_t rounds_now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* always there */
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

int rounds_parse(struct rounds *rounds, int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "slot-ms", required_argument, NULL, 's' },
		{ "only", required_argument, NULL, 'o' },
		{},
	};
	int c;

	*rounds = (struct rounds){ .count = 15, .slot_ms = 50, .only = "*" };
	while ((c = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
		if (c == 'r')
			rounds->count = (unsigned int)atoi(optarg);
		else if (c == 's')
			rounds->slot_ms = (unsigned int)atoi(optarg);
		else if (c == 'o')
			rounds->only = optarg;
		else
			return -EINVAL;
	}
	return optind;
}

void rounds_add(struct rounds *rounds, const struct row *row)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/%s", row->program, row->way);
	if (!fnmatch(rounds->only, name, FNM_EXTMATCH) && rounds->n_rows < ROUNDS_ROWS_MAX)
		rounds->rows[rounds->n_rows++] = *row;
}

static int row_run(struct row *row, unsigned int programs, uint64_t *ret_ns)
{
	int r = row->run(row, programs, ret_ns);

	if (r < 0)
		fprintf(stderr, "%s by %s: %s\n", row->program, row->way, strerror(-r));
	return r;
}

/* How many programs fill a slot. */
static int row_try(struct row *row, unsigned int slot_ms)
{
	unsigned int most = row->programs_max ?: PROGRAMS_MAX;
	uint64_t ns, programs;
	int r;

	r = row_run(row, TRIAL < most ? TRIAL : most, &ns);
	if (r < 0)
		return r;
	programs = slot_ms * UINT64_C(1000000) / (ns / TRIAL + 1) + 1;
	row->programs = programs < most ? (unsigned int)programs : most;
	return 0;
}

static int round_run(struct rounds *rounds, unsigned int round)
{
	struct row *row;
	uint64_t ns;
	int r;

	for (unsigned int i = 0; i < rounds->n_rows; i++) {
		row = &rounds->rows[round % 2 ? i : rounds->n_rows - 1 - i];
		r = row_run(row, row->programs, &ns);
		if (r < 0)
			return r;
		printf("slot %u %s %s %u %" PRIu64 " %" PRIu32 "\n", round, row->program, row->way,
		       row->programs, ns, row->bytes);
		fflush(stdout);
	}
	return 0;
}

int rounds_run(struct rounds *rounds)
{
	int r = 0;

	for (unsigned int i = 0; i < rounds->n_rows && !r; i++)
		r = row_try(&rounds->rows[i], rounds->slot_ms);
	if (r < 0)
		return r;
	printf("rows %u\n", rounds->n_rows);
	fflush(stdout);
	for (unsigned int round = 1; round <= rounds->count && !r; round++)
		r = round_run(rounds, round);
	return r;
}
