/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Pieces of real data on a device and the channel program that reads each: the same programs as the kernel's own
 * dasd and tape drivers make of a read of that piece. Knows the drives' commands, not how programs are run.
 *
 * Format of an extent's name: dasd-track, dasd-4k (12 blocks of a track or one, formatted with 4 KiB a block),
 * tape-32k, tape-4k (a block of the tape).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Client memory: the program, its operands and IDAL, then the piece's data. */
#define EXTENT_DATA_OFFSET 0x2000u
#define EXTENT_MEMORY	   0x20000u

struct extent {
	const char *name;
	bool is_tape;
	uint32_t bytes;	 /* of a piece */
	uint32_t pieces; /* on the device */
	uint32_t first;	 /* number of the first on the device */
};

/* Ends with one without a name. */
extern const struct extent extents[];

/* The program for a piece, at the start of EXTENT_MEMORY bytes that the device sees from iova on. */
void extent_write_program(const struct extent *extent, uint32_t piece, uint8_t *memory,
			  uint32_t iova);
/* Rewind, for a tape. */
void extent_write_rewind(uint8_t *memory, uint32_t iova);
