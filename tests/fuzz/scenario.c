// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * A head of a few bytes and then steps, each of which writes a CCW, a word of a list or plain bytes
 * where a cursor is, or adds an answer. Bytes that are missing count as zeros.
 */
#include "scenario.h"

#define PROGRAM	  0x10000u /* 3 pages */
#define LISTS	  0x12000u /* the last of them */
#define STEPS_MAX 200

struct feed {
	const u8 *next;
	size_t left;
};

struct maker {
	struct scenario *scenario;
	struct cp_mem *guest;
	struct feed feed;
	u32 ccw;  /* where the next CCW goes */
	u32 word; /* the next word of a list */
	u32 list; /* where the list began */
};

/* Where data and lists may be: most places are good. */
static const struct {
	u64 addr;
	unsigned int npages; /* 0: nothing is mapped there */
	bool writable;
} places[] = {
	{ 0x20000, 4, true },	     { PROGRAM, 3, true },
	{ 0x30000, 1, false },	     { 0xfff000, 1, true },
	{ 0x180000000ull, 2, true }, { 0x40000, 0, false },
	{ ~0ull - 4095, 1, true },   { 0, 1, true },
};

static u8 feed_u8(struct feed *feed)
{
	if (feed->left == 0)
		return 0;
	feed->left--;
	return *feed->next++;
}

static u16 feed_u16(struct feed *feed)
{
	u8 high = feed_u8(feed);

	return (u16)(high << 8 | feed_u8(feed));
}

static void put(struct maker *m, u32 at, u64 v, unsigned int n)
{
	u8 raw[8];
	unsigned int i = n;

	while (i-- > 0) {
		raw[i] = (u8)v;
		v >>= 8;
	}
	if (guest_is_mapped(m->guest, at, n, false))
		guest_put(m->guest, at, raw, n);
}

/* One byte chooses the place and, in its high half, a page; two the offset. */
static u64 feed_place(struct feed *feed)
{
	u8 code = feed_u8(feed);

	return places[code & 7].addr + (u64)(code >> 4) * 4096 + (feed_u16(feed) & 0x1fff);
}

static void step_ccw(struct maker *m, u8 code)
{
	static const u8 cmds[] = { 0x02, 0x01, 0x0c, 0x04, 0x07, 0x03, 0x31, 0x00 };
	bool format1 = m->scenario->orb[5] & 0x80;
	u8 cmd = code & 0x08 ? feed_u8(&m->feed) : cmds[code & 7];
	u8 flags = feed_u8(&m->feed);
	u16 count = feed_u16(&m->feed);
	u64 addr;

	if (!(code & 0x80))
		count &= 0x3ff;
	addr = flags & 0x05 && !(code & 0x40) ? m->list : feed_place(&m->feed);
	put(m, m->ccw, cmd, 1);
	put(m, m->ccw + (format1 ? 1 : 4), flags, 1);
	if (!format1)
		put(m, m->ccw + 5, 0, 1);
	put(m, m->ccw + (format1 ? 2 : 6), count, 2);
	put(m, m->ccw + (format1 ? 4 : 1), addr, format1 ? 4 : 3);
	m->ccw += 8;
}

static void step_tic(struct maker *m, u8 code)
{
	u32 to = PROGRAM + 8u * feed_u8(&m->feed) + (code & 0x40 ? 4 : 0) +
		 (code & 0x80 ? 0xf00 : 0);
	bool format1 = m->scenario->orb[5] & 0x80;

	put(m, m->ccw, 0x08, 1);
	put(m, m->ccw + (format1 ? 1 : 4), 0, format1 ? 3 : 4);
	put(m, m->ccw + (format1 ? 4 : 1), to, format1 ? 4 : 3);
	m->ccw += 8;
}

static void step_idaw(struct maker *m, u8 code)
{
	u32 size = m->scenario->orb[5] & 0x02 ? 8 : 4;
	u64 addr = feed_place(&m->feed);

	if (code & 0x80)
		addr &= ~(u64)0x7ff;
	if (code & 0x40)
		addr |= 0x7ff;
	put(m, m->word, addr, size);
	m->word += size;
}

static void step_midaw(struct maker *m, u8 code)
{
	u8 flags = (u8)((code & 0x80) | (code & 0x40) | (code & 0x08 ? feed_u8(&m->feed) : 0));
	u16 count = feed_u16(&m->feed);

	if (code & 0x10)
		count = (u16)(count >> 8);
	put(m, m->word, flags, 6);
	put(m, m->word + 6, count, 2);
	put(m, m->word + 8, feed_place(&m->feed), 8);
	m->word += 16;
}

static void step_list(struct maker *m, u8 code)
{
	m->list = ALIGN(m->word, 16u) + (code & 0x80 ? feed_u8(&m->feed) : 0);
	if (code & 0x40)
		m->list = LISTS + (feed_u16(&m->feed) & 0xfff);
	m->word = m->list;
}

static void step_bytes(struct maker *m, u8 code)
{
	u32 at = PROGRAM + (feed_u16(&m->feed) & 0x2fff);
	unsigned int i;

	for (i = 0; i <= (code >> 4); i++)
		put(m, at + i, feed_u8(&m->feed), 1);
}

static void step_answer(struct maker *m, u8 code)
{
	struct channel_answer answer = {
		.length = feed_u16(&m->feed),
		.modifier = code & 0x40,
		.unit_check = (code & 0x38) == 0x38,
		.pattern = (u8)(m->scenario->nanswers * 7 + 1),
	};

	if (m->scenario->nanswers < SCENARIO_ANSWERS_MAX)
		m->scenario->answer[m->scenario->nanswers++] = answer;
}

/* Where the next CCWs go, or which places are registered memory. */
static void step_row(struct maker *m, u8 code)
{
	if (code & 0x40) {
		m->scenario->registered |= feed_u8(&m->feed);
		m->scenario->registers_less = code & 0x80;
		return;
	}
	m->ccw = PROGRAM + 8u * feed_u8(&m->feed) + (code & 0x80 ? 0xf00 : 0);
}

static void head_make(struct maker *m)
{
	static const int errors[] = { -ENOMEM, -EFAULT, -EPERM, -EINVAL };
	struct scenario *scenario = m->scenario;
	u8 code = feed_u8(&m->feed);
	u8 fail;

	scenario->orb[5] = code & 0x83;
	scenario->orb[6] = 0xff;
	scenario->orb[7] = code & 0x60 ? 0x40 : 0;
	scenario->orb[7] |= code & 0x10 ? 0x80 : 0;
	scenario->twice = code & 0x04;
	if ((code & 0x0c) == 0x0c) {
		scenario->orb[4] = feed_u8(&m->feed);
		scenario->orb[5] ^= feed_u8(&m->feed);
		scenario->orb[7] ^= feed_u8(&m->feed);
	}
	if ((code & 0x0c) != 0x08)
		return;
	fail = feed_u8(&m->feed);
	scenario->mutates = fail == 0xff;
	scenario->fail_kinds = scenario->mutates ? 0 : fail & 0x1f;
	if (scenario->fail_kinds & 1u << GUEST_READ)
		scenario->fail_kinds |= 1u << GUEST_PEEK;
	scenario->fail_error = errors[(fail >> 5) & 3];
	fail = feed_u8(&m->feed);
	scenario->fail_nth = 1u + (fail & 0x7f);
	scenario->twice = fail & 0x80;
	fail = feed_u8(&m->feed);
	scenario->commands[fail >> 3] &= (u8) ~(0x80 >> (fail & 7));
}

static void memory_map(struct cp_mem *guest)
{
	unsigned int i;
	u8 bytes[256];

	BUILD_BUG_ON(ARRAY_SIZE(places) != 8);
	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (places[i].npages)
			guest_map(guest, places[i].addr, places[i].npages, places[i].writable);
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)(i * 11 + 5);
	for (i = 0; i < 4 * 16; i++) /* so that what is sent out can be told apart */
		guest_put(guest, places[0].addr + i * sizeof(bytes), bytes, sizeof(bytes));
}

void scenario_make(struct scenario *scenario, struct cp_mem *guest, const u8 *data, size_t size)
{
	static void (*const steps[])(struct maker * m, u8 code) = {
		step_ccw,  step_ccw,   step_tic,    step_idaw,
		step_list, step_midaw, step_answer, step_row,
	};
	struct maker m = {
		.scenario = scenario,
		.guest = guest,
		.feed = { data, size },
		.ccw = PROGRAM,
		.word = LISTS,
		.list = LISTS,
	};
	unsigned int i;
	u8 kind, code;

	memset(scenario, 0, sizeof(*scenario));
	memset(scenario->commands, 0xff, sizeof(scenario->commands));
	memory_map(guest);
	head_make(&m);
	for (i = 0; i < STEPS_MAX && m.feed.left > 0; i++) {
		kind = feed_u8(&m.feed);
		code = kind & 0x08 && kind != 0xff ? feed_u8(&m.feed) : (u8)(kind >> 4);
		if (kind == 0xff)
			step_bytes(&m, feed_u8(&m.feed));
		else
			steps[kind & 7](&m, code);
	}
	scenario->orb[8] = 0;
	scenario->orb[9] = (PROGRAM >> 16) & 0xff;
	scenario->orb[10] = (PROGRAM >> 8) & 0xff;
	scenario->orb[11] = PROGRAM & 0xff;
}

int scenario_register(const struct scenario *scenario, struct cp *cp)
{
	unsigned int i, npages;
	int first = 0, r;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		npages = places[i].npages;
		if (!npages || !(scenario->registered & (1u << i)))
			continue;
		if (scenario->registers_less && npages > 1)
			npages--;
		r = cp_memory_register(cp, places[i].addr, (u64)npages * CP_PAGE_SIZE,
				       places[i].writable);
		if (r && !first)
			first = r;
	}
	return first;
}

bool scenario_drop(struct cp *cp)
{
	return cp_memory_drop(cp, places[0].addr, 1);
}

/* Immediate are just the commands that the translator takes for such, see doc/kernel.md. */
struct channel_answer scenario_answer(void *data, unsigned int nth, u8 cmd, u16 count)
{
	const struct scenario *scenario = data;
	struct channel_answer answer = { .length = count };

	if (nth < scenario->nanswers)
		answer = scenario->answer[nth];
	answer.immediate = cmd == 0x03 || ((cmd & 0x03) == 0x03 && count == 1);
	return answer;
}
