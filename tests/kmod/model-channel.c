// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Runs channel programs as the Principles of Operation, ch. 15, says, with one simplification: the
 * whole data area of a CCW must be accessible before any byte of it moves. An access of the host
 * program to anything but live pins and our own memory ends the test.
 */
#include "model-area.h"
#include "model-channel.h"

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
	u32 n = min(len, (u32)sizeof(channel->got) - channel->ngot);
	u32 weight = 2 * command->log->moved + 1;
	u32 i, sum = 0;

	/* the same for the same bytes, in whatever stretches they come */
	for (i = 0; i < len; i++)
		sum += (buf[i] + 1u) * (weight + 2 * i);
	command->log->checksum += sum;
	memcpy(channel->got + channel->ngot, buf, n);
	channel->ngot += n;
}

/* One stretch; going down, the device's next byte goes to the highest address. */
static void stretch_move(struct channel *channel, struct model_command *command, u64 addr, u32 len,
			 bool down)
{
	u32 i, first = command->log->moved;
	u8 pattern = command->answer.pattern;
	u8 buf[4096];

	if (!command_stores(command->cmd)) {
		model_fetch(&channel->mem, addr, buf, len);
		device_got(channel, command, buf, len);
		return;
	}
	if (down)
		for (i = 0; i < len; i++)
			buf[len - 1 - i] = (u8)(pattern + first + i + ((first + i) >> 8));
	else
		for (i = 0; i < len; i++)
			buf[i] = (u8)(pattern + first + i + ((first + i) >> 8));
	model_store(&channel->mem, addr, buf, len);
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
		len = skip ? todo - done : area_take(&area, todo - done, &addr);
		REQUIRE(len > 0);
		if (!skip && !area.skip)
			stretch_move(channel, command, addr, len, area.down);
		command->log->moved += len;
	}
	command->left -= done;
	return done;
}

static bool ccw_fetch(struct channel *channel, u32 addr, struct model_ccw *ret)
{
	u8 raw[8];

	if (!model_read(&channel->mem, addr, raw, 8))
		return false;
	ret->cmd = raw[0];
	ret->flags = raw[model_is_format1(&channel->mem) ? 1 : 4];
	ret->count = (u16)model_number(raw + (model_is_format1(&channel->mem) ? 2 : 6), 2);
	ret->addr = (u32)(model_is_format1(&channel->mem) ? model_number(raw + 4, 4)
							  : model_number(raw + 1, 3));
	return true;
}

static bool ccw_is_tic(const struct model_ccw *ccw)
{
	return (ccw->cmd & 0x0f) == 0x08;
}

static bool tic_is_valid(const struct channel *channel, const struct model_ccw *ccw)
{
	if (ccw->addr % 8 || ccw->addr >= model_address_end(&channel->mem))
		return false;
	return !model_is_format1(&channel->mem) || (ccw->cmd == 0x08 && !ccw->flags && !ccw->count);
}

/* Suspend is never allowed; MIDAWs if the ORB says so, but not with IDAWs or skipping. */
static bool flags_are_valid(const struct channel *channel, u8 flags)
{
	if (flags & 0x02)
		return false;
	return !(flags & 0x01) || ((channel->mem.orb[7] & 0x40) && !(flags & 0x14));
}

static bool ccw_is_valid(struct channel *channel, const struct model_ccw *ccw, bool in_data_chain)
{
	if (ccw->addr >= model_address_end(&channel->mem) || !flags_are_valid(channel, ccw->flags))
		return false;
	if (!in_data_chain && (ccw->cmd & 0x0f) == 0)
		return false;
	if (ccw->count == 0)
		return model_is_format1(&channel->mem) && !in_data_chain && !(ccw->flags & 0x80);
	return true;
}

/* Sets up the data area, unless nothing of it will be used. */
static bool ccw_area(struct channel *channel, const struct model_ccw *ccw, u8 cmd,
		     struct model_area *ret)
{
	bool store = command_stores(cmd);
	bool down = (cmd & 0x0f) == 0x0c;

	memset(ret, 0, sizeof(*ret));
	/* On the host even what is not used must be harmless. */
	if (!channel->mem.is_host &&
	    (ccw->count == 0 || cmd == 0x03 || (store && (ccw->flags & 0x10))))
		return true;
	return area_begin(&channel->mem, ccw, store, down, ret) &&
	       area_is_accessible(*ret, ccw->count, store && !(ccw->flags & 0x10) && ccw->count);
}

/* Is the length as the program wants it, or does it not care? */
static bool length_is_right(const struct channel *channel, const struct model_ccw *ccw,
			    const struct model_command *command, u32 moved)
{
	bool suppressed = (ccw->flags & 0x20) && !(ccw->flags & 0x80);

	if (command->answer.immediate)
		return suppressed || ccw->count == 0 || !model_is_format1(&channel->mem) ||
		       (channel->mem.orb[7] & 0x80);
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
	if (channel->ccws_max && channel->nccws == channel->ccws_max)
		return false;
	if (!state->in_data_chain && !command_begin(channel, state, ccw))
		return false;
	channel->has_immediate_chain |= command->answer.immediate && (ccw->flags & 0x80);
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
		.addr = (u32)model_number(channel->mem.orb + 8, 4),
		.after_tic = true, /* the first CCW may not be a TIC either */
	};

	channel->ncommands = 0;
	channel->npci = 0;
	channel->nccws = 0;
	channel->has_immediate_chain = false;
	channel->ngot = 0;
	channel->residual = 0;
	while (channel_step(channel, &state))
		;
}
