/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "broker-bus.h"

/*
 * A polkitd on the bus of bb, in a process of its own. The file work/polkit says how it answers: "yes",
 * "no", "challenge", "dismissed", "nonsense", "error", "die", "hang", or "wait" and then yes when
 * work/polkit-go is there. "device=ID" behind a word: yes for that device alone.
 */
struct fake_polkit {
	const struct broker_bus *bb;
	pid_t pid;
};

void fake_polkit_start(struct fake_polkit *polkit, const struct broker_bus *bb);
void fake_polkit_stop(struct fake_polkit *polkit);
void fake_polkit_behave(const struct fake_polkit *polkit, const char *behaviour);

/* One line for each call, "check ACTION FLAGS NAME=VALUE..." or "cancel"; the caller frees it. */
char *fake_polkit_heard(const struct fake_polkit *polkit);

/* Waits up to 10 seconds until it has heard words, and fails the test when it does not. */
void fake_polkit_wait_heard(const struct fake_polkit *polkit, const char *words);
