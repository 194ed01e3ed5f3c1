/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A client's memory with canaries: pages that no program may name, filled with a pattern. They lie before, in
 * a hole of, and behind the memory by address, and beside each row of its pages by where these are in the
 * machine. Knows nothing of devices and programs.
 */
#pragma once

#include "module-device.h"
#include "storm.h"

#define CANARY_PAGE  4096u
#define CANARY_FEW   192u	 /* pages, of which the memory has 15 */
#define CANARY_PAGES 3072u	 /* at most, where few of fewer are neighbours */
#define CANARY_HOLE  0xc000u	 /* in the memory: a page that is not mapped for the device */
#define CANARY_TEXT  "CaNaRy!\n" /* repeated, so that 15 bytes of it show it */

struct canary {
	uint8_t *pages; /* all of them, in the order of the file */
	uint8_t *mem;	/* DEVICE_SIZE bytes, the hole among them */
	unsigned int n_pages;
	uint64_t frames[CANARY_PAGES];
	bool is_memory[CANARY_PAGES];
	bool is_near[CANARY_PAGES]; /* a canary beside the memory, in one way or the other */
	unsigned int n_rows;
	unsigned int n_lone; /* pages of the memory without a canary beside them in the machine */
};

/* The memory is shared with processes that are forked from now on. 0, -ENOSPC when no two of the machine's pages
 * are neighbours, or -errno. */
int canary_new(struct canary *canary, struct dice *dice);
/* Pages that are not what they were; only those nearby, or all. Says on standard output which. */
unsigned int canary_damaged(const struct canary *canary, bool only_near);
/* The pattern is in the memory: somebody has read a canary. */
bool canary_leaked(const struct canary *canary);
/* For a process that inherited the memory and is to have none of it: a copy that is all pattern. */
void canary_replace(struct canary *canary);
/* Gives one page of the memory back to the kernel, as a guest's balloon does. 0 or -errno. */
int canary_balloon(struct canary *canary, struct dice *dice);
/* Pages of the memory and canaries nearby that are in the frames where they were at the beginning. */
unsigned int canary_settled(const struct canary *canary);
