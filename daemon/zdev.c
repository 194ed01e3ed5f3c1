/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what is known of chzdev's persistent configuration: one rules file for each device, whose name
 * ends in the device's id. Changes none, and does not know what is in them.
 */
#include "zdev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "limits.h"

#define PREFIX	  "41-"
#define SUFFIX	  ".rules"
#define AS_SUFFIX (sizeof("-") - 1 + CCW_ID_STRING_SIZE + sizeof(SUFFIX))

/* In the order in which udev prefers them: by a person, by the firmware's I/O configuration. */
static const char *const directories[] = { "etc/udev/rules.d", "run/udev/rules.d" };

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static int find_in(int root_fd, const char *root, const char *directory, const char *end,
		   char **ret)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	unsigned int seen;
	int fd;

	fd = openat(root_fd, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* not there, or not for us to see */
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return -ENOMEM;
	}
	for (seen = 0; seen < LIMIT_RULE_FILES && (entry = readdir(dir)); seen++) {
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0 ||
		    !ends_with(entry->d_name, end))
			continue;
		return asprintf(ret, "%s%s/%s", root, directory, entry->d_name) < 0 ? -ENOMEM : 1;
	}
	return 0;
}

int zdev_find(const char *root, struct ccw_id id, char **ret)
{
	char name[CCW_ID_STRING_SIZE], end[AS_SUFFIX];
	_cleanup_close_ int fd = -1;
	int r = 0;
	size_t n;

	snprintf(end, sizeof(end), "-%s" SUFFIX, ccw_id_format(id, name));
	fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (n = 0; r == 0 && n < ARRAY_SIZE(directories); n++)
		r = find_in(fd, root, directories[n], end, ret);
	return r;
}
