/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A channel with a scripted device that runs channel programs over the fake guest's memory: the
 * guest's own program with guest addresses, or the translated one with host addresses, where each
 * access must meet a live pin or memory of ours. Shares no code with the translator.
 */
#pragma once

#include "cp-kernel.h"
#include "model-area.h"

#define CHANNEL_COMMANDS_MAX 300

enum channel_end {
	CHANNEL_NORMAL,
	CHANNEL_UNIT_CHECK,
	CHANNEL_INCORRECT_LENGTH,
	CHANNEL_PROGRAM_CHECK,
	CHANNEL_STOPPED, /* commands_max commands were done */
};

/* What the device answers to one command. */
struct channel_answer {
	u32 length;	/* bytes that it wants to transfer */
	bool immediate; /* ends without asking for data */
	bool modifier;	/* status modifier */
	bool unit_check;
	u8 pattern; /* byte i that it sends is pattern + i */
};

struct channel_command {
	u8 cmd;
	u32 moved;    /* bytes, skipped ones included */
	u32 checksum; /* of the bytes that the device got */
};

struct channel {
	struct model_mem mem;
	/* Asked at the begin of a command; count is that of its first CCW. */
	struct channel_answer (*answer)(void *data, unsigned int nth, u8 cmd, u16 count);
	void *data;
	unsigned int commands_max; /* 0: CHANNEL_COMMANDS_MAX */
	unsigned int ccws_max;	   /* 0: no limit */

	enum channel_end end;
	u32 cpa;		  /* as in the SCSW */
	u16 residual;		  /* of the last CCW, if end is not program check */
	unsigned int npci;	  /* CCWs with that flag */
	bool has_immediate_chain; /* an immediate command had CD: what that means for length differs */
	unsigned int nccws;	  /* CCWs other than TIC that were executed */
	struct channel_command command[CHANNEL_COMMANDS_MAX];
	unsigned int ncommands;
	/* The last bytes that the device got, for tests that look at them. */
	u8 got[65536 * 2];
	u32 ngot;
};

void channel_run(struct channel *channel);
