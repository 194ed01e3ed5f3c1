/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What the processes of the storm share: one page of counters and switches, and dice that fall the
 * same way for the same seed and role.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define STORM_DEVICES_MAX 16
#define STORM_ERRNOS	  134 /* 0 is success; the last slot is for all that are larger */

enum storm_kind {
	STORM_RUN_SENSE_ID, /* first the programs, by what they are */
	STORM_RUN_CHAIN,
	STORM_RUN_IDAL_4K,
	STORM_RUN_IDAL_2K,
	STORM_RUN_DATA,
	STORM_RUN_BEYOND,
	STORM_RUN_INVALID,
	STORM_RUN_ENDLESS,
	STORM_BY_REQUEST, /* then how they were started */
	STORM_BY_REGION,
	STORM_BY_OTHER_PROCESS,
	STORM_READ_IRB, /* what is done to them */
	STORM_READ_REGION,
	STORM_HALT,
	STORM_CLEAR,
	STORM_RESET,
	STORM_HOT_RESET,
	STORM_SET_IRQS,
	STORM_BAD_CALL,
	STORM_UNMAP,
	STORM_MAP,
	STORM_REGISTER,
	STORM_UNREGISTER,
	STORM_REWRITE,
	STORM_BALLOON,
	STORM_OPEN,
	STORM_CLOSE,
	STORM_SIGNAL, /* and to the client and the device */
	STORM_KILL,
	STORM_REVOKE,
	STORM_UNBIND,
	STORM_BIND,
	STORM_SUBCHANNEL,
	STORM_PATH,
	STORM_UNPLUGGED,
	STORM_PLUGGED,
	STORM_COMMANDS,
	_STORM_KIND_MAX,
};

struct canary;

struct storm_device {
	char id[16];
	char cu[8]; /* control unit type: decides what programs mean */
	char subchannel[16];
	char path[3];	   /* its first channel path, which is not found when the device is gone */
	bool is_plugged;   /* somebody outside takes it away and brings it back */
	bool has_own_path; /* a channel path that nobody else needs */
	struct canary *canary; /* the client's memory, made before any process */
};

struct storm {
	uint64_t seed;
	uint64_t wanted;       /* programs to start */
	uint64_t started;      /* programs that the subchannel took */
	uint64_t locked_pages; /* of clients that had nothing open any more */
	uint64_t leaks;	       /* times that a client found a canary's pattern in its memory */
	uint64_t leak_looks;   /* and times that it looked */
	uint32_t is_over;
	unsigned int n_devices;
	struct storm_device devices[STORM_DEVICES_MAX];
	uint64_t count[_STORM_KIND_MAX][STORM_ERRNOS];
};

struct dice {
	uint64_t state;
};

/* An independent row of throws for each role and time that it is played. */
void dice_init(struct dice *dice, uint64_t seed, unsigned int role, unsigned int time);
uint32_t dice_throw(struct dice *dice);
/* 0 to n - 1 */
unsigned int dice_below(struct dice *dice, unsigned int n);
bool dice_one_in(struct dice *dice, unsigned int n);

/* r: 0 or more, or -errno. */
void storm_count(struct storm *storm, enum storm_kind kind, int r);
uint64_t storm_total(const struct storm *storm, enum storm_kind kind);
bool storm_is_over(const struct storm *storm);
/* Milliseconds since some time. */
uint64_t storm_now(void);
/* Prints all that was counted. Returns how many kinds did not happen, other than those in skip. */
unsigned int storm_print(const struct storm *storm, uint64_t skip);
