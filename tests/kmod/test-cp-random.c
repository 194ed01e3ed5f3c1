// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Random programs, the same ones every time: each runs once as the guest wrote it, over guest memory,
 * and once translated, over host memory. Device, memory and status must not tell the difference.
 *
 * Left out is what translation is known to do otherwise (see the heads of kmod/cp-walk.c and
 * cp-copy.c): a status modifier that skips a CCW without chaining or leads into a data chain of
 * another kind, and overlaps of copied data.
 */
#include "bench.h"
#include "check-main.h"

#define PROGRAMS     2000 /* in each test */
#define COMMANDS_MAX 40
#define ROWS_MAX     4
#define ROW_MAX	     8
#define ROW_BYTES    0x400
#define TICS_MAX     3
#define LISTS	     (PROGRAM + 0x4000)
#define LIST_BYTES   0x200

struct maker {
	struct bench *bench;
	u64 state;
	u8 orb5;
	bool midaws;
	u32 next_list;
	unsigned int ntics;
	unsigned int nrows;
	unsigned int length[ROWS_MAX];
	unsigned int next_block; /* of 2 KiB, for data that no other CCW may share */
};

static u32 draw(struct maker *m, u32 n)
{
	m->state ^= m->state << 13;
	m->state ^= m->state >> 7;
	m->state ^= m->state << 17;
	return (u32)(m->state >> 20) % n;
}

static bool chance(struct maker *m, u32 percent)
{
	return draw(m, 100) < percent;
}

static bool has_2k_blocks(const struct maker *m)
{
	return (m->orb5 & 3) != IDAW2_4K;
}

static u32 row_at(unsigned int row)
{
	return PROGRAM + 0x100 + row * ROW_BYTES;
}

static u16 make_count(struct maker *m)
{
	static const u16 edges[] = { 0, 1, 2047, 2048, 2049, 4095, 4096, 4097 };

	if (chance(m, 30))
		return edges[draw(m, ARRAY_SIZE(edges))];
	if (!has_2k_blocks(m) && chance(m, 2))
		return 65535;
	return (u16)(1 + draw(m, chance(m, 70) ? 200 : 5000));
}

/* The next of 128 blocks of 2 KiB in DATA, in an order that leaves neighbours apart. */
static u64 block_take(struct maker *m, u32 alignment)
{
	unsigned int i = m->next_block++ % 128;

	if (alignment == 4096)
		return DATA + (u64)(i * 37 % 64) * 4096;
	return DATA + (u64)(i * 37 % 128) * 2048;
}

static u64 make_block(struct maker *m, bool down)
{
	u32 size = has_2k_blocks(m) ? 2048 : 4096;
	u64 block;

	if (has_2k_blocks(m))
		block = block_take(m, 2048);
	else if (chance(m, 30))
		block = HIGH + (u64)draw(m, 40) * size;
	else
		block = DATA + (u64)draw(m, 64) * size;
	if (chance(m, 1))
		block = chance(m, 50) ? READ_ONLY : NOWHERE;
	return down ? block + size - 1 : block;
}

/* A list for count bytes, whose first word may point into its block. */
static u32 make_list(struct maker *m, u16 count, bool down)
{
	u32 size = has_2k_blocks(m) ? 2048 : 4096;
	u32 list = m->next_list, first, i;
	u64 addr = make_block(m, down);

	m->next_list += LIST_BYTES;
	if (chance(m, 2))
		list += draw(m, 8);
	first = chance(m, 50) ? draw(m, size) : 0;
	bench_idaw(m->bench, m->orb5, list, 0, down ? addr - first : addr + first);
	for (i = 1; i * size < count + size; i++) {
		addr = make_block(m, down);
		if (!has_2k_blocks(m) && chance(m, 1))
			addr += 2048;
		bench_idaw(m->bench, m->orb5, list, i, addr);
	}
	return list;
}

/* Fields as a MIDAW may have them, or not. */
static void make_midaw(struct maker *m, u32 list, unsigned int i, u8 flags, u16 count, u64 addr)
{
	if (chance(m, 1) && chance(m, 30))
		flags |= (u8)(1u << draw(m, 6));
	if (chance(m, 1) && chance(m, 30))
		flags ^= MIDAW_LAST;
	if (chance(m, 1) && chance(m, 30))
		count = (u16)(count + draw(m, 3) - 1);
	bench_midaw(m->bench, list, i, flags, count, addr);
}

/* At most 32 areas for count bytes, some of which adjoin, each in blocks of its own. */
static u32 make_midal(struct maker *m, u16 count, bool down)
{
	u32 list = m->next_list, left = count, n, room = 0;
	unsigned int i;
	u64 block = 0;
	u8 flags;

	m->next_list += LIST_BYTES;
	for (i = 0; left > 0; i++) {
		if (room == 0 || chance(m, 30)) {
			block = block_take(m, 2048);
			room = 2048;
		}
		n = i < 24 && chance(m, 70) ? 1 + draw(m, 600) : 2048;
		n = min(n, min(left, room));
		flags = chance(m, 15) ? MIDAW_SKIP : 0;
		flags |= n == left && chance(m, 95) ? MIDAW_LAST : 0;
		room -= n;
		make_midaw(m, list, i, flags, (u16)n,
			   down ? block + room + n - 1 : block + 2048 - room - n);
		left -= n;
	}
	return list + (chance(m, 1) ? 8 : 0);
}

static u32 make_direct(struct maker *m, u16 count)
{
	u32 block;

	if (chance(m, 2))
		return DATA + 64 * CP_PAGE_SIZE - draw(m, 3);
	if (chance(m, 1))
		return chance(m, 50) ? READ_ONLY : NOWHERE;
	if (!has_2k_blocks(m))
		return DATA + draw(m, 64 * CP_PAGE_SIZE - 65536) + (chance(m, 50) ? 0 : 20000);
	/* all of it within blocks of its own */
	block = (u32)block_take(m, 2048);
	while (count > 2048) {
		(void)block_take(m, 2048);
		count = (u16)(count - 2048);
	}
	return block;
}

static u8 make_cmd(struct maker *m)
{
	static const u8 cmds[] = { 0x02, 0x06, 0x04, 0x0c, 0x01, 0x05, 0x07, 0x31, 0x03, 0x02 };

	if (chance(m, 1))
		return (u8)draw(m, 256);
	return cmds[draw(m, ARRAY_SIZE(cmds))];
}

/* Copied data may be reached in one context only, so a TIC leads to the begin of a row there. */
static void make_tic(struct maker *m, u32 at)
{
	unsigned int row = draw(m, m->nrows);
	unsigned int slot = has_2k_blocks(m) ? 0 : draw(m, m->length[row]);
	u8 cmd = 0x08;

	m->ntics++;
	if (!(m->orb5 & FORMAT1))
		cmd |= (u8)(draw(m, 16) << 4);
	bench_ccw(m->bench, m->orb5, at, cmd, 0, 0,
		  row_at(row) + 8 * slot + (chance(m, 1) ? 4 : 0));
}

static u8 make_flags(struct maker *m, u8 cmd, u16 count, bool is_last)
{
	u8 flags = 0;

	if (!is_last || chance(m, 5))
		flags |= chance(m, 25) && !is_last ? CD : CC;
	/* An immediate command with CD: ends differently, see host_flags() in kmod/cp-build.c. */
	if ((cmd & 0x03) == 0x03 && (cmd == 0x03 || count == 1) && (flags & CD))
		flags = CC;
	flags |= chance(m, 50) ? SLI : 0;
	flags |= chance(m, 10) ? SKIP : 0;
	flags |= chance(m, 10) ? PCI : 0;
	flags |= chance(m, 40) ? IDA : 0;
	if (m->midaws && chance(m, 60))
		flags = (u8)((flags & ~(IDA | SKIP)) | MIDA);
	flags |= chance(m, 1) ? (u8)(1 + draw(m, 3)) : 0;
	return flags;
}

/* chain_cmd: the command whose data chain this CCW is in, 0: none. */
static u8 make_ccw(struct maker *m, u32 at, bool is_last, u8 chain_cmd, bool is_plain)
{
	u8 cmd = chain_cmd && is_plain ? chain_cmd : make_cmd(m);
	u16 count = make_count(m);
	u8 flags = make_flags(m, cmd, count, is_last);
	bool down = ((chain_cmd ? chain_cmd : cmd) & 0x0f) == 0x0c;
	u32 addr;

	if (is_plain && (cmd & 0x03) == 0x03 && (flags & CD))
		flags ^= CD | CC;

	if (flags & MIDA) {
		addr = make_midal(m, count, down);
	} else if (flags & IDA) {
		addr = make_list(m, count, down);
	} else {
		addr = make_direct(m, count);
		if (down && count && addr != NOWHERE && addr != READ_ONLY)
			addr += count - 1u;
	}
	bench_ccw(m->bench, m->orb5, at, cmd, flags, count, addr);
	return flags & CD ? (chain_cmd ? chain_cmd : cmd) : 0;
}

/*
 * A status modifier can lead into a data chain whose first CCW follows a command-chained one. Such a
 * chain is plain here: one code, no TIC, no control command.
 */
static void make_row(struct maker *m, unsigned int row)
{
	bool after_tic = true, is_plain = false;
	u8 chain_cmd = 0;
	unsigned int i;
	u32 at;

	for (i = 0; i < m->length[row]; i++) {
		at = row_at(row) + 8 * i;
		if (m->ntics < TICS_MAX && chance(m, after_tic ? 1 : 25) &&
		    !(chain_cmd && (is_plain || has_2k_blocks(m)))) {
			make_tic(m, at);
			after_tic = true;
			chain_cmd = 0;
			continue;
		}
		if (!chain_cmd)
			is_plain = !after_tic;
		chain_cmd = make_ccw(m, at, i + 1 == m->length[row], chain_cmd, is_plain);
		after_tic = false;
	}
}

static void make_program(struct maker *m, u8 idaws)
{
	static const u8 zeros[16 * CP_PAGE_SIZE];
	unsigned int row;

	guest_put(m->bench->guest, PROGRAM, zeros, sizeof(zeros));
	m->orb5 = idaws | (chance(m, 70) ? FORMAT1 : FORMAT0);
	m->bench->orb[7] = (chance(m, 30) ? 0x80 : 0) | (m->midaws ? ORB_MIDAWS : 0);
	m->next_list = LISTS;
	m->next_block = draw(m, 128);
	m->ntics = 0;
	m->nrows = 1 + draw(m, ROWS_MAX);
	for (row = 0; row < m->nrows; row++)
		m->length[row] = 1 + draw(m, ROW_MAX);
	for (row = 0; row < m->nrows; row++)
		make_row(m, row);
}

/* Answers depend on the program and the command's number only. */
static struct channel_answer random_answer(void *data, unsigned int nth, u8 cmd, u16 count)
{
	struct maker m = { .state = *(const u64 *)data ^ (nth + 1) * 0x9e3779b97f4a7c15ull };
	struct channel_answer answer = { .length = count };
	unsigned int i;

	for (i = 0; i < 4; i++)
		(void)draw(&m, 2);
	answer.pattern = (u8)draw(&m, 256);
	answer.modifier = chance(&m, 25);
	answer.unit_check = chance(&m, 3);
	answer.immediate = cmd == 0x03 || ((cmd & 0x03) == 0x03 && count == 1);
	if (chance(&m, 20))
		answer.length = draw(&m, 3u * count + 5);
	else if (chance(&m, 10))
		answer.length = count ? count - 1u : 0;
	return answer;
}

static void reference_run(struct bench *b, struct channel *reference, u64 *seed)
{
	memset(reference, 0, sizeof(*reference));
	reference->mem.guest = b->guest;
	memcpy(reference->mem.orb, b->orb, sizeof(b->orb));
	reference->answer = random_answer;
	reference->data = seed;
	reference->commands_max = COMMANDS_MAX;
	channel_run(reference);
}

static void expect_same(const struct channel *host, const struct channel *reference, unsigned int i)
{
	unsigned int c;

	if (host->end != reference->end || host->cpa != reference->cpa)
		ck_abort_msg("program %u: ends as %d at %x, should as %d at %x", i, host->end,
			     host->cpa, reference->end, reference->cpa);
	if (host->end != CHANNEL_PROGRAM_CHECK)
		REQUIRE(host->residual == reference->residual);
	REQUIRE(host->ncommands == reference->ncommands);
	REQUIRE(host->nccws == reference->nccws);
	REQUIRE(host->npci == reference->npci);
	for (c = 0; c < host->ncommands; c++)
		if (memcmp(&host->command[c], &reference->command[c], sizeof(host->command[c])))
			ck_abort_msg("program %u: command %u (%02x) moved %u bytes, should %u", i,
				     c, host->command[c].cmd, host->command[c].moved,
				     reference->command[c].moved);
}

/* Returns whether the program was accepted and so compared. */
static bool program_compare(struct bench *b, struct maker *m, unsigned int i)
{
	static struct channel reference;
	u64 seed = m->state;
	u8 *before, *after;
	size_t len;
	int r;

	before = guest_snapshot(b->guest, &len);
	r = bench_translate(b, m->orb5, row_at(0));
	if (r) {
		REQUIRE(guest_pinned_pages(b->guest) == cp_memory_pages(b->cp));
		free(before);
		return false;
	}
	b->host.answer = random_answer;
	b->host.data = &seed;
	b->host.commands_max = COMMANDS_MAX;
	bench_go(b);
	after = guest_snapshot(b->guest, &len);
	guest_restore(b->guest, before);
	reference_run(b, &reference, &seed);
	expect_same(&b->host, &reference, i);
	free(before);
	before = guest_snapshot(b->guest, &len);
	if (memcmp(before, after, len))
		ck_abort_msg("program %u: memory differs", i);
	free(before);
	free(after);
	return true;
}

/* Some of the data and lists; the guest's program is not read twice there either. */
static void register_some(struct bench *b)
{
	REQUIRE(cp_memory_register(b->cp, PROGRAM, 4 * CP_PAGE_SIZE, true) == 0);
	REQUIRE(cp_memory_register(b->cp, DATA, 20 * CP_PAGE_SIZE, true) == 0);
	REQUIRE(cp_memory_register(b->cp, DATA + 20 * CP_PAGE_SIZE, 9 * CP_PAGE_SIZE, true) == 0);
	REQUIRE(cp_memory_register(b->cp, DATA + 40 * CP_PAGE_SIZE, CP_PAGE_SIZE, true) == 0);
	REQUIRE(cp_memory_register(b->cp, READ_ONLY, 2 * CP_PAGE_SIZE, false) == 0);
	REQUIRE(cp_memory_register(b->cp, HIGH + 4096, 15 * CP_PAGE_SIZE, true) == 0);
}

/* Programs with these IDAW formats in turn. */
static void compare_many(const u8 *formats, unsigned int nformats, bool midaws, bool registers,
			 u64 seed)
{
	struct bench *b = bench_new();
	struct maker m = { .bench = b, .state = seed, .midaws = midaws };
	unsigned int i, accepted = 0, ends[CHANNEL_STOPPED + 1] = { 0 };

	bench_fill(b, DATA, 64 * CP_PAGE_SIZE);
	bench_fill(b, READ_ONLY, 4 * CP_PAGE_SIZE);
	bench_fill(b, HIGH, 40 * CP_PAGE_SIZE);
	if (registers)
		register_some(b);
	for (i = 0; i < PROGRAMS; i++) {
		make_program(&m, formats[i % nformats]);
		if (!program_compare(b, &m, i))
			continue;
		accepted++;
		ends[b->host.end]++;
	}
	/* A generator whose programs all end alike would compare nothing. */
	ck_assert_uint_gt(accepted, PROGRAMS / 2);
	for (i = 0; i < CHANNEL_STOPPED; i++)
		ck_assert_uint_gt(ends[i], PROGRAMS / 50);
	bench_free(b);
}

START_TEST(test_programs_with_4k_blocks_do_what_the_guests_do)
{
	static const u8 formats[] = { IDAW2_4K };

	compare_many(formats, ARRAY_SIZE(formats), false, false, 0x2545f4914f6cdd1dull);
}
END_TEST

START_TEST(test_programs_with_2k_blocks_do_what_the_guests_do)
{
	static const u8 formats[] = { IDAW1, IDAW2_2K };

	compare_many(formats, ARRAY_SIZE(formats), false, false, 0x9e3779b97f4a7c15ull);
}
END_TEST

START_TEST(test_programs_with_midaws_do_what_the_guests_do)
{
	static const u8 formats[] = { IDAW1, IDAW2_2K };

	compare_many(formats, ARRAY_SIZE(formats), true, false, 0xd1342543de82ef95ull);
}
END_TEST

START_TEST(test_programs_on_registered_memory_do_what_the_guests_do)
{
	static const u8 formats[] = { IDAW2_4K };

	compare_many(formats, ARRAY_SIZE(formats), false, true, 0xa0761d6478bd642full);
}
END_TEST

START_TEST(test_copies_on_registered_memory_do_what_the_guests_do)
{
	static const u8 formats[] = { IDAW1, IDAW2_2K };

	compare_many(formats, ARRAY_SIZE(formats), true, true, 0xe7037ed1a0b428dbull);
}
END_TEST

CHECK_MAIN("cp-random", test_programs_on_registered_memory_do_what_the_guests_do,
	   test_copies_on_registered_memory_do_what_the_guests_do,
	   test_programs_with_4k_blocks_do_what_the_guests_do,
	   test_programs_with_2k_blocks_do_what_the_guests_do,
	   test_programs_with_midaws_do_what_the_guests_do)
