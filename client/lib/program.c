/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the model of one channel program and its layout as format-1 CCWs (Principles of Operation,
 * chapter 15). Knows neither the text it was written as nor how it is started.
 */
#include <errno.h>
#include <string.h>

#include "program.h"

#define AREA_ALIGN 8

/* Flags of a format-1 CCW */
enum {
	CCW_CD = 0x80,
	CCW_CC = 0x40,
	CCW_SLI = 0x20,
	CCW_SKIP = 0x10,
	CCW_PCI = 0x08,
};

struct program {
	struct program_ccw ccws[PROGRAM_CCWS_MAX];
	unsigned int n;
};

int program_new(struct program **ret)
{
	struct program *program = calloc(1, sizeof(*program));

	if (!program)
		return -ENOMEM;
	*ret = program;
	return 0;
}

struct program *program_free(struct program *program)
{
	if (!program)
		return NULL;
	for (unsigned int i = 0; i < program->n; i++)
		free((void *)program->ccws[i].data);
	free(program);
	return NULL;
}

static int append(struct program *program, struct program_ccw ccw)
{
	if (program->n >= PROGRAM_CCWS_MAX)
		return -E2BIG;
	program->ccws[program->n++] = ccw;
	return 0;
}

int program_add_plain(struct program *program, uint8_t command, uint8_t flags)
{
	return append(program, (struct program_ccw){ .command = command, .flags = flags });
}

int program_add_store(struct program *program, uint8_t command, uint8_t flags, size_t count)
{
	if (count > PROGRAM_BYTES_MAX)
		return -E2BIG;
	return append(program, (struct program_ccw){ .command = command,
						     .flags = flags,
						     .count = (uint16_t)count,
						     .direction = PROGRAM_DIRECTION_STORE });
}

int program_add_fetch(struct program *program, uint8_t command, uint8_t flags, const uint8_t *data,
		      size_t size)
{
	_cleanup_free_ uint8_t *copy = NULL;
	int r;

	if (size > PROGRAM_BYTES_MAX)
		return -E2BIG;
	copy = malloc(size ? size : 1);
	if (!copy)
		return -ENOMEM;
	if (size)
		memcpy(copy, data, size);
	r = append(program, (struct program_ccw){ .command = command,
						  .flags = flags,
						  .count = (uint16_t)size,
						  .direction = PROGRAM_DIRECTION_FETCH,
						  .data = copy });
	if (r < 0)
		return r;
	TAKE_PTR(copy);
	return 0;
}

int program_add_tic(struct program *program, unsigned int target)
{
	if (target >= PROGRAM_CCWS_MAX)
		return -E2BIG;
	return append(program,
		      (struct program_ccw){ .command = PROGRAM_COMMAND_TIC, .target = target });
}

unsigned int program_count(const struct program *program)
{
	return program->n;
}

const struct program_ccw *program_get(const struct program *program, unsigned int i)
{
	return &program->ccws[i];
}

bool program_is_tic(const struct program_ccw *ccw)
{
	return ccw->command == PROGRAM_COMMAND_TIC;
}

bool program_has_tic(const struct program *program)
{
	for (unsigned int i = 0; i < program->n; i++)
		if (program_is_tic(&program->ccws[i]))
			return true;
	return false;
}

/* Which CCW the channel takes after CCW i when nothing ends or skips; -1 for none. */
static int successor(const struct program *program, unsigned int i)
{
	if (++i >= program->n)
		return -1;
	if (!program_is_tic(&program->ccws[i]))
		return (int)i;
	i = program->ccws[i].target;
	return i < program->n && !program_is_tic(&program->ccws[i]) ? (int)i : -1;
}

/* The CCW with data chaining that leads to CCW i; -1 for none. */
static int chained_from(const struct program *program, unsigned int i)
{
	for (unsigned int from = 0; from < program->n; from++)
		if (program->ccws[from].flags & PROGRAM_CD && from != i &&
		    successor(program, from) == (int)i)
			return (int)from;
	return -1;
}

uint8_t program_effective_command(const struct program *program, unsigned int i)
{
	/* as many steps as there are CCWs: a data chain may be a loop */
	for (unsigned int steps = 0; steps < program->n; steps++) {
		int from = chained_from(program, i);

		if (from < 0)
			break;
		i = (unsigned int)from;
	}
	return program->ccws[i].command;
}

enum program_direction program_command_direction(uint8_t command)
{
	switch (command & 0x03) {
	case 0x01: /* write */
	case 0x03: /* control */
		return PROGRAM_DIRECTION_FETCH;
	case 0x02: /* read */
		return PROGRAM_DIRECTION_STORE;
	}
	switch (command & 0x0f) {
	case 0x04: /* sense */
	case 0x0c: /* read backward */
		return PROGRAM_DIRECTION_STORE;
	}
	return PROGRAM_DIRECTION_NONE;
}

size_t program_place(struct program *program)
{
	size_t at = (size_t)program->n * PROGRAM_CCW_SIZE;

	for (unsigned int i = 0; i < program->n; i++) {
		struct program_ccw *ccw = &program->ccws[i];

		ccw->is_backward = ccw->direction == PROGRAM_DIRECTION_STORE &&
				   (program_effective_command(program, i) & 0x0f) == 0x0c;
		if (!ccw->count)
			continue;
		ccw->offset = at;
		at += (ccw->count + AREA_ALIGN - 1U) / AREA_ALIGN * AREA_ALIGN;
	}
	return at;
}

static uint8_t wire_flags(const struct program *program, unsigned int i)
{
	const struct program_ccw *ccw = &program->ccws[i];
	uint8_t flags = 0;

	if (program_is_tic(ccw))
		return 0;
	if (ccw->flags & PROGRAM_CD)
		flags |= CCW_CD;
	else if (i + 1 < program->n)
		flags |= CCW_CC;
	if (ccw->flags & PROGRAM_SLI)
		flags |= CCW_SLI;
	if (ccw->flags & PROGRAM_SKIP)
		flags |= CCW_SKIP;
	if (ccw->flags & PROGRAM_PCI)
		flags |= CCW_PCI;
	return flags;
}

static uint32_t wire_address(const struct program_ccw *ccw, uint32_t iova)
{
	if (program_is_tic(ccw))
		return iova + ccw->target * PROGRAM_CCW_SIZE;
	if (!ccw->count)
		return iova; /* never used, but inside of what is ours */
	return iova + (uint32_t)ccw->offset + (ccw->is_backward ? ccw->count - 1U : 0);
}

void program_write(const struct program *program, uint8_t *memory, uint32_t iova)
{
	for (unsigned int i = 0; i < program->n; i++) {
		const struct program_ccw *ccw = &program->ccws[i];
		uint8_t *wire = memory + (size_t)i * PROGRAM_CCW_SIZE;
		uint32_t address = wire_address(ccw, iova);

		wire[0] = ccw->command;
		wire[1] = wire_flags(program, i);
		wire[2] = (uint8_t)(ccw->count >> 8);
		wire[3] = (uint8_t)ccw->count;
		wire[4] = (uint8_t)(address >> 24);
		wire[5] = (uint8_t)(address >> 16);
		wire[6] = (uint8_t)(address >> 8);
		wire[7] = (uint8_t)address;
		if (ccw->direction == PROGRAM_DIRECTION_FETCH && ccw->count)
			memcpy(memory + ccw->offset, ccw->data, ccw->count);
	}
}
