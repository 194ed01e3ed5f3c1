/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the throw-away directories of tests. Knows nothing of what is tested in them.
 */
#include "scratch.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "macro.h"

void scratch_use_memory(void)
{
	if (access("/dev/shm", W_OK | X_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
}

void scratch_init(struct scratch *scratch)
{
	const char *top = getenv("TMPDIR");

	snprintf(scratch->path, sizeof(scratch->path), "%s/ccwb-XXXXXX",
		 top && strlen(top) < 40 ? top : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(scratch->path));
	scratch->fd = open(scratch->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(scratch->fd, 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	return remove(path);
}

void scratch_deinit(struct scratch *scratch)
{
	ck_assert_int_eq(nftw(scratch->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	scratch->fd = macro_close(scratch->fd);
}

void scratch_mkdir(const struct scratch *scratch, const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	char *slash;

	for (slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ck_assert(mkdirat(scratch->fd, copy, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	ck_assert(mkdirat(scratch->fd, copy, 0755) == 0 || errno == EEXIST);
}

static void make_parent(const struct scratch *scratch, const char *path)
{
	_cleanup_free_ char *parent = strdup(path);
	char *slash = strrchr(parent, '/');

	if (!slash)
		return;
	*slash = '\0';
	scratch_mkdir(scratch, parent);
}

void scratch_write(const struct scratch *scratch, const char *path, const char *text)
{
	_cleanup_close_ int fd = -1;

	make_parent(scratch, path);
	fd = openat(scratch->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

void scratch_symlink(const struct scratch *scratch, const char *target, const char *path)
{
	make_parent(scratch, path);
	(void)unlinkat(scratch->fd, path, 0); /* there may be none yet */
	ck_assert_int_eq(symlinkat(target, scratch->fd, path), 0);
}

void scratch_remove(const struct scratch *scratch, const char *path)
{
	_cleanup_free_ char *full = scratch_path(scratch, path);

	ck_assert_int_eq(nftw(full, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

char *scratch_read(const struct scratch *scratch, const char *path)
{
	char *text;

	ck_assert_int_eq(io_read_line_at(scratch->fd, path, &text), 0);
	return text;
}

bool scratch_has(const struct scratch *scratch, const char *path)
{
	return faccessat(scratch->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

char *scratch_path(const struct scratch *scratch, const char *path)
{
	char *full;

	ck_assert_int_ge(asprintf(&full, "%s/%s", scratch->path, path), 0);
	return full;
}

int scratch_count_fds(void)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		count++;
	return count - 3; /* ".", ".." and the directory itself */
}
