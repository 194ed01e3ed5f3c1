/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What the bytes of a fuzzer mean: a guest's memory with a channel program in it, an ORB, what the
 * device answers, and which call of the translator's into its port fails. Every input means
 * something.
 */
#pragma once

#include "cp.h"
#include "kmod/fake-guest.h"
#include "kmod/model-channel.h"

#define SCENARIO_ANSWERS_MAX 16

struct scenario {
	u8 orb[12];
	u8 commands[32];
	unsigned int fail_kinds; /* as in guest_fail(); 0: none */
	unsigned int fail_nth;
	int fail_error;
	bool twice;   /* the program runs again, when the translator has seen its memory */
	bool mutates; /* the guest changes what has been read */
	struct channel_answer answer[SCENARIO_ANSWERS_MAX];
	unsigned int nanswers;
	u8 registered;	     /* which places are registered memory */
	bool registers_less; /* all but the last page of each */
};

/* The guest is empty before. */
void scenario_make(struct scenario *scenario, struct cp_mem *guest, const u8 *data, size_t size);

/* 0 or the first -errno. */
int scenario_register(const struct scenario *scenario, struct cp *cp);
/* Some of it goes, as by an unmap. Was there any? */
bool scenario_drop(struct cp *cp);

/* For struct channel; data is the scenario. */
struct channel_answer scenario_answer(void *data, unsigned int nth, u8 cmd, u16 count);
