// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Target: the file of a definition. It is one, or is told and left alone; to define the device anew then
 * works only where the file is one, and removing it leaves a file that is none of ours as it was.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "definition.h"
#include "target.h"

#define FILE_NAME "0.0.0580.json"

static const struct ccw_id id = { 0, 0, 0x580 };
static char directory[64];
static unsigned int n_bad;

static void require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static void remove_directory(void)
{
	(void)unlink(FILE_NAME);
	(void)rmdir(directory);
}

static void make_directory(void)
{
	snprintf(directory, sizeof(directory), "%s/ccwb-fuzz-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(directory) || chdir(directory) < 0)
		abort();
	atexit(remove_directory);
}

static void write_input(const uint8_t *data, size_t size)
{
	int fd = open(FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) < 0)
		abort();
}

static void on_bad(const char *file, const char *why, void *userdata)
{
	require(!strcmp(file, FILE_NAME) && *why, "a bad file is named, with a reason");
	n_bad++;
}

static struct definitions *load(void)
{
	struct definitions *definitions;

	n_bad = 0;
	if (definitions_new(directory, &definitions) < 0 ||
	    definitions_load(definitions, on_bad, NULL) < 0)
		abort();
	require((definitions_find(definitions, id) != NULL) + n_bad == 1,
		"a file is a definition, or bad");
	return definitions;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct definition wanted = { .id = id, .is_autostart = size & 1 };
	struct definitions *definitions, *again;
	struct fault fault = {};
	bool is_one;

	if (!*directory)
		make_directory();
	write_input(data, size);
	definitions = load();
	is_one = definitions_find(definitions, id) != NULL;
	if (is_one) {
		require(definitions_set(definitions, &wanted, &fault) >= 0,
			"what is defined can be defined anew");
		again = load();
		require(definitions_find(again, id) &&
				definitions_find(again, id)->is_autostart == wanted.is_autostart,
			"what is defined is read the same");
		definitions_free(again);
		require(definitions_remove(definitions, id, &fault) >= 0 &&
				access(FILE_NAME, F_OK) < 0,
			"what is defined can be removed");
	} else {
		require(definitions_remove(definitions, id, &fault) < 0 && *fault.text,
			"what is none cannot be removed");
		require(access(FILE_NAME, F_OK) == 0, "a file that is none is left alone");
	}
	definitions_free(definitions);
	return 0;
}
