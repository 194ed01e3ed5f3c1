/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

enum outcome_kind {
	OUTCOME_NO_STORE, /* this CCW does not store, by its kind or the skip flag */
	OUTCOME_NOTHING,  /* not reached, or the device sent nothing */
	OUTCOME_EXACT,	  /* just so many bytes */
	OUTCOME_AT_LEAST, /* the channel does not say; so many bytes have certainly changed */
};

struct outcome {
	enum outcome_kind kind;
	size_t offset; /* of the first byte stored, in the program's memory */
	size_t length;
};

/*
 * Puts random bytes into all store areas, so that afterwards what was not stored can be told from what was.
 * -errno of getrandom(2).
 */
_must_check_ int outcome_prepare(const struct ccwb_program *program, uint8_t *memory);

/*
 * What CCW i stored when the program ended with irb. before is a copy of the memory as it was
 * prepared, after the memory now; iova is where the program lay.
 */
struct outcome outcome_get(const struct ccwb_program *program, unsigned int i,
			   const struct ccwb_irb *irb, uint32_t iova, const uint8_t *before,
			   const uint8_t *after);
