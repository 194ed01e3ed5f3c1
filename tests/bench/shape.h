/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The channel programs that the kernel benchmark runs by every way: how many CCWs of how many bytes,
 * and their layout in client memory. Knows no device and no way to start one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SHAPE_PAGE  4096u
/* Program, its IDAL, and as many pages of data as the largest has. */
#define SHAPE_PAGES 66u

#define SHAPE_CCW_CC  0x40
#define SHAPE_CCW_SLI 0x20
#define SHAPE_CCW_IDA 0x04

struct shape {
	const char *name;
	uint8_t command;
	uint16_t ccws;
	uint16_t bytes; /* of each CCW */
	bool idal;
};

/* Ends with one without a name. */
extern const struct shape shapes[];

/* The format-1 CCW as the channel reads it. */
void shape_put_ccw(uint8_t *at, uint8_t command, uint8_t flags, uint16_t bytes, uint32_t address);
/* Big-endian. */
void shape_put_word(uint8_t *at, uint32_t word);

/* Lays the program out in SHAPE_PAGES pages that the device sees from iova on; it begins there. */
void shape_write(const struct shape *shape, uint8_t *memory, uint32_t iova);
