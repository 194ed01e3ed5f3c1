// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * The storm's dice, counters and table.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "storm.h"

static const char *const kind_names[_STORM_KIND_MAX] = {
	[STORM_RUN_SENSE_ID] = "program: sense id",
	[STORM_RUN_CHAIN] = "program: chain of many",
	[STORM_RUN_IDAL_4K] = "program: 4 KiB blocks",
	[STORM_RUN_IDAL_2K] = "program: 2 KiB blocks",
	[STORM_RUN_DATA] = "program: the device's data",
	[STORM_RUN_BEYOND] = "program: beyond its memory",
	[STORM_RUN_INVALID] = "program: nonsense",
	[STORM_RUN_ENDLESS] = "program: endless",
	[STORM_BY_REQUEST] = "start by CMD_REQUEST",
	[STORM_BY_REGION] = "start by the region",
	[STORM_BY_OTHER_PROCESS] = "start by another process",
	[STORM_READ_IRB] = "read of an IRB",
	[STORM_READ_REGION] = "read of another region",
	[STORM_HALT] = "halt",
	[STORM_CLEAR] = "clear",
	[STORM_RESET] = "RESET",
	[STORM_HOT_RESET] = "HOT_RESET",
	[STORM_SET_IRQS] = "SET_IRQS",
	[STORM_BAD_CALL] = "call with bad arguments",
	[STORM_UNMAP] = "unmap",
	[STORM_MAP] = "map",
	[STORM_REGISTER] = "memory registered",
	[STORM_UNREGISTER] = "memory unregistered",
	[STORM_REWRITE] = "program rewritten",
	[STORM_BALLOON] = "page ballooned",
	[STORM_OPEN] = "open",
	[STORM_CLOSE] = "close",
	[STORM_SIGNAL] = "signal to a client",
	[STORM_KILL] = "kill -9 of a client",
	[STORM_REVOKE] = "revoke",
	[STORM_UNBIND] = "unbind",
	[STORM_BIND] = "bind",
	[STORM_SUBCHANNEL] = "subchannel taken away",
	[STORM_PATH] = "path varied off and on",
	[STORM_UNPLUGGED] = "device unplugged",
	[STORM_PLUGGED] = "device plugged",
	[STORM_COMMANDS] = "commands written",
};

uint32_t dice_throw(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z >> 32;
}

void dice_init(struct dice *dice, uint64_t seed, unsigned int role, unsigned int time)
{
	dice->state = seed + ((uint64_t)role << 40) + ((uint64_t)time << 16);
	(void)dice_throw(dice);
}

unsigned int dice_below(struct dice *dice, unsigned int n)
{
	return dice_throw(dice) % n;
}

bool dice_one_in(struct dice *dice, unsigned int n)
{
	return !dice_below(dice, n);
}

void storm_count(struct storm *storm, enum storm_kind kind, int r)
{
	unsigned int slot = r < 0 ? -r : 0;

	if (slot >= STORM_ERRNOS)
		slot = STORM_ERRNOS - 1;
	__atomic_fetch_add(&storm->count[kind][slot], 1, __ATOMIC_RELAXED);
}

uint64_t storm_total(const struct storm *storm, enum storm_kind kind)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < STORM_ERRNOS; i++)
		total += __atomic_load_n(&storm->count[kind][i], __ATOMIC_RELAXED);
	return total;
}

bool storm_is_over(const struct storm *storm)
{
	return __atomic_load_n(&storm->is_over, __ATOMIC_ACQUIRE);
}

uint64_t storm_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

unsigned int storm_print(const struct storm *storm, uint64_t skip)
{
	unsigned int kind, error, n_missing = 0;
	uint64_t total;

	for (kind = 0; kind < _STORM_KIND_MAX; kind++) {
		total = storm_total(storm, kind);
		if (!total && (skip >> kind & 1))
			continue;
		n_missing += !total;
		printf("# %-28s %8" PRIu64, kind_names[kind], total);
		for (error = 0; error < STORM_ERRNOS; error++)
			if (storm->count[kind][error])
				printf("  %s %" PRIu64,
				       error ? strerrorname_np(error) ?: "?" : "ok",
				       storm->count[kind][error]);
		printf("\n");
	}
	printf("# programs started: %" PRIu64 "\n", storm->started);
	return n_missing;
}
