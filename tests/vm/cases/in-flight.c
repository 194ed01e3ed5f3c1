/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A client whose one channel program never ends by itself: it rewinds a tape, reads two blocks that differ to
 * the same place, and again. Whenever the file ASK is there, it appends to RESULT whether that very program
 * still moves data; when STOP is there, it halts it and appends how it ended.
 *
 *   ccwctl run TAPE -- in-flight ASK STOP RESULT
 */
#include "lent-device.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WRITE	   0x01
#define READ	   0x02
#define REWIND	   0x07
#define BLOCK_SIZE 32768
#define PATIENCE   20 /* seconds in which data must move, or the end be told */

struct flight {
	struct ccwb_device *device;
	struct ccwb_program *program;
	void *block;
	uint32_t iova;
};

static int write_tape(struct flight *flight)
{
	static unsigned char blocks[2][BLOCK_SIZE];
	struct ccwb_program *program;
	struct ccwb_irb irb;
	int r;

	memset(blocks[0], 0x55, BLOCK_SIZE);
	memset(blocks[1], 0xaa, BLOCK_SIZE);
	r = ccwb_program_new(&program);
	if (r < 0)
		return r;
	(void)ccwb_program_add(program, REWIND, CCWB_SLI); /* run tells */
	(void)ccwb_program_add_write(program, WRITE, CCWB_SLI, blocks[0], BLOCK_SIZE);
	(void)ccwb_program_add_write(program, WRITE, CCWB_SLI, blocks[1], BLOCK_SIZE);
	r = ccwb_device_run(flight->device, program, 30000, &irb, NULL);
	ccwb_program_free(program);
	return r < 0 ? r : ccwb_irb_is_clean(&irb) ? 0 : -EIO;
}

static int start(struct flight *flight)
{
	struct ccwb_space *space = ccwb_device_space(flight->device);
	int r;

	r = ccwb_space_alloc(space, BLOCK_SIZE, &flight->block, &flight->iova);
	if (r >= 0)
		r = ccwb_program_new(&flight->program);
	if (r < 0)
		return r;
	(void)ccwb_program_add(flight->program, REWIND, CCWB_SLI); /* load tells */
	(void)ccwb_program_add_at(flight->program, READ, CCWB_SLI, flight->iova, BLOCK_SIZE);
	(void)ccwb_program_add_at(flight->program, READ, CCWB_SLI, flight->iova, BLOCK_SIZE);
	(void)ccwb_program_add_tic(flight->program, 0);
	r = ccwb_program_load(flight->program, space, NULL);
	return r < 0 ? r : ccwb_device_start(flight->device, flight->program, NULL);
}

/* Nothing was told of its end, and both blocks are seen to arrive. */
static const char *look(struct flight *flight)
{
	const volatile unsigned char *byte = flight->block;
	time_t end = time(NULL) + PATIENCE;
	bool has_first = false, has_second = false;
	struct ccwb_irb irb;

	while ((!has_first || !has_second) && time(NULL) < end) {
		if (ccwb_device_next(flight->device, &irb, NULL) != 0)
			return "it has ended";
		has_first |= *byte == 0x55;
		has_second |= *byte == 0xaa;
		usleep(1000);
	}
	return has_first && has_second ? "in flight" : "it moves no data";
}

static void halt(struct flight *flight, char *text, size_t size)
{
	struct ccwb_irb irb = {}, next;
	struct pollfd wait = { .fd = ccwb_device_fd(flight->device), .events = POLLIN };
	int r;

	r = ccwb_device_halt(flight->device, NULL);
	while (r >= 0 && !ccwb_irb_is_final(&irb)) {
		if (poll(&wait, 1, PATIENCE * 1000) <= 0)
			r = -ETIMEDOUT;
		else
			r = ccwb_device_next(flight->device, &next, NULL);
		if (r > 0)
			ccwb_irb_add(&irb, &next);
	}
	if (r < 0)
		snprintf(text, size, "%s", strerror(-r));
	else
		snprintf(text, size, "halted: %04x %02x %02x", irb.control, irb.device_status,
			 irb.subchannel_status);
}

static int append(const char *name, const char *text)
{
	FILE *out = fopen(name, "ae");

	if (!out)
		return -errno;
	fprintf(out, "%s\n", text);
	return fclose(out) ? -errno : 0;
}

int main(int argc, char **argv)
{
	struct flight flight = {};
	char text[64];
	int r;

	if (argc != 4) {
		fputs("usage: ccwctl run TAPE -- in-flight ASK STOP RESULT\n", stderr);
		return 2;
	}
	r = lent_device_take(&flight.device);
	if (r >= 0)
		r = write_tape(&flight);
	if (r >= 0)
		r = start(&flight);
	while (r >= 0 && access(argv[2], F_OK)) {
		if (!access(argv[1], F_OK))
			r = append(argv[3], look(&flight));
		while (r >= 0 && !access(argv[1], F_OK))
			usleep(100000);
		usleep(100000);
	}
	if (r >= 0) {
		halt(&flight, text, sizeof(text));
		r = append(argv[3], text);
	}
	if (r < 0)
		fprintf(stderr, "in-flight: %s\n", strerror(-r));
	return r < 0;
}
