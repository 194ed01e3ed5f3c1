/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Rows that are measured in rounds: in each every row has one slot, every second round goes backwards, so that
 * what comes first has no advantage. Prints what each slot took; compares nothing, knows no device.
 *
 * Output: "rows N", then "slot ROUND PROGRAM WAY PROGRAMS NANOSECONDS BYTES" for each, BYTES of one program.
 */
#pragma once

#include <stdint.h>

#define ROUNDS_ROWS_MAX 64

struct row {
	const char *program;
	const char *way;
	uint32_t bytes; /* that one program asks the device for */
	/* Runs so many programs; -errno. */
	int (*run)(struct row *row, unsigned int programs, uint64_t *ret_ns);
	void *data;		   /* for run */
	unsigned int programs_max; /* in one slot; 0: any number */
	unsigned int programs;	   /* that fill a slot; rounds.c finds out */
};

struct rounds {
	unsigned int count;
	unsigned int slot_ms;
	const char *only; /* rows whose name PROGRAM/WAY this pattern matches */
	struct row rows[ROUNDS_ROWS_MAX];
	unsigned int n_rows;
};

/*
 * Takes --rounds=N --slot-ms=N --only=PATTERN; returns the index of the first argument that is none of them,
 * or -EINVAL.
 */
int rounds_parse(struct rounds *rounds, int argc, char **argv);

/* Adds a copy, unless the pattern leaves it out. */
void rounds_add(struct rounds *rounds, const struct row *row);

/* Complains itself. */
int rounds_run(struct rounds *rounds);

/* CLOCK_MONOTONIC */
uint64_t rounds_now_ns(void);
