/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

#define PROGRAM_CCWS_MAX  255	/* leaves room in the broker's row of 256 */
#define PROGRAM_BYTES_MAX 65535 /* the count field of a CCW has 16 bits */
#define PROGRAM_CCW_SIZE  8

#define PROGRAM_COMMAND_TIC 0x08

enum {
	PROGRAM_SLI = 1 << 0,  /* suppress length indication: a shorter block is no error */
	PROGRAM_SKIP = 1 << 1, /* let the device send, store nothing */
	PROGRAM_CD = 1 << 2,   /* data chaining: the next CCW goes on with the same command */
	PROGRAM_PCI = 1 << 3,  /* interrupt when the channel reaches this CCW */
};

enum program_direction {
	PROGRAM_DIRECTION_NONE,
	PROGRAM_DIRECTION_STORE, /* device to memory */
	PROGRAM_DIRECTION_FETCH, /* memory to device */
};

struct program_ccw {
	uint8_t command;
	uint8_t flags; /* PROGRAM_SLI and so on */
	uint16_t count;
	unsigned int target; /* of a TIC: number of a CCW */
	enum program_direction direction;
	const uint8_t *data; /* what a FETCH sends; owned by the program */
	size_t offset;	  /* of the data area in the laid-out memory; valid when count is not 0 */
	bool is_backward; /* the device stores from the last byte downwards */
};

struct program;

_must_check_ int program_new(struct program **ret);
struct program *program_free(struct program *program);
DEFINE_CLEANUP(struct program *, program_free)

/*
 * Each appends one CCW. -E2BIG: more than PROGRAM_CCWS_MAX, or more than PROGRAM_BYTES_MAX bytes
 * of data. add_fetch copies data.
 */
_must_check_ int program_add_plain(struct program *program, uint8_t command, uint8_t flags);
_must_check_ int program_add_store(struct program *program, uint8_t command, uint8_t flags,
				   size_t count);
_must_check_ int program_add_fetch(struct program *program, uint8_t command, uint8_t flags,
				   const uint8_t *data, size_t size);
_must_check_ int program_add_tic(struct program *program, unsigned int target);

unsigned int program_count(const struct program *program);
const struct program_ccw *program_get(const struct program *program, unsigned int i);
bool program_is_tic(const struct program_ccw *ccw);
bool program_has_tic(const struct program *program);

/*
 * The command whose kind decides what CCW i does: its own, or, when it continues a data chain, the
 * one that began the chain.
 */
uint8_t program_effective_command(const struct program *program, unsigned int i);

/* Which way a command moves data; NONE for codes without a direction. */
enum program_direction program_command_direction(uint8_t command);

/* Settles where everything lies and returns how many bytes of memory that takes. */
size_t program_place(struct program *program);

/*
 * Writes the placed program for a device that sees memory at iova: format-1 CCWs, then the data areas.
 * Store areas are left as they are. iova + program_place() must not be above 2 GiB.
 */
void program_write(const struct program *program, uint8_t *memory, uint32_t iova);
