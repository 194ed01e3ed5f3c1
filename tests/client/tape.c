/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns a tape drive as a client has it: fds from sd_listen_fds_with_names(3), channel programs for
 * the drive's commands. Knows no labels.
 */
#include <errno.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "irb.h"
#include "program.h"
#include "sense.h"
#include "session.h"
#include "tape.h"

enum {
	TAPE_WRITE = 0x01,
	TAPE_READ = 0x02,
	TAPE_REWIND = 0x07,
	TAPE_WRITE_MARK = 0x1f,
};

struct tape {
	struct session *session;
	uint8_t *memory;
	uint32_t iova;
};

#define MEMORY_SIZE (TAPE_BATCH_BYTES + TAPE_BATCH_BLOCKS * 2 * PROGRAM_CCW_SIZE)

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

static int find_session(struct session **ret)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(1, &names);
	int container = find_fd(names, n, "/container"), device = find_fd(names, n, "/device");
	int r;

	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	if (container < 0 || device < 0) {
		fprintf(stderr, "tapecopy: start it as: ccwctl run DEV -- tapecopy\n");
		return -ENODEV;
	}
	r = session_new(container, device, ret);
	if (r < 0)
		fprintf(stderr, "tapecopy: no session: %s\n", strerror(-r));
	return r;
}

int tape_open(struct tape **ret)
{
	_cleanup_(tape_closep) struct tape *tape = calloc(1, sizeof(*tape));
	int r;

	if (!tape)
		return -ENOMEM;
	r = find_session(&tape->session);
	if (r < 0)
		return r;
	r = session_map(tape->session, MEMORY_SIZE, &tape->memory, &tape->iova);
	if (r < 0) {
		fprintf(stderr, "tapecopy: cannot map memory: %s\n", strerror(-r));
		return r;
	}
	*ret = TAKE_PTR(tape);
	return 0;
}

struct tape *tape_close(struct tape *tape)
{
	if (!tape)
		return NULL;
	session_free(tape->session);
	free(tape);
	return NULL;
}

unsigned int tape_batch(size_t size)
{
	size_t n = TAPE_BATCH_BYTES / (size + PROGRAM_CCW_SIZE);

	return n < TAPE_BATCH_BLOCKS ? (unsigned int)n : TAPE_BATCH_BLOCKS;
}

static int complain(const char *what, const struct irb *irb)
{
	unsigned int iterator = 0;
	const char *word;

	fprintf(stderr, "tapecopy: cannot %s:", what);
	if (irb->condition_code)
		fprintf(stderr, " %s", irb_condition_words(irb));
	while ((word = irb_device_word(irb, &iterator)))
		fprintf(stderr, " [%s]", word);
	iterator = 0;
	while ((word = irb_subchannel_word(irb, &iterator)))
		fprintf(stderr, " [%s]", word);
	fprintf(stderr, " residual count %u; sense:", irb->residual);
	for (size_t i = 0; i < irb->sense_size; i++)
		fprintf(stderr, " %02x", irb->sense[i]);
	iterator = 0;
	while ((word = sense_word(SENSE_FAMILY_TAPE, irb->sense, irb->sense_size, &iterator)))
		fprintf(stderr, " [%s]", word);
	fputc('\n', stderr);
	return -EIO;
}

static int start(struct tape *tape, struct program *program, const char *what, struct irb *ret)
{
	struct session_refusal refusal;
	size_t size = program_place(program);
	int r;

	if (size > MEMORY_SIZE)
		return -E2BIG;
	/* nothing of an earlier program may pass for what this one reads */
	memset(tape->memory, 0, size);
	program_write(program, tape->memory, tape->iova);
	r = session_run(tape->session, tape->iova, 0, ret, &refusal);
	if (r < 0)
		fprintf(stderr, "tapecopy: cannot %s: %s (%s)\n", what, strerror(-r),
			session_refusal_words(refusal.reason));
	return r;
}

static int run(struct tape *tape, struct program *program, const char *what)
{
	struct irb irb;
	int r;

	r = start(tape, program, what, &irb);
	if (r < 0)
		return r;
	return irb_is_clean(&irb) ? 0 : complain(what, &irb);
}

static int run_plain(struct tape *tape, uint8_t command, const char *what)
{
	_cleanup_(program_freep) struct program *program = NULL;
	int r;

	r = program_new(&program);
	if (r >= 0)
		r = program_add_plain(program, command, PROGRAM_SLI);
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
	_cleanup_(program_freep) struct program *program = NULL;
	int r;

	r = program_new(&program);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < n; i++) {
		r = program_add_fetch(program, TAPE_WRITE, 0, blocks + i * size, size);
		if (r < 0)
			return r;
	}
	return run(tape, program, "write");
}

int tape_read(struct tape *tape, uint8_t *blocks, unsigned int n, size_t size)
{
	_cleanup_(program_freep) struct program *program = NULL;
	int r;

	r = program_new(&program);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < n; i++) {
		r = program_add_store(program, TAPE_READ, 0, size);
		if (r < 0)
			return r;
	}
	/* without sli: a block of another length ends the program badly */
	r = run(tape, program, "read");
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < n; i++)
		memcpy(blocks + i * size, tape->memory + program_get(program, i)->offset, size);
	return 0;
}

int tape_read_mark(struct tape *tape)
{
	const uint8_t end = IRB_DEVICE_CHANNEL_END | IRB_DEVICE_DEVICE_END;
	_cleanup_(program_freep) struct program *program = NULL;
	struct irb irb;
	int r;

	r = program_new(&program);
	if (r >= 0)
		r = program_add_store(program, TAPE_READ, PROGRAM_SLI, 80);
	if (r >= 0)
		r = start(tape, program, "read a tape mark", &irb);
	if (r < 0)
		return r;
	/* a tape mark is a unit exception that brings no data */
	if (irb.condition_code || irb.device_status != (end | IRB_DEVICE_UNIT_EXCEPTION) ||
	    irb.residual != 80)
		return complain("read a tape mark", &irb);
	return 0;
}
