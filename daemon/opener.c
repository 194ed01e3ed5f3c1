/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the search for programs that have a device open: its nodes from sysfs, then every fd in /proc
 * that we may look at. Knows nothing of what that means for the device.
 */
#include "opener.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "io.h"
#include "text.h"

#define DEPTH_MAX 8 /* host0/rport-0:0-0/target0:0:0/0:0:0:0/block/sda/sda1, and one */

/* ---- the nodes ---- */

static void node_add(int dir_fd, const char *name, bool is_block, struct opener_nodes *nodes)
{
	struct opener_node *node = &nodes->list[nodes->count];
	unsigned int major_number, minor_number;
	char text[32];

	if (nodes->count >= LIMIT_DEVICE_NODES || strlen(name) >= sizeof(node->name) ||
	    io_read_word_at(dir_fd, "dev", text, sizeof(text)) < 0 ||
	    sscanf(text, "%u:%u", &major_number, &minor_number) != 2)
		return;
	node->number = makedev(major_number, minor_number);
	node->is_block = is_block;
	strcpy(node->name, name);
	nodes->count++;
}

/* No deeper than devices go. VFIO's own nodes are a client's and count elsewhere. */
static int collect(int parent_fd, const char *name, bool is_block, unsigned int depth,
		   struct opener_nodes *nodes)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int fd, r = 0;

	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0; /* a link, an attribute, or gone */
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return -ENOMEM;
	}
	is_block = is_block || strcmp(name, "block") == 0;
	if (depth > 0)
		node_add(fd, name, is_block, nodes);
	while (r >= 0 && depth < DEPTH_MAX && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "vfio-dev") != 0 &&
		    (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN))
			r = collect(fd, entry->d_name, is_block, depth + 1, nodes);
	return r;
}

int opener_collect(int device_fd, struct opener_nodes *nodes)
{
	return collect(device_fd, ".", false, 0, nodes);
}

/* ---- the processes ---- */

static const struct opener_node *match(const struct opener_nodes *nodes, const struct stat *st)
{
	bool is_block = S_ISBLK(st->st_mode);
	size_t n;

	if (!is_block && !S_ISCHR(st->st_mode))
		return NULL;
	for (n = 0; n < nodes->count; n++)
		if (nodes->list[n].number == st->st_rdev && nodes->list[n].is_block == is_block)
			return &nodes->list[n];
	return NULL;
}

/* The node that one process has open, or NULL. */
static const struct opener_node *look_into(int proc_fd, const char *process,
					   const struct opener_nodes *nodes, unsigned int *left)
{
	const struct opener_node *node = NULL;
	_cleanup_closedir_ DIR *dir = NULL;
	char path[OPENER_NAME_SIZE];
	struct dirent *entry;
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%.32s/fd", process);
	fd = openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return NULL; /* ended, or not for us to see */
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return NULL;
	}
	while (!node && *left > 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		--*left;
		if (fstatat(fd, entry->d_name, &st, 0) >= 0)
			node = match(nodes, &st);
	}
	return node;
}

static void describe(int proc_fd, const char *process, struct opener *opener)
{
	char path[OPENER_NAME_SIZE];

	opener->pid = (pid_t)strtol(process, NULL, 10);
	snprintf(path, sizeof(path), "%.32s/comm", process);
	if (io_read_word_at(proc_fd, path, opener->command, sizeof(opener->command)) < 0)
		strcpy(opener->command, "?");
	text_sanitize(opener->command);
}

int opener_each(const char *proc_root, const struct opener_nodes *nodes, opener_found_t found,
		void *userdata)
{
	_cleanup_closedir_ DIR *dir = NULL;
	unsigned int left = LIMIT_OPENER_FDS;
	struct opener opener = {};
	struct dirent *entry;
	int r = 0;

	if (nodes->count == 0)
		return 0;
	dir = opendir(proc_root);
	if (!dir)
		return 0; /* nothing can be known */
	while (r == 0 && left > 0 && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		opener.node = look_into(dirfd(dir), entry->d_name, nodes, &left);
		if (!opener.node)
			continue;
		describe(dirfd(dir), entry->d_name, &opener);
		r = found(&opener, userdata);
	}
	return r;
}
