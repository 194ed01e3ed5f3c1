/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the quick look whether a known device is still what it was, which costs half of reading it
 * anew. Takes over nothing: who finds a difference reads.
 */
#include "glance.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

#define ALIAS_SIZE 32 /* of the longest, and of what is longer only that it is */

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

/* As the kernel writes both types in one line: "ccw:t3990mE9dt3390dm0C", "ccw:t3270m00dtdm". */
static bool has_types(int root, struct ccw_id id, const struct sysfs_facts *facts)
{
	const char *unit = facts->control_unit, *type = facts->device_type;
	char alias[ALIAS_SIZE], expected[ALIAS_SIZE];

	if (strlen(unit) != 7 || (strlen(type) != 7 && strcmp(type, "n/a") != 0))
		return false;
	snprintf(expected, sizeof(expected), "ccw:t%.4sm%.2sdt%.4sdm%.2s", unit, unit + 5,
		 strlen(type) == 7 ? type : "", strlen(type) == 7 ? type + 5 : "");
	return io_read_word_at(root, path_of(id, "modalias").text, alias, sizeof(alias)) >= 0 &&
	       strcasecmp(alias, expected) == 0;
}

bool glance_is_same(const struct sysfs *sysfs, struct ccw_id id, const struct sysfs_facts *facts)
{
	int root = sysfs_fd_peek(sysfs);
	char answer[SYSFS_TYPE_SIZE];

	return facts->availability == SYSFS_GOOD && glance_is_bound(sysfs, id, facts) &&
	       has_types(root, id, facts) &&
	       io_read_word_at(root, path_of(id, "availability").text, answer, sizeof(answer)) >=
		       0 &&
	       strcmp(answer, "good") == 0;
}
