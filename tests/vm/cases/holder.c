/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A client that keeps a device for long and proves on demand that it still has it: whenever the
 * file GO is there, it runs a No Operation and appends the outcome to RESULT.
 *
 *   ccwctl run DEV -- holder GO RESULT
 */
#include "lent-device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NO_OPERATION 0x03

struct holder {
	struct ccwb_device *device;
	struct ccwb_program *program;
};

static int prepare(struct holder *holder)
{
	int r;

	r = lent_device_take(&holder->device);
	if (r >= 0)
		r = ccwb_program_new(&holder->program);
	if (r >= 0)
		r = ccwb_program_add(holder->program, NO_OPERATION, CCWB_SLI);
	if (r >= 0)
		r = ccwb_program_load(holder->program, ccwb_device_space(holder->device), NULL);
	return r;
}

static int prove(struct holder *holder, const char *result)
{
	struct ccwb_irb irb;
	FILE *out = fopen(result, "ae");
	int r;

	if (!out)
		return -errno;
	r = ccwb_device_run(holder->device, holder->program, 10000, &irb, NULL);
	fprintf(out, "%s\n", r < 0 ? strerror(-r) : "still here");
	fclose(out);
	return 0;
}

int main(int argc, char **argv)
{
	struct holder holder = {};
	int r;

	if (argc != 3) {
		fputs("usage: ccwctl run DEV -- holder GO RESULT\n", stderr);
		return 2;
	}
	r = prepare(&holder);
	while (r >= 0) {
		while (access(argv[1], F_OK))
			usleep(100000);
		r = prove(&holder, argv[2]);
		while (r >= 0 && !access(argv[1], F_OK))
			usleep(100000);
	}
	fprintf(stderr, "holder: %s\n", strerror(-r));
	return 1;
}
