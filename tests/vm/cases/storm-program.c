// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * The storm's channel programs. Commands are from the control units' descriptions: 3832 (virtio-ccw)
 * answers Sense ID, Read Features and Read Configuration; 3270, 3490 and 3990 are the usual ones.
 * No program loops backwards over CCWs that QEMU would run without end.
 */
#include <stddef.h>
#include <string.h>

#include "module-program.h"
#include "storm-program.h"

#define ORB_IDAW_2  0x02 /* format-2 IDAWs */
#define ORB_IDAW_2K 0x01
#define FLAG_IDA    0x04
#define CCWS	    0u /* where in the memory */
#define IDALS	    0x2000u
#define DATA	    0x4000u
#define DATA_SIZE   (DEVICE_SIZE - DATA)
#define CHAIN_MAX   24

struct commands {
	const char *cu;
	uint8_t reads[4]; /* each may be given any count, with SLI */
	const char *allowed;
};

/*
 * virtio: all but 13, 43, 53 and 73, whose data are addresses of the host, 33 and 31. 3270: all.
 * Tape: all but 0f (unload) and 97 (erase the whole tape). Disk: what reads and positions.
 */
static const struct commands commands[] = {
	{ "3832",
	  { 0xe4, 0x22, 0x12, 0x22 },
	  "ffffefffffffafffefffefffffffefffffffffffffffffffffffffffffffffff" },
	{ "3270",
	  { 0xe4, 0x02, 0x06, 0x04 },
	  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" },
	{ "3490",
	  { 0xe4, 0x02, 0x04, 0x24 },
	  "fffefffffffffffffffffffffffffffffffffeffffffffffffffffffffffffff" },
	{ "3990",
	  { 0xe4, 0x04, 0x64, 0x24 },
	  "1b92323228406840000040000840400002002000004040000000000008008000" },
};

static const struct commands *commands_of(const char *cu)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].cu, cu))
			return &commands[i];
	return &commands[0];
}

const char *storm_program_commands(const char *cu)
{
	return commands_of(cu)->allowed;
}

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
}

static bool meets_hole(const struct device *dev, uint32_t at, uint32_t count)
{
	return dev->hole && at < dev->hole + 4096 && at + count > dev->hole;
}

/* Mostly where memory is. */
static uint32_t any_data(const struct device *dev, struct dice *dice, uint32_t count)
{
	uint32_t at;

	do
		at = DATA + dice_below(dice, DATA_SIZE - count);
	while (meets_hole(dev, at, count) && !dice_one_in(dice, 64));
	return DEVICE_IOVA + at;
}

static void make_sense_id(struct storm_program *p, struct device *dev, const struct commands *c,
			  struct dice *dice)
{
	uint32_t count = 1 + dice_below(dice, 64);

	ccw_put(dev, 0, CMD_SENSE_ID, FLAG_SLI, count, any_data(dev, dice, count));
}

/* Many reads, here and there with a NOP or a TIC over a hole. */
static void make_chain(struct storm_program *p, struct device *dev, const struct commands *c,
		       struct dice *dice)
{
	unsigned int n, last = 1 + dice_below(dice, CHAIN_MAX);
	uint32_t count;

	for (n = 0; n < last; n++) {
		count = 1 + dice_below(dice, dice_one_in(dice, 8) ? 8192 : 256);
		if (dice_one_in(dice, 16)) {
			ccw_put(dev, n, CMD_NOP, FLAG_CC | FLAG_SLI, 1, 0);
		} else if (n && n + 2 < last && dice_one_in(dice, 16)) {
			ccw_put(dev, n, CMD_TIC, 0, 0, DEVICE_IOVA + 8 * (n + 2));
			n++; /* the CCW after it is left as it was: nobody comes there */
			ccw_put(dev, n, CMD_NOP, FLAG_CC | FLAG_SLI, 1, 0);
		} else {
			ccw_put(dev, n, c->reads[dice_below(dice, 4)], FLAG_CC | FLAG_SLI, count,
				any_data(dev, dice, count));
		}
	}
	ccw_put(dev, n, CMD_NOP, FLAG_SLI, 1, 0);
}

/* One read, its data in blocks at scattered addresses. */
static void make_blocks(struct storm_program *p, struct device *dev, const struct commands *c,
			struct dice *dice, uint32_t block)
{
	uint32_t count = 1 + dice_below(dice, 4 * block), in_block = dice_below(dice, block);
	unsigned int i, n = (in_block + count + block - 1) / block;
	uint8_t *list = dev->mem + IDALS;
	uint32_t to;

	for (i = 0; i < n; i++) {
		do
			to = DATA + block * dice_below(dice, DATA_SIZE / block);
		while (meets_hole(dev, to, block) && !dice_one_in(dice, 64));
		to += DEVICE_IOVA;
		put32(list + 8 * i, 0);
		put32(list + 8 * i + 4, i ? to : to + in_block);
	}
	ccw_put(dev, 0, c->reads[dice_below(dice, 4)], FLAG_SLI | FLAG_IDA, count,
		DEVICE_IOVA + IDALS);
	p->orb[5] |= ORB_IDAW_2;
}

static void make_idal_4k(struct storm_program *p, struct device *dev, const struct commands *c,
			 struct dice *dice)
{
	make_blocks(p, dev, c, dice, 4096);
}

static void make_idal_2k(struct storm_program *p, struct device *dev, const struct commands *c,
			 struct dice *dice)
{
	make_blocks(p, dev, c, dice, 2048);
	p->orb[5] |= ORB_IDAW_2K;
}

/* What stores into the medium and reads it: a tape's blocks, a screen's text, a disk's label. */
static void make_data(struct storm_program *p, struct device *dev, const struct commands *c,
		      struct dice *dice)
{
	static const uint8_t label_at[] = { 0, 0, 0, 0, 0, 0, 3 }; /* seek, and record 3 */
	uint32_t count = 1 + dice_below(dice, 8192);

	if (!strcmp(c->cu, "3490")) {
		ccw_put(dev, 0, CMD_REWIND, FLAG_CC | FLAG_SLI, 1, DEVICE_IOVA + DATA);
		ccw_put(dev, 1, CMD_WRITE, FLAG_CC | FLAG_SLI, count, any_data(dev, dice, count));
		ccw_put(dev, 2, CMD_REWIND, FLAG_CC | FLAG_SLI, 1, DEVICE_IOVA + DATA);
		ccw_put(dev, 3, 0x02, FLAG_SLI, count, any_data(dev, dice, count));
	} else if (!strcmp(c->cu, "3990")) {
		memcpy(dev->mem + DATA, label_at, sizeof(label_at));
		ccw_put(dev, 0, 0x07, FLAG_CC, 6, DEVICE_IOVA + DATA);
		ccw_put(dev, 1, 0x31, FLAG_CC, 5, DEVICE_IOVA + DATA + 2);
		ccw_put(dev, 2, CMD_TIC, 0, 0, DEVICE_IOVA + 8);
		ccw_put(dev, 3, 0x06, FLAG_SLI, 80, any_data(dev, dice, 80));
	} else if (!strcmp(c->cu, "3270")) {
		ccw_put(dev, 0, 0x05, FLAG_SLI, count % 1024 + 1, any_data(dev, dice, 1024));
	} else {
		ccw_put(dev, 0, 0x22, FLAG_SLI, count, any_data(dev, dice, count));
	}
}

/* Where no memory is, or not all of it: one command that stores or fetches, by itself or by a list. */
static void make_beyond(struct storm_program *p, struct device *dev, const struct commands *c,
			struct dice *dice)
{
	uint32_t count = 1 + dice_below(dice, 8192), into = dice_below(dice, count);
	uint32_t at[] = {
		DEVICE_IOVA - count + into, /* begins before it */
		DEVICE_IOVA + DEVICE_SIZE - into,
		DEVICE_IOVA + dev->hole - into,
		DEVICE_IOVA + dev->hole + into % 4096,
	};
	uint32_t to = at[dice_below(dice, 4)];
	uint8_t command = dice_one_in(dice, 3) ? CMD_WRITE : c->reads[dice_below(dice, 4)];

	if (dice_one_in(dice, 2)) {
		ccw_put(dev, 0, command, FLAG_SLI, count, to);
		return;
	}
	make_blocks(p, dev, c, dice, 4096);
	put32(dev->mem + IDALS + 4, to); /* only the first may begin anywhere */
	ccw_put(dev, 0, command, FLAG_SLI | FLAG_IDA, count, DEVICE_IOVA + IDALS);
}

static void make_invalid(struct storm_program *p, struct device *dev, const struct commands *c,
			 struct dice *dice)
{
	unsigned int i, n = 1 + dice_below(dice, 8);

	for (i = 0; i < n; i++) {
		put32(dev->mem + 8 * i, dice_throw(dice));
		put32(dev->mem + 8 * i + 4,
		      dice_one_in(dice, 2) ? dice_throw(dice) : any_data(dev, dice, 64));
	}
	if (dice_one_in(dice, 2))
		dev->mem[1] &= ~0xdb; /* the most likely flags to be refused */
	if (dice_one_in(dice, 2))
		p->orb[4 + dice_below(dice, 8)] ^= 1 << dice_below(dice, 8);
}

static void make_endless(struct storm_program *p, struct device *dev, const struct commands *c,
			 struct dice *dice)
{
	program_endless(dev);
	p->timeout_ms = 20 + dice_below(dice, 300);
}

struct maker {
	enum storm_kind kind;
	unsigned int share; /* of 256 */
	void (*make)(struct storm_program *p, struct device *dev, const struct commands *c,
		     struct dice *dice);
};

static const struct maker makers[] = {
	{ STORM_RUN_ENDLESS, 6, make_endless }, /* only a tape's, see below */
	{ STORM_RUN_CHAIN, 20, make_chain },	    { STORM_RUN_IDAL_4K, 14, make_idal_4k },
	{ STORM_RUN_IDAL_2K, 10, make_idal_2k },    { STORM_RUN_DATA, 30, make_data },
	{ STORM_RUN_INVALID, 24, make_invalid },    { STORM_RUN_BEYOND, 16, make_beyond },
	{ STORM_RUN_SENSE_ID, 136, make_sense_id },
};

void storm_program_make(struct storm_program *p, struct device *dev, const char *cu,
			struct dice *dice)
{
	const struct commands *c = commands_of(cu);
	int left = dice_below(dice, 256);
	size_t i = 0;

	while (left >= (int)makers[i].share)
		left -= makers[i++].share;
	if (makers[i].kind == STORM_RUN_ENDLESS && strcmp(cu, "3490") != 0)
		i++;
	memset(p, 0, sizeof(*p));
	p->kind = makers[i].kind;
	p->timeout_ms = 2000;
	p->orb[5] = ORB_FORMAT_1 | (dice_one_in(dice, 8) ? 0 : ORB_PREFETCH);
	p->orb[6] = 0xff;
	put32(p->orb + 8, DEVICE_IOVA + CCWS);
	p->scsw[2] = 0x40; /* start function */
	makers[i].make(p, dev, c, dice);
}

void storm_program_rewrite(struct device *dev, struct dice *dice)
{
	unsigned int n = dice_below(dice, CHAIN_MAX);

	switch (dice_below(dice, 4)) {
	case 0:
		ccw_put(dev, n, CMD_NOP, FLAG_CC | FLAG_SLI, 1, 0);
		break;
	case 1:
		ccw_put(dev, n, CMD_SENSE_ID, dice_throw(dice), 64, any_data(dev, dice, 64));
		break;
	case 2:
		put32(dev->mem + IDALS + 8 * (n % 16), dice_throw(dice));
		break;
	default:
		put32(dev->mem + 8 * n, dice_throw(dice));
		put32(dev->mem + 8 * n + 4, dice_throw(dice));
	}
}
