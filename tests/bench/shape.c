// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Read Configuration ends well with any count on a virtio device and moves a few bytes only: what is
 * measured is the way there and back. A count has 16 bits, so 64 KiB are 65,535 bytes.
 */
#include "shape.h"

#define SENSE_ID    0xe4
#define READ_CONFIG 0x22

const struct shape shapes[] = {
	{ .name = "1x32", .command = SENSE_ID, .ccws = 1, .bytes = 32 },
	{ .name = "16x4k", .command = READ_CONFIG, .ccws = 16, .bytes = 4096 },
	{ .name = "64x4k", .command = READ_CONFIG, .ccws = 64, .bytes = 4096 },
	{ .name = "1x64k-idal", .command = READ_CONFIG, .ccws = 1, .bytes = 65535, .idal = true },
	{},
};

void shape_put_word(uint8_t *at, uint32_t word)
{
	at[0] = word >> 24;
	at[1] = word >> 16;
	at[2] = word >> 8;
	at[3] = word;
}

void shape_put_ccw(uint8_t *at, uint8_t command, uint8_t flags, uint16_t bytes, uint32_t address)
{
	at[0] = command;
	at[1] = flags;
	at[2] = bytes >> 8;
	at[3] = bytes;
	shape_put_word(at + 4, address);
}

void shape_write(const struct shape *shape, uint8_t *memory, uint32_t iova)
{
	uint32_t data = iova + 2 * SHAPE_PAGE, address;
	uint8_t flags;

	for (unsigned int i = 0; i < shape->ccws; i++) {
		flags = SHAPE_CCW_SLI | (i + 1u < shape->ccws ? SHAPE_CCW_CC : 0) |
			(shape->idal ? SHAPE_CCW_IDA : 0);
		address = shape->idal ? iova + SHAPE_PAGE : data + i * SHAPE_PAGE;
		shape_put_ccw(memory + 8 * i, shape->command, flags, shape->bytes, address);
	}
	for (unsigned int i = 0; i < SHAPE_PAGES - 2; i++) {
		shape_put_word(memory + SHAPE_PAGE + 8 * i, 0); /* IDAWs of format 2: 64 bits */
		shape_put_word(memory + SHAPE_PAGE + 8 * i + 4, data + i * SHAPE_PAGE);
	}
}
