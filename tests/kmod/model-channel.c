// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Runs channel programs as the Principles of Operation, ch. 15, says, with one simplification: the
 * whole data area of a CCW must be accessible before any byte of it moves. An access of the host
 * program to anything but live pins and our own memory ends the test.
 */
#include "model-channel.h"

struct model_ccw {
	u8 cmd;
	u8 flags;
	u16 count;
	u32 addr;
};

/* Where the next byte of a data area is. */
struct model_area {
	bool down;
	bool ida;
	u32 list;      /* address of the next IDAW */
	bool is_first; /* no IDAW used so far */
	u64 addr;
	u32 left; /* bytes from addr on in this block */
};

static u64 big_endian(const u8 *p, unsigned int n)
{
	u64 v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

static bool is_format1(const struct channel *channel)
{
	return channel->orb[5] & 0x80;
}

static bool has_wide_idaws(const struct channel *channel)
{
	return channel->orb[5] & 0x02;
}

static u32 block_size(const struct channel *channel)
{
	return has_wide_idaws(channel) && !(channel->orb[5] & 0x01) ? 4096 : 2048;
}

static u64 address_end(const struct channel *channel)
{
	return is_format1(channel) ? 0x80000000u : 0x1000000u;
}

/* Bytes of the program: CCWs and IDAWs, which never cross a page. */
static bool program_read(struct channel *channel, u64 addr, u8 *buf, u32 len)
{
	const u8 *own;

	if (addr + len > address_end(channel))
		return false;
	if (!channel->is_host) {
		if (!guest_is_mapped(channel->guest, addr, len, false))
			return false;
		guest_get(channel->guest, addr, buf, len);
		return true;
	}
	own = guest_host_own(channel->guest, addr);
	if (!own)
		ck_abort_msg("the channel fetches its program from %llx, which is not ours",
			     (unsigned long long)addr);
	memcpy(buf, own, len);
	return true;
}

/* Loads the next IDAW. */
static bool area_next(struct channel *channel, struct model_area *area)
{
	u32 size = has_wide_idaws(channel) ? 8 : 4;
	u32 mask = block_size(channel) - 1;
	u32 pos;
	u8 raw[8];

	if (!area->ida)
		return false;
	if (!program_read(channel, area->list, raw, size))
		return false;
	area->addr = big_endian(raw, size);
	if (size == 4 && area->addr >= 0x80000000u)
		return false;
	pos = (u32)area->addr & mask;
	if (!area->is_first && pos != (area->down ? mask : 0))
		return false;
	area->left = area->down ? pos + 1 : mask + 1 - pos;
	area->list += size;
	area->is_first = false;
	return true;
}

static bool area_begin(struct channel *channel, const struct model_ccw *ccw, bool down,
		       struct model_area *ret)
{
	struct model_area area = {
		.down = down,
		.ida = ccw->flags & 0x04,
		.list = ccw->addr,
		.is_first = true,
		.addr = ccw->addr,
	};

	if (area.ida && ccw->addr % (has_wide_idaws(channel) ? 8 : 4))
		return false;
	if (!area.ida)
		area.left = down ? ccw->addr + 1 : (u32)(address_end(channel) - ccw->addr);
	*ret = area;
	return true;
}

/* The next stretch of at most max bytes within a page: its lowest address and length. */
static u32 area_take(struct channel *channel, struct model_area *area, u32 max, u64 *ret_addr)
{
	u32 pos, len;

	if (area->left == 0 && !area_next(channel, area))
		return 0;
	pos = (u32)area->addr & 4095;
	len = min(max, area->left);
	len = min(len, area->down ? pos + 1 : 4096 - pos);
	*ret_addr = area->down ? area->addr - (len - 1) : area->addr;
	area->addr = area->down ? area->addr - len : area->addr + len;
	area->left -= len;
	return len;
}

static bool stretch_is_accessible(struct channel *channel, u64 addr, u32 len, bool store)
{
	if (!channel->is_host)
		return guest_is_mapped(channel->guest, addr, len, store);
	if (!guest_host_own(channel->guest, addr) &&
	    !guest_host_pinned(channel->guest, addr, store))
		ck_abort_msg("the channel %s %llx, which is neither pinned for it nor ours",
			     store ? "stores to" : "fetches from", (unsigned long long)addr);
	return true;
}

static bool area_is_accessible(struct channel *channel, struct model_area area, u32 count,
			       bool store)
{
	u64 addr;
	u32 len;

	for (; count > 0; count -= len) {
		len = area_take(channel, &area, count, &addr);
		if (len == 0 || !stretch_is_accessible(channel, addr, len, store))
			return false;
	}
	return true;
}

static u8 *stretch_at(struct channel *channel, u64 addr, bool store)
{
	u8 *own = guest_host_own(channel->guest, addr);

	return own ? own : guest_host_pinned(channel->guest, addr, store);
}

static void stretch_store(struct channel *channel, u64 addr, const u8 *buf, u32 len)
{
	if (channel->is_host)
		memcpy(stretch_at(channel, addr, true), buf, len);
	else
		guest_put(channel->guest, addr, buf, len);
}

static void stretch_fetch(struct channel *channel, u64 addr, u8 *buf, u32 len)
{
	if (channel->is_host)
		memcpy(buf, stretch_at(channel, addr, false), len);
	else
		guest_get(channel->guest, addr, buf, len);
}

/* The command in progress over its data chain. */
struct model_command {
	struct channel_command *log;
	struct channel_answer answer;
	u8 cmd;
	u32 left; /* of answer.length */
};

static bool command_stores(u8 cmd)
{
	return (cmd & 0x03) == 0x02 || (cmd & 0x0f) == 0x04 || (cmd & 0x0f) == 0x0c;
}

static void device_got(struct channel *channel, struct model_command *command, const u8 *buf,
		       u32 len)
{
	u32 i;

	for (i = 0; i < len; i++) {
		command->log->checksum = command->log->checksum * 31 + buf[i];
		if (channel->ngot < sizeof(channel->got))
			channel->got[channel->ngot++] = buf[i];
	}
}

/* One stretch; going down, the device's next byte goes to the highest address. */
static void stretch_move(struct channel *channel, struct model_command *command, u64 addr, u32 len,
			 bool down)
{
	u8 buf[4096];
	u32 i, n;

	if (!command_stores(command->cmd)) {
		stretch_fetch(channel, addr, buf, len);
		device_got(channel, command, buf, len);
		return;
	}
	for (i = 0; i < len; i++) {
		n = command->log->moved + i;
		buf[down ? len - 1 - i : i] = (u8)(command->answer.pattern + n + (n >> 8));
	}
	stretch_store(channel, addr, buf, len);
}

/* Moves what the device wants, up to the count. */
static u32 area_move(struct channel *channel, struct model_command *command,
		     const struct model_ccw *ccw, struct model_area area)
{
	bool skip = (ccw->flags & 0x10) && command_stores(command->cmd);
	u32 todo = min(command->left, (u32)ccw->count);
	u32 done, len;
	u64 addr = 0;

	for (done = 0; done < todo; done += len) {
		len = skip ? todo - done : area_take(channel, &area, todo - done, &addr);
		REQUIRE(len > 0);
		if (!skip)
			stretch_move(channel, command, addr, len, area.down);
		command->log->moved += len;
	}
	command->left -= done;
	return done;
}

static bool ccw_fetch(struct channel *channel, u32 addr, struct model_ccw *ret)
{
	u8 raw[8];

	if (!program_read(channel, addr, raw, 8))
		return false;
	ret->cmd = raw[0];
	ret->flags = raw[is_format1(channel) ? 1 : 4];
	ret->count = (u16)big_endian(raw + (is_format1(channel) ? 2 : 6), 2);
	ret->addr = (u32)(is_format1(channel) ? big_endian(raw + 4, 4) : big_endian(raw + 1, 3));
	return true;
}

static bool ccw_is_tic(const struct model_ccw *ccw)
{
	return (ccw->cmd & 0x0f) == 0x08;
}

static bool tic_is_valid(const struct channel *channel, const struct model_ccw *ccw)
{
	if (ccw->addr % 8 || ccw->addr >= address_end(channel))
		return false;
	return !is_format1(channel) || (ccw->cmd == 0x08 && !ccw->flags && !ccw->count);
}

static bool ccw_is_valid(struct channel *channel, const struct model_ccw *ccw, bool in_data_chain)
{
	if (ccw->addr >= address_end(channel) || (ccw->flags & 0x03))
		return false;
	if (!in_data_chain && (ccw->cmd & 0x0f) == 0)
		return false;
	if (ccw->count == 0)
		return is_format1(channel) && !in_data_chain && !(ccw->flags & 0x80);
	return true;
}

/* Sets up the data area, unless nothing of it will be used. */
static bool ccw_area(struct channel *channel, const struct model_ccw *ccw, u8 cmd,
		     struct model_area *ret)
{
	bool store = command_stores(cmd);

	memset(ret, 0, sizeof(*ret));
	ret->down = (cmd & 0x0f) == 0x0c;
	/* On the host even what is not used must be harmless. */
	if (!channel->is_host && (ccw->count == 0 || cmd == 0x03 || (store && (ccw->flags & 0x10))))
		return true;
	return area_begin(channel, ccw, ret->down, ret) &&
	       area_is_accessible(channel, *ret, ccw->count,
				  store && !(ccw->flags & 0x10) && ccw->count);
}

/* Is the length as the program wants it, or does it not care? */
static bool length_is_right(const struct channel *channel, const struct model_ccw *ccw,
			    const struct model_command *command, u32 moved)
{
	bool suppressed = (ccw->flags & 0x20) && !(ccw->flags & 0x80);

	if (command->answer.immediate)
		return suppressed || ccw->count == 0 || !is_format1(channel) ||
		       (channel->orb[7] & 0x80);
	return suppressed || (moved == ccw->count && command->left == 0);
}

/* State between CCWs. */
struct model_state {
	u32 addr;
	bool in_data_chain;
	bool after_tic;
	struct model_command command;
};

static bool command_begin(struct channel *channel, struct model_state *state,
			  const struct model_ccw *ccw)
{
	struct model_command *command = &state->command;
	unsigned int nth = channel->ncommands;

	if (nth == (channel->commands_max ? channel->commands_max : CHANNEL_COMMANDS_MAX))
		return false;
	memset(command, 0, sizeof(*command));
	command->cmd = ccw->cmd;
	command->answer = channel->answer(channel->data, nth, ccw->cmd, ccw->count);
	command->left = command->answer.immediate ? 0 : command->answer.length;
	command->log = &channel->command[channel->ncommands++];
	command->log->cmd = ccw->cmd;
	command->log->moved = 0;
	command->log->checksum = 0;
	return true;
}

/* Executes a CCW that is not TIC. Returns whether there is a next one. */
static bool ccw_execute(struct channel *channel, struct model_state *state,
			const struct model_ccw *ccw)
{
	struct model_command *command = &state->command;
	struct model_area area;
	u32 moved;

	channel->end = CHANNEL_PROGRAM_CHECK;
	if (!ccw_is_valid(channel, ccw, state->in_data_chain) ||
	    !ccw_area(channel, ccw, state->in_data_chain ? command->cmd : ccw->cmd, &area))
		return false;
	channel->end = CHANNEL_STOPPED;
	if (!state->in_data_chain && !command_begin(channel, state, ccw))
		return false;
	channel->nccws++;
	channel->npci += !!(ccw->flags & 0x08);
	moved = area_move(channel, command, ccw, area);
	channel->residual = (u16)(ccw->count - moved);
	if ((ccw->flags & 0x80) && moved == ccw->count && !command->answer.immediate) {
		state->in_data_chain = true;
		state->addr += 8;
		return true;
	}
	state->in_data_chain = false;
	channel->end = CHANNEL_UNIT_CHECK;
	if (command->answer.unit_check)
		return false;
	channel->end = CHANNEL_INCORRECT_LENGTH;
	if (!length_is_right(channel, ccw, command, moved))
		return false;
	channel->end = CHANNEL_NORMAL;
	state->addr += command->answer.modifier ? 16 : 8;
	return (ccw->flags & 0xc0) == 0x40;
}

static bool channel_step(struct channel *channel, struct model_state *state)
{
	struct model_ccw ccw;

	channel->end = CHANNEL_PROGRAM_CHECK;
	channel->cpa = state->addr + 8;
	if (!ccw_fetch(channel, state->addr, &ccw))
		return false;
	if (!ccw_is_tic(&ccw)) {
		state->after_tic = false;
		return ccw_execute(channel, state, &ccw);
	}
	if (state->after_tic || !tic_is_valid(channel, &ccw))
		return false;
	state->after_tic = true;
	state->addr = ccw.addr;
	return true;
}

void channel_run(struct channel *channel)
{
	struct model_state state = {
		.addr = (u32)big_endian(channel->orb + 8, 4),
		.after_tic = true, /* the first CCW may not be a TIC either */
	};

	channel->ncommands = 0;
	channel->npci = 0;
	channel->nccws = 0;
	channel->ngot = 0;
	channel->residual = 0;
	while (channel_step(channel, &state))
		;
}
