/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the quick look whether a known device is still what it was, which costs a fraction of reading it
 * anew. Takes over nothing: who finds a difference reads.
 */
#include "glance.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct path {
	char text[SYSFS_SITE_SIZE + SYSFS_TYPE_SIZE];
};

static struct path path_of(struct ccw_id id, const char *file)
{
	const struct sysfs_site site = sysfs_site(id);
	struct path path;

	/* files of ours, which have room behind any site */
	(void)stpcpy(stpcpy(stpcpy(path.text, site.directory), "/"), file);
	return path;
}

static bool has_driver(int root, struct ccw_id id, const char *driver)
{
	char target[PATH_MAX];
	const char *slash;
	ssize_t n;

	n = readlinkat(root, path_of(id, "driver").text, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	slash = strrchr(target, '/');
	return slash && strcmp(slash + 1, driver) == 0;
}

bool glance_is_bound(const struct sysfs *sysfs, struct ccw_id id, const struct sysfs_facts *facts)
{
	int root = sysfs_fd_peek(sysfs);
	struct stat st;

	return fstatat(root, path_of(id, "").text, &st, 0) == 0 &&
	       st.st_ino == facts->incarnation && has_driver(root, id, facts->driver);
}
