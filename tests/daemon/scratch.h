/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

/*
 * A directory of the test's own. Everything here fails the test rather than returning an error;
 * paths are relative to the directory, strings are the caller's to free.
 */
struct scratch {
	char path[64];
	int fd;
};

void scratch_init(struct scratch *scratch);

/* Has the directories of this process made in memory where that is possible, for those with many files. */
void scratch_use_memory(void);

/* Removes it with all that is in it. */
void scratch_deinit(struct scratch *scratch);

/* Makes the directories that path needs. */
void scratch_mkdir(const struct scratch *scratch, const char *path);

/* Writes a file and makes the directories it needs. */
void scratch_write(const struct scratch *scratch, const char *path, const char *text);

void scratch_symlink(const struct scratch *scratch, const char *target, const char *path);
void scratch_remove(const struct scratch *scratch, const char *path);
char *scratch_read(const struct scratch *scratch, const char *path);
bool scratch_has(const struct scratch *scratch, const char *path);

/* "DIRECTORY/path" */
char *scratch_path(const struct scratch *scratch, const char *path);

/* How many fds this process has open. */
int scratch_count_fds(void);
