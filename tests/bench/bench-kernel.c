// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * The measuring half of `tests/bench/run kernel` in QEMU: every program by every way that is given a device.
 *
 *   bench-kernel [--rounds=N] [--slot-ms=N] [--only=PATTERN] WAY=DEVICE...
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rounds.h"
#include "way.h"

#define WAYS_MAX 8

static struct way *ways[WAYS_MAX];
static unsigned int n_ways;

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

static int row_run(struct row *row, unsigned int programs, uint64_t *ret_ns)
{
	const struct shape *shape = shapes;

	while (shape->name != row->program)
		shape++;
	return way_run(row->data, shape, programs, ret_ns);
}

/* A program's ways stand side by side, as their ratio is what matters. */
static void rows_make(struct rounds *rounds)
{
	struct row row = { .run = row_run };

	for (const struct shape *shape = shapes; shape->name; shape++)
		for (unsigned int i = 0; i < n_ways; i++) {
			if (way_is_empty(ways[i]) && shape != shapes)
				continue; /* the same for all */
			row.program = shape->name;
			row.way = way_of(ways[i]);
			row.bytes = (uint32_t)shape->ccws * shape->bytes;
			row.data = ways[i];
			rounds_add(rounds, &row);
		}
}

int main(int argc, char **argv)
{
	static struct rounds rounds;
	int first = rounds_parse(&rounds, argc, argv);

	if (first < 0)
		return 2;
	for (int i = first; i < argc; i++)
		if (way_add(argv[i]) < 0)
			return 1;
	rows_make(&rounds);
	return rounds_run(&rounds) < 0;
}
