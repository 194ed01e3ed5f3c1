/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "ccw-id.h"
#include "macro.h"
#include "verb.h"

/* The most devices of one call; a verb may allow fewer. Also the most words and ranges that name them. */
#define SELECTION_MAX 256

struct selection;

/*
 * Reads the words that name devices, before the broker is asked: a mistake is complained of with the usage of
 * verb. max is the most devices that they may stand for, 1 to SELECTION_MAX.
 */
_must_check_ enum exit_code selection_new(const struct verb *verb, const struct options *options,
					  char *const *words, unsigned int n_words,
					  unsigned int max, struct selection **ret);
struct selection *selection_free(struct selection *selection);
DEFINE_CLEANUP(struct selection *, selection_free)

/*
 * Finds out which devices the words stand for; complains itself. A range stands for the devices of it that
 * are there, and for none is a mistake; an id stands for itself, there or not. Each device comes once, where it
 * is named first.
 */
_must_check_ enum exit_code selection_resolve(struct selection *selection, sd_bus *bus);

/* selection_new for all words of one verb, a connection to the bus, and selection_resolve. */
_must_check_ enum exit_code selection_open(const struct verb *verb, const struct options *options,
					   char *const *words, unsigned int n_words,
					   unsigned int max, sd_bus **ret_bus,
					   struct selection **ret);

/* selection_resolve without a broker: a range stands for every id of it, and what only a broker knows is refused. */
_must_check_ enum exit_code selection_expand(struct selection *selection);

/* Whether any device is named. */
bool selection_has_words(const struct selection *selection);

unsigned int selection_count(const struct selection *selection);

/* "0.0.0580" */
const char *selection_get(const struct selection *selection, unsigned int i);

/* Has visit called for each device, as long as it makes sense; one status for all, as total.h has it. */
_must_check_ enum exit_code selection_each(const struct selection *selection,
					   enum exit_code (*visit)(const char *id, void *userdata),
					   void *userdata);
