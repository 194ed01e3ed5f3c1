// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * The measuring half of `tests/bench/run kernel`, in the machine: runs every program by every way that it is given
 * a device for, in rounds that alternate, and prints what each slot took. Judges and compares nothing.
 *
 *   bench-kernel [--rounds=N] [--slot-ms=N] [--only=PATTERN] WAY=DEVICE...
 *
 * Output: "rows N", then "slot ROUND PROGRAM WAY PROGRAMS NANOSECONDS" for each.
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "way.h"

#define WAYS_MAX     8
#define SHAPES_MAX   8
#define ROWS_MAX     (WAYS_MAX * SHAPES_MAX)
#define TRIAL	     30 /* programs, before the first round: also the warm-up */
#define PROGRAMS_MAX 1000000

struct row {
	struct way *way;
	const struct shape *shape;
	unsigned int programs; /* of a slot */
};

static struct way *ways[WAYS_MAX];
static unsigned int n_ways;
static struct row rows[ROWS_MAX];
static unsigned int n_rows;
static unsigned int rounds = 15, slot_ms = 50;
static const char *only = "*";

static int row_run(const struct row *row, unsigned int programs, uint64_t *ret_ns)
{
	int r = way_run(row->way, row->shape, programs, ret_ns);

	if (r < 0)
		fprintf(stderr, "bench-kernel: %s by %s: %s\n", row->shape->name, way_of(row->way),
			strerror(-r));
	return r;
}

/* A program's ways stand side by side. Only those whose name PROGRAM/WAY the pattern has. */
static void rows_make(void)
{
	char name[64];

	for (const struct shape *shape = shapes; shape->name; shape++)
		for (unsigned int i = 0; i < n_ways && n_rows < ROWS_MAX; i++) {
			snprintf(name, sizeof(name), "%s/%s", shape->name, way_of(ways[i]));
			if (!fnmatch(only, name, FNM_EXTMATCH))
				rows[n_rows++] = (struct row){ .way = ways[i], .shape = shape };
		}
}

/* How many programs fill a slot. */
static int rows_try(void)
{
	uint64_t ns;
	int r;

	for (struct row *row = rows; row < rows + n_rows; row++) {
		r = row_run(row, TRIAL, &ns);
		if (r < 0)
			return r;
		ns = ns / TRIAL + 1;
		row->programs = (unsigned int)(slot_ms * UINT64_C(1000000) / ns) + 1;
		if (row->programs > PROGRAMS_MAX)
			row->programs = PROGRAMS_MAX;
	}
	return 0;
}

/* Every second round goes backwards: what comes first has no advantage. */
static int round_run(unsigned int round)
{
	const struct row *row;
	uint64_t ns;
	int r;

	for (unsigned int i = 0; i < n_rows; i++) {
		row = &rows[round % 2 ? i : n_rows - 1 - i];
		r = row_run(row, row->programs, &ns);
		if (r < 0)
			return r;
		printf("slot %u %s %s %u %" PRIu64 "\n", round, row->shape->name, way_of(row->way),
		       row->programs, ns);
		fflush(stdout);
	}
	return 0;
}

static int way_add(const char *argument)
{
	char name[32];
	size_t n = strcspn(argument, "=");
	int r = -EINVAL;

	snprintf(name, sizeof(name), "%.*s", (int)n, argument);
	if (argument[n] && n_ways < WAYS_MAX)
		r = way_open(name, argument + n + 1, &ways[n_ways]);
	if (r < 0) {
		fprintf(stderr, "bench-kernel: cannot open %s: %s\n", argument, strerror(-r));
		return r;
	}
	n_ways++;
	return 0;
}

static int options_parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "slot-ms", required_argument, NULL, 's' },
		{ "only", required_argument, NULL, 'o' },
		{},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (c == 'r')
			rounds = (unsigned int)atoi(optarg);
		else if (c == 's')
			slot_ms = (unsigned int)atoi(optarg);
		else if (c == 'o')
			only = optarg;
		else
			return -EINVAL;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (options_parse(argc, argv) < 0)
		return 2;
	for (int i = optind; i < argc; i++)
		if (way_add(argv[i]) < 0)
			return 1;
	rows_make();
	if (rows_try() < 0)
		return 1;
	printf("rows %u\n", n_rows);
	for (unsigned int round = 1; round <= rounds; round++)
		if (round_run(round) < 0)
			return 1;
	return 0;
}
