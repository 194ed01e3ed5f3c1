/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns a tape drive as a client has it: fds from sd_listen_fds_with_names(3), channel programs for
 * the drive's commands. Knows no labels.
 */
#include <errno.h>
#include <libccwbroker.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "tape.h"

enum {
	TAPE_WRITE = 0x01,
	TAPE_READ = 0x02,
	TAPE_REWIND = 0x07,
	TAPE_WRITE_MARK = 0x1f,
};

struct tape {
	struct ccwb_device *device;
	uint8_t *memory;
	uint32_t iova;
};

#define MEMORY_SIZE (TAPE_BATCH_BYTES + TAPE_BATCH_BLOCKS * 2 * CCWB_PROGRAM_CCW_SIZE)

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), n = strlen(end);

	return length >= n && !strcmp(text + length - n, end);
}

static int find_fd(char *const *names, int n, const char *end)
{
	int found = -1;

	for (int i = 0; i < n; i++) {
		if (!ends_with(names[i], end))
			continue;
		if (found >= 0)
			return -1;
		found = SD_LISTEN_FDS_START + i;
	}
	return found;
}

static int find_device(struct ccwb_device **ret)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(1, &names);
	int container = find_fd(names, n, "/container"), device = find_fd(names, n, "/device");
	struct ccwb_error error;
	int r;

	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	if (container < 0 || device < 0) {
		fprintf(stderr, "tapecopy: start it as: ccwctl run DEV -- tapecopy\n");
		return -ENODEV;
	}
	r = ccwb_device_new_from_fds(container, device, ret, &error);
	if (r < 0)
		fprintf(stderr, "tapecopy: %s\n", error.text);
	return r;
}

int tape_open(struct tape **ret)
{
	_cleanup_(tape_closep) struct tape *tape = calloc(1, sizeof(*tape));
	void *memory;
	int r;

	if (!tape)
		return -ENOMEM;
	r = find_device(&tape->device);
	if (r < 0)
		return r;
	r = ccwb_space_alloc(ccwb_device_space(tape->device), MEMORY_SIZE, &memory, &tape->iova);
	if (r < 0) {
		fprintf(stderr, "tapecopy: cannot map memory: %s\n", strerror(-r));
		return r;
	}
	tape->memory = memory;
	*ret = TAKE_PTR(tape);
	return 0;
}

struct tape *tape_close(struct tape *tape)
{
	if (!tape)
		return NULL;
	(void)ccwb_device_free(tape->device); /* with its memory */
	free(tape);
	return NULL;
}

unsigned int tape_batch(size_t size)
{
	size_t n = TAPE_BATCH_BYTES / (size + CCWB_PROGRAM_CCW_SIZE);

	return n < TAPE_BATCH_BLOCKS ? (unsigned int)n : TAPE_BATCH_BLOCKS;
}

static int complain(const char *what, const struct ccwb_irb *irb)
{
	char text[512];

	(void)ccwb_irb_format(irb, "3490", text, sizeof(text)); /* cut off, if need be */
	fprintf(stderr, "tapecopy: cannot %s: %s; residual count %u; sense:", what, text,
		irb->residual);
	for (size_t i = 0; i < irb->sense_size; i++)
		fprintf(stderr, " %02x", irb->sense[i]);
	fputc('\n', stderr);
	return -EIO;
}

/* One whose data is looked at where it was read to: in memory that serves them all. */
static int start(struct tape *tape, struct ccwb_program *program, const char *what,
		 struct ccwb_irb *ret)
{
	const uint32_t at = tape->iova;
	const uint8_t orb[CCWB_ORB_SIZE] = {
		[5] = 0xc2, /* format 1, prefetch, format-2 IDAWs */
		[6] = 0xff, /* any path */
		[8] = (uint8_t)(at >> 24),
		(uint8_t)(at >> 16),
		(uint8_t)(at >> 8),
		(uint8_t)at,
	};
	size_t size = ccwb_program_place(program);
	struct ccwb_error error;
	int r;

	if (size > MEMORY_SIZE)
		return -E2BIG;
	/* nothing of an earlier program may pass for what this one reads */
	memset(tape->memory, 0, size);
	ccwb_program_write(program, tape->memory, tape->iova);
	r = ccwb_device_run_orb(tape->device, orb, 0, ret, &error);
	if (r < 0)
		fprintf(stderr, "tapecopy: cannot %s: %s\n", what, error.text);
	return r;
}

static int run(struct tape *tape, struct ccwb_program *program, const char *what)
{
	struct ccwb_irb irb;
	int r;

	r = start(tape, program, what, &irb);
	if (r < 0)
		return r;
	return ccwb_irb_is_clean(&irb) ? 0 : complain(what, &irb);
}

static int run_plain(struct tape *tape, uint8_t command, const char *what)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = NULL;
	int r;

	r = ccwb_program_new(&program);
	if (r >= 0)
		r = ccwb_program_add(program, command, CCWB_SLI);
	if (r < 0)
		return r;
	return run(tape, program, what);
}

int tape_rewind(struct tape *tape)
{
	return run_plain(tape, TAPE_REWIND, "rewind");
}

int tape_write_mark(struct tape *tape)
{
	return run_plain(tape, TAPE_WRITE_MARK, "write a tape mark");
}

int tape_write(struct tape *tape, const uint8_t *blocks, unsigned int n, size_t size)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = NULL;
	int r;

	r = ccwb_program_new(&program);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < n; i++) {
		r = ccwb_program_add_write(program, TAPE_WRITE, 0, blocks + i * size, size);
		if (r < 0)
			return r;
	}
	return run(tape, program, "write");
}

int tape_read(struct tape *tape, uint8_t *blocks, unsigned int n, size_t size)
{
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = NULL;
	int r;

	r = ccwb_program_new(&program);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < n; i++) {
		r = ccwb_program_add_read(program, TAPE_READ, 0, size);
		if (r < 0)
			return r;
	}
	/* without sli: a block of another length ends the program badly */
	r = run(tape, program, "read");
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < n; i++)
		memcpy(blocks + i * size, tape->memory + ccwb_program_get(program, i)->offset,
		       size);
	return 0;
}

int tape_read_mark(struct tape *tape)
{
	const uint8_t end = CCWB_IRB_DEVICE_CHANNEL_END | CCWB_IRB_DEVICE_DEVICE_END;
	_cleanup_(ccwb_program_freep) struct ccwb_program *program = NULL;
	struct ccwb_irb irb;
	int r;

	r = ccwb_program_new(&program);
	if (r >= 0)
		r = ccwb_program_add_read(program, TAPE_READ, CCWB_SLI, 80);
	if (r >= 0)
		r = start(tape, program, "read a tape mark", &irb);
	if (r < 0)
		return r;
	/* a tape mark is a unit exception that brings no data */
	if (irb.condition_code || irb.device_status != (end | CCWB_IRB_DEVICE_UNIT_EXCEPTION) ||
	    irb.residual != 80)
		return complain("read a tape mark", &irb);
	return 0;
}
