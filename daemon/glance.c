/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the quick look whether a known device is still what it was, which costs a fraction of reading it
 * anew. Takes over nothing: who finds a difference reads.
 */
#include "glance.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int glance_open(const struct sysfs *sysfs, struct ccw_id id, const struct sysfs_facts *facts)
{
	const struct sysfs_site site = sysfs_site(id);
	_cleanup_close_ int fd = -1;
	struct stat st;

	fd = openat(sysfs_fd_peek(sysfs), site.directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return st.st_ino == facts->incarnation ? TAKE_FD(fd) : -ESTALE;
}

/* Of a device that has gone the directory is empty, even when there is another of its id. */
bool glance_is_bound(int directory, const char *driver)
{
	char target[PATH_MAX];
	const char *slash;
	ssize_t n;

	n = readlinkat(directory, "driver", target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	slash = strrchr(target, '/');
	return slash && strcmp(slash + 1, driver) == 0;
}
