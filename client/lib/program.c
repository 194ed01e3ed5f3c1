/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the model of one channel program and its layout as format-1 CCWs (Principles of Operation,
 * chapter 15), in memory of a space once it is loaded. Knows neither the text it was written as nor how
 * it is started.
 */
#include <errno.h>
#include <string.h>

#include "error.h"
#include "program.h"
#include "space.h"

#define AREA_ALIGN 8

/* What any CCW may have but a TIC */
#define FLAGS (CCWB_CD | CCWB_SLI | CCWB_SKIP | CCWB_PCI)

/* The flag that joins CCWs into a command chain; the others are CCWB_SLI and so on. */
#define CCW_CC 0x40

struct ccwb_program {
	struct ccwb_ccw ccws[CCWB_PROGRAM_CCWS_MAX];
	unsigned int n;
	int error;		  /* of the first CCW that could not be added */
	struct ccwb_space *space; /* NULL until it is loaded */
	uint8_t *memory;	  /* the space's */
	uint32_t iova;
};

int ccwb_program_new(struct ccwb_program **ret)
{
	struct ccwb_program *program = calloc(1, sizeof(*program));

	if (!program)
		return -ENOMEM;
	*ret = program;
	return 0;
}

struct ccwb_program *ccwb_program_free(struct ccwb_program *program)
{
	if (!program)
		return NULL;
	for (unsigned int i = 0; i < program->n; i++)
		free((void *)program->ccws[i].data);
	if (program->space && ccwb_space_unmap(program->space, program->iova) < 0)
		program->memory = NULL; /* the caller has unmapped it, and that is as good */
	program->space = space_unref(program->space);
	free(program);
	return NULL;
}

/* Keeps the first error, so that whoever loads the program learns of it. */
static int append(struct ccwb_program *program, struct ccwb_ccw ccw, unsigned int flags_allowed)
{
	int r = 0;

	if (program->space)
		return -EBUSY;
	if (ccw.flags & ~flags_allowed)
		r = -EINVAL;
	else if (program->n >= CCWB_PROGRAM_CCWS_MAX)
		r = -E2BIG;
	if (r < 0) {
		program->error = program->error ?: r;
		return r;
	}
	program->ccws[program->n] = ccw;
	return (int)program->n++;
}

static int refuse(struct ccwb_program *program, int r)
{
	program->error = program->error ?: r;
	return r;
}

int ccwb_program_add(struct ccwb_program *program, uint8_t command, uint8_t flags)
{
	return append(program, (struct ccwb_ccw){ .command = command, .flags = flags }, FLAGS);
}

int ccwb_program_add_read(struct ccwb_program *program, uint8_t command, uint8_t flags,
			  size_t count)
{
	if (count > CCWB_PROGRAM_BYTES_MAX)
		return refuse(program, -E2BIG);
	return append(program,
		      (struct ccwb_ccw){ .command = command,
					 .flags = flags,
					 .count = (uint16_t)count,
					 .direction = CCWB_DIRECTION_READ },
		      FLAGS);
}

int ccwb_program_add_write(struct ccwb_program *program, uint8_t command, uint8_t flags,
			   const void *data, size_t size)
{
	_cleanup_free_ uint8_t *copy = NULL;
	int r;

	if (size > CCWB_PROGRAM_BYTES_MAX)
		return refuse(program, -E2BIG);
	copy = malloc(size ? size : 1);
	if (!copy)
		return refuse(program, -ENOMEM);
	if (size)
		memcpy(copy, data, size);
	r = append(program,
		   (struct ccwb_ccw){ .command = command,
				      .flags = flags,
				      .count = (uint16_t)size,
				      .direction = CCWB_DIRECTION_WRITE,
				      .data = copy },
		   FLAGS);
	if (r >= 0)
		TAKE_PTR(copy);
	return r;
}

int ccwb_program_add_tic(struct ccwb_program *program, unsigned int target)
{
	if (target >= CCWB_PROGRAM_CCWS_MAX)
		return refuse(program, -E2BIG);
	return append(program, (struct ccwb_ccw){ .command = CCWB_PROGRAM_TIC, .target = target },
		      0);
}

int ccwb_program_add_at(struct ccwb_program *program, uint8_t command, uint8_t flags, uint32_t iova,
			size_t count)
{
	if (count > CCWB_PROGRAM_BYTES_MAX)
		return refuse(program, -E2BIG);
	return append(program,
		      (struct ccwb_ccw){ .command = command,
					 .flags = flags,
					 .count = (uint16_t)count,
					 .direction = ccwb_program_direction(command),
					 .is_at = true,
					 .iova = iova },
		      FLAGS | CCWB_IDA);
}

unsigned int ccwb_program_count(const struct ccwb_program *program)
{
	return program->n;
}

const struct ccwb_ccw *ccwb_program_get(const struct ccwb_program *program, unsigned int i)
{
	return &program->ccws[i];
}

static bool is_tic(const struct ccwb_ccw *ccw)
{
	return ccw->command == CCWB_PROGRAM_TIC;
}

/* Which CCW the channel takes after CCW i when nothing ends or skips; -1 for none. */
static int successor(const struct ccwb_program *program, unsigned int i)
{
	if (++i >= program->n)
		return -1;
	if (!is_tic(&program->ccws[i]))
		return (int)i;
	i = program->ccws[i].target;
	return i < program->n && !is_tic(&program->ccws[i]) ? (int)i : -1;
}

/* The CCW with data chaining that leads to CCW i; -1 for none. */
static int chained_from(const struct ccwb_program *program, unsigned int i)
{
	for (unsigned int from = 0; from < program->n; from++)
		if (program->ccws[from].flags & CCWB_CD && from != i &&
		    successor(program, from) == (int)i)
			return (int)from;
	return -1;
}

uint8_t ccwb_program_command(const struct ccwb_program *program, unsigned int i)
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

enum ccwb_direction ccwb_program_direction(uint8_t command)
{
	switch (command & 0x03) {
	case 0x01: /* write */
	case 0x03: /* control */
		return CCWB_DIRECTION_WRITE;
	case 0x02: /* read */
		return CCWB_DIRECTION_READ;
	}
	switch (command & 0x0f) {
	case 0x04: /* sense */
	case 0x0c: /* read backward */
		return CCWB_DIRECTION_READ;
	}
	return CCWB_DIRECTION_NONE;
}

size_t ccwb_program_place(struct ccwb_program *program)
{
	size_t at = (size_t)program->n * CCWB_PROGRAM_CCW_SIZE;

	for (unsigned int i = 0; i < program->n; i++) {
		struct ccwb_ccw *ccw = &program->ccws[i];

		ccw->is_backward = ccw->direction == CCWB_DIRECTION_READ &&
				   (ccwb_program_command(program, i) & 0x0f) == 0x0c;
		if (!ccw->count || ccw->is_at)
			continue;
		ccw->offset = at;
		at += (ccw->count + AREA_ALIGN - 1U) / AREA_ALIGN * AREA_ALIGN;
	}
	return at;
}

static uint8_t wire_flags(const struct ccwb_program *program, unsigned int i)
{
	const struct ccwb_ccw *ccw = &program->ccws[i];

	if (is_tic(ccw) || ccw->flags & CCWB_CD || i + 1 == program->n)
		return ccw->flags;
	return ccw->flags | CCW_CC;
}

static uint32_t wire_address(const struct ccwb_ccw *ccw, uint32_t iova)
{
	if (is_tic(ccw))
		return iova + ccw->target * CCWB_PROGRAM_CCW_SIZE;
	if (ccw->is_at)
		return ccw->iova;
	if (!ccw->count)
		return iova; /* never used, but inside of what is ours */
	return iova + (uint32_t)ccw->offset + (ccw->is_backward ? ccw->count - 1U : 0);
}

void ccwb_program_write(const struct ccwb_program *program, uint8_t *memory, uint32_t iova)
{
	for (unsigned int i = 0; i < program->n; i++) {
		const struct ccwb_ccw *ccw = &program->ccws[i];
		uint8_t *wire = memory + (size_t)i * CCWB_PROGRAM_CCW_SIZE;
		uint32_t address = wire_address(ccw, iova);

		wire[0] = ccw->command;
		wire[1] = wire_flags(program, i);
		wire[2] = (uint8_t)(ccw->count >> 8);
		wire[3] = (uint8_t)ccw->count;
		wire[4] = (uint8_t)(address >> 24);
		wire[5] = (uint8_t)(address >> 16);
		wire[6] = (uint8_t)(address >> 8);
		wire[7] = (uint8_t)address;
		if (ccw->data && ccw->count)
			memcpy(memory + ccw->offset, ccw->data, ccw->count);
	}
}

int ccwb_program_load(struct ccwb_program *program, struct ccwb_space *space,
		      struct ccwb_error *ret_error)
{
	void *memory;
	uint32_t iova;
	int r;

	if (program->space)
		return error_set(ret_error, -EBUSY, "the program is loaded already; make another");
	if (program->error)
		return error_set(ret_error, program->error, "CCW %u could not be added: %s",
				 program->n, strerror(-program->error));
	if (!program->n)
		return error_set(ret_error, -EINVAL, "the program is empty; add a CCW");
	r = ccwb_space_alloc(space, ccwb_program_place(program), &memory, &iova);
	if (r < 0)
		return error_set(ret_error, r, "no memory for the program: %s", strerror(-r));
	ccwb_program_write(program, memory, iova);
	program->space = space_ref(space);
	program->memory = memory;
	program->iova = iova;
	return 0;
}

bool program_is_in(const struct ccwb_program *program, const struct ccwb_space *space)
{
	return program->space && program->space == space;
}

uint32_t ccwb_program_iova(const struct ccwb_program *program)
{
	return program->iova;
}

uint8_t *ccwb_program_memory(const struct ccwb_program *program)
{
	return program->memory;
}

uint8_t *ccwb_program_data(const struct ccwb_program *program, unsigned int i, size_t *ret_size)
{
	const struct ccwb_ccw *ccw;

	if (!program->memory || i >= program->n)
		return NULL;
	ccw = &program->ccws[i];
	if (!ccw->count || ccw->is_at)
		return NULL;
	if (ret_size)
		*ret_size = ccw->count;
	return program->memory + ccw->offset;
}

int ccwb_program_last(const struct ccwb_program *program, const struct ccwb_irb *irb, uint32_t iova)
{
	uint32_t distance = irb->ccw_address - iova;

	if (!irb->has_ccw_address || distance % CCWB_PROGRAM_CCW_SIZE || !distance)
		return -1;
	distance = distance / CCWB_PROGRAM_CCW_SIZE - 1;
	return distance < program->n ? (int)distance : -1;
}
