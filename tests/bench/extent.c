// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
#include <string.h>

#include "extent.h"
#include "shape.h"

/* A 3390 formatted with blocks of 4 KiB; the first two tracks hold labels in a layout of their own. */
#define BLOCK		4096u
#define TRACK_BLOCKS	12u
#define CYLINDER_TRACKS 15u
#define LABEL_TRACKS	2u
#define DASD_TRACKS	60u

#define TAPE_BLOCKS 120u

#define DEFINE_EXTENT 0x63
#define LOCATE_RECORD 0x47
#define READ_DATA_MT  0x86
#define MODE_SET      0xdb
#define READ_FORWARD  0x02
#define REWIND	      0x07

/* Where operands and the IDAL stand in client memory. */
#define OPERAND_EXTENT 0x1000u
#define OPERAND_LOCATE 0x1010u
#define OPERAND_MODE   0x1020u
#define IDAL	       0x1100u

const struct extent extents[] = {
	{ "dasd-track", false, TRACK_BLOCKS *BLOCK, DASD_TRACKS, LABEL_TRACKS },
	{ "dasd-4k", false, BLOCK, DASD_TRACKS *TRACK_BLOCKS, LABEL_TRACKS *TRACK_BLOCKS },
	{ "tape-32k", true, 32768, TAPE_BLOCKS, 0 },
	{ "tape-4k", true, 4096, TAPE_BLOCKS, 0 },
	{},
};

static void put_track(uint8_t *at, uint32_t track)
{
	shape_put_word(at, track / CYLINDER_TRACKS << 16 | track % CYLINDER_TRACKS);
}

static void write_dasd(uint32_t block, uint32_t blocks, uint8_t *memory, uint32_t iova)
{
	uint32_t track = block / TRACK_BLOCKS, record = block % TRACK_BLOCKS;
	uint8_t *extent = memory + OPERAND_EXTENT, *locate = memory + OPERAND_LOCATE;

	memset(extent, 0, 32);
	extent[0] = 0x40; /* no writes */
	extent[1] = 0xc0; /* ECKD */
	put_track(extent + 8, track);
	put_track(extent + 12, (block + blocks - 1) / TRACK_BLOCKS);
	locate[0] = 0x06; /* read data */
	locate[1] = 0x80; /* the length below is valid */
	locate[3] = (uint8_t)blocks;
	put_track(locate + 4, track);
	put_track(locate + 8, track);
	locate[12] = (uint8_t)(record + 1);
	locate[13] = 0xff; /* no sector given */
	locate[14] = BLOCK >> 8;
	shape_put_ccw(memory, DEFINE_EXTENT, SHAPE_CCW_CC, 16, iova + OPERAND_EXTENT);
	shape_put_ccw(memory + 8, LOCATE_RECORD, SHAPE_CCW_CC, 16, iova + OPERAND_LOCATE);
	for (uint32_t i = 0; i < blocks; i++)
		shape_put_ccw(memory + 16 + 8 * i, READ_DATA_MT, i + 1 < blocks ? SHAPE_CCW_CC : 0,
			      BLOCK, iova + EXTENT_DATA_OFFSET + i * BLOCK);
}

static void write_tape(uint32_t bytes, uint8_t *memory, uint32_t iova)
{
	memory[OPERAND_MODE] = 0;
	shape_put_ccw(memory, MODE_SET, SHAPE_CCW_CC, 1, iova + OPERAND_MODE);
	shape_put_ccw(memory + 8, READ_FORWARD, SHAPE_CCW_IDA, (uint16_t)bytes, iova + IDAL);
	for (uint32_t i = 0; i < bytes / BLOCK; i++) {
		shape_put_word(memory + IDAL + 8 * i, 0);
		shape_put_word(memory + IDAL + 8 * i + 4, iova + EXTENT_DATA_OFFSET + i * BLOCK);
	}
}

void extent_write_program(const struct extent *extent, uint32_t piece, uint8_t *memory,
			  uint32_t iova)
{
	uint32_t blocks = extent->bytes / BLOCK;

	if (extent->is_tape)
		write_tape(extent->bytes, memory, iova);
	else
		write_dasd((extent->first + piece) * blocks, blocks, memory, iova);
}

void extent_write_rewind(uint8_t *memory, uint32_t iova)
{
	shape_put_ccw(memory, REWIND, SHAPE_CCW_SLI, 1, iova + OPERAND_MODE);
}
