/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Which CCWs of a guest's program the channel can come to, whatever the device answers, and which
 * pages of the guest they may touch. Shares no code with the translator.
 */
#pragma once

#include "cp-kernel.h"
#include "model-area.h"

#define REACH_PLACES_MAX 4096
#define REACH_PAGES_MAX	 64

enum reach_use {
	REACH_MAY_FETCH = 1,
	REACH_MAY_STORE = 2,
	REACH_MUST_FETCH = 4, /* of a CCW that no status modifier is needed for */
	REACH_MUST_STORE = 8,
};

/* A CCW and what leads to it. */
struct reach_place {
	u32 addr;
	u8 chain; /* kind of the data chain that it continues, 0: it is a command */
	bool after_tic;
	bool is_sure;
};

struct reach {
	struct model_mem mem;
	struct reach_place place[REACH_PLACES_MAX];
	unsigned int nplaces;
	bool is_full;		     /* there are more */
	u8 pages[REACH_PAGES_MAX];   /* enum reach_use, by guest_page() */
	u32 fault[REACH_PLACES_MAX]; /* CCWs on the sure path that are a program check */
	unsigned int nfaults;
};

/* reach->mem is set. */
void reach_find(struct reach *reach);
bool reach_has_fault(const struct reach *reach, u32 addr);
