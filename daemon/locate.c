/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the ways from other names to a device's id: its subchannel, a node in /dev. Opens no
 * device, and follows nobody's links but those of /dev itself.
 */
#include "locate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "io.h"
#include "limits.h"

#define DEV_PREFIX "/dev/"

/* The kernel's own form and no other: what is not of the channel subsystem is called otherwise. */
static bool is_id(const char *name, size_t length, struct ccw_id *ret)
{
	char copy[CCW_ID_STRING_SIZE], canonical[CCW_ID_STRING_SIZE];

	if (length >= sizeof(copy))
		return false;
	snprintf(copy, sizeof(copy), "%.*s", (int)length, name);
	return ccw_id_parse(copy, ret) >= 0 && strcmp(ccw_id_format(*ret, canonical), copy) == 0;
}

int locate_subchannel(struct sysfs *sysfs, struct ccw_id subchannel, struct ccw_id *ret)
{
	char name[CCW_ID_STRING_SIZE], path[64];
	_cleanup_closedir_ DIR *dir = NULL;
	_cleanup_close_ int fd = -1;
	const struct dirent *entry;

	snprintf(path, sizeof(path), "bus/css/devices/%s", ccw_id_format(subchannel, name));
	fd = openat(sysfs_fd_peek(sysfs), path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir)
		return -errno;
	(void)TAKE_FD(fd); /* dir has it */
	while ((entry = readdir(dir)))
		if (is_id(entry->d_name, strlen(entry->d_name), ret))
			return 0;
	return -ENOENT;
}

bool locate_path_is_valid(const char *path)
{
	return strncmp(path, DEV_PREFIX, strlen(DEV_PREFIX)) == 0 && path[strlen(DEV_PREFIX)] &&
	       !strstr(path, "..") && strlen(path) <= LIMIT_NODE_PATH_BYTES;
}

/*
 * Only root can put a link into /dev itself. What is mounted below it may be anybody's, as /dev/shm
 * is, and could lead to a file system that does not answer: the way ends at a mount point.
 */
static int stat_node(const char *path, struct stat *ret)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV,
	};
	_cleanup_close_ int dev_fd = -1, fd = -1;

	dev_fd = open(DEV_PREFIX, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dev_fd < 0)
		return -errno;
	fd = (int)syscall(SYS_openat2, dev_fd, path + strlen(DEV_PREFIX), &how, sizeof(how));
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? -ENOENT : -ENODEV;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

/* "../../devices/css0/0.0.0003/0.0.0580/block/dasda": the last part that is an id, of two or more. */
static int parse_link(const char *link, struct ccw_id *ret)
{
	const char *at = strstr(link, "/css");
	unsigned int count = 0;
	struct ccw_id id;
	size_t length;

	for (; at && *at == '/'; at += 1 + length) {
		length = strcspn(at + 1, "/");
		if (!is_id(at + 1, length, &id))
			continue;
		*ret = id;
		count++;
	}
	return count >= 2 ? 0 : -ENODEV;
}

int locate_node(struct sysfs *sysfs, const char *path, struct ccw_id *ret)
{
	_cleanup_free_ char *link = NULL;
	char name[64];
	struct stat st;
	int r;

	r = stat_node(path, &st);
	if (r < 0)
		return r;
	if (!S_ISBLK(st.st_mode) && !S_ISCHR(st.st_mode))
		return -ENODEV;
	snprintf(name, sizeof(name), "dev/%s/%u:%u", S_ISBLK(st.st_mode) ? "block" : "char",
		 major(st.st_rdev), minor(st.st_rdev));
	if (io_readlink_at(sysfs_fd_peek(sysfs), name, &link) < 0)
		return -ENODEV;
	return parse_link(link, ret);
}
