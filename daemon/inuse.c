/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the explanation why the host cannot spare a device. It only explains: the last word is the
 * kernel's when the device is taken offline. Changes nothing.
 */
#include "inuse.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "holder.h"
#include "io.h"
#include "limits.h"
#include "opener.h"

#define NAME_SIZE     64
#define OPEN_PAUSE_MS 50

typedef int (*entry_t)(int dir_fd, const char *entry, const char *name,
		       const struct inuse_tables *tables, struct fault *fault);

static int table_read(const char *proc_root, const char *file, char **ret)
{
	_cleanup_free_ char *path = NULL;
	int r;

	if (asprintf(&path, "%s/%s", proc_root, file) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = io_read_at(AT_FDCWD, path, LIMIT_PROC_FILE_BYTES, ret, NULL);
	return r == -ENOENT || r == -EACCES || r == -EPERM ? 0 : r;
}

int inuse_tables_read(const char *proc_root, struct inuse_tables *ret)
{
	struct inuse_tables tables = { .proc_root = proc_root };
	int r;

	/* the host's own view where we may see it, else ours, to which its mounts propagate */
	r = table_read(proc_root, "1/mountinfo", &tables.mountinfo);
	if (r >= 0 && !tables.mountinfo)
		r = table_read(proc_root, "self/mountinfo", &tables.mountinfo);
	if (r >= 0)
		r = table_read(proc_root, "swaps", &tables.swaps);
	if (r >= 0)
		r = table_read(proc_root, "consoles", &tables.consoles);
	if (r < 0) {
		inuse_tables_deinit(&tables);
		return r;
	}
	*ret = tables;
	return 0;
}

void inuse_tables_deinit(struct inuse_tables *tables)
{
	free(tables->mountinfo);
	free(tables->swaps);
	free(tables->consoles);
	*tables = (struct inuse_tables){};
}

/* Field number n, from 0, of a line whose fields are separated by blanks. */
static bool line_field(const char *line, unsigned int n, const char **ret, size_t *ret_length)
{
	for (;;) {
		line += strspn(line, " \t");
		*ret_length = strcspn(line, " \t\n");
		if (*ret_length == 0)
			return false;
		if (n-- == 0)
			break;
		line += *ret_length;
	}
	*ret = line;
	return true;
}

/* mountinfo writes blanks and backslashes as three octal digits; the caller frees the result. */
static char *unescape(const char *text, size_t length)
{
	char *copy = strndup(text, length), *to = copy;
	const char *from;

	for (from = copy; from && *from; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3]) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	if (to)
		*to = '\0';
	return copy;
}

static const char *line_next(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

/* The first line of table whose field n is text, or NULL. */
static const char *table_find(const char *table, unsigned int n, const char *text)
{
	const char *line, *field;
	size_t length;

	for (line = table ? table : ""; *line; line = line_next(line))
		if (line_field(line, n, &field, &length) && length == strlen(text) &&
		    memcmp(field, text, length) == 0)
			return line;
	return NULL;
}

static int check_holders(int block_fd, const char *disk, const char *name, struct fault *fault)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	struct holder holder;
	int fd;

	fd = openat(block_fd, "holders", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		holder_describe(fd, entry->d_name, &holder);
		return fault_set(fault, FAULT_DEVICE_IN_USE,
				 "%s is in use: its %s is part of %s; to free it, %s", name, disk,
				 holder.what, holder.how);
	}
	return 0;
}

/* One disk or partition: block_fd is its directory, disk its name. */
static int check_block(int block_fd, const char *disk, const char *name,
		       const struct inuse_tables *tables, struct fault *fault)
{
	_cleanup_free_ char *number = NULL, *directory = NULL;
	char node[NAME_SIZE + sizeof("/dev/")];
	const char *line, *where;
	size_t length;
	int r;

	r = io_read_line_at(block_fd, "dev", &number);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	line = table_find(tables->mountinfo, 2, number);
	if (line && line_field(line, 4, &where, &length)) {
		directory = unescape(where, length);
		return fault_set(fault, FAULT_DEVICE_IN_USE,
				 "%s is in use: its %s is mounted on %s; run umount first", name,
				 disk, directory ? directory : "?");
	}
	snprintf(node, sizeof(node), "/dev/%s", disk);
	if (table_find(tables->swaps, 0, node))
		return fault_set(fault, FAULT_DEVICE_IN_USE,
				 "%s is in use: its %s is swap space; run swapoff %s first", name,
				 disk, node);
	return check_holders(block_fd, disk, name, fault);
}

static int for_each_entry(int dir_fd, const char *directory, entry_t entry_check, const char *name,
			  const struct inuse_tables *tables, struct fault *fault)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int fd, r;

	fd = openat(dir_fd, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* has no such things */
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= NAME_SIZE)
			continue;
		r = entry_check(fd, entry->d_name, name, tables, fault);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_partition(int dir_fd, const char *entry, const char *name,
			   const struct inuse_tables *tables, struct fault *fault)
{
	_cleanup_close_ int fd = -1;

	/* attributes and directories like "queue" have no "dev" in them */
	fd = openat(dir_fd, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0;
	return check_block(fd, entry, name, tables, fault);
}

static int check_disk(int dir_fd, const char *entry, const char *name,
		      const struct inuse_tables *tables, struct fault *fault)
{
	int r;

	r = check_partition(dir_fd, entry, name, tables, fault);
	if (r < 0)
		return r;
	return for_each_entry(dir_fd, entry, check_partition, name, tables, fault);
}

static int check_interface(int dir_fd, const char *entry, const char *name,
			   const struct inuse_tables *tables, struct fault *fault)
{
	char path[NAME_SIZE + sizeof("/flags")];
	_cleanup_free_ char *flags = NULL;
	int r;

	snprintf(path, sizeof(path), "%s/flags", entry);
	r = io_read_line_at(dir_fd, path, &flags);
	if (r < 0 || !(strtoul(flags, NULL, 0) & IFF_UP))
		return 0;
	return fault_set(fault, FAULT_DEVICE_IN_USE,
			 "%s is in use: its network interface %s is up; run: ip link set %s down",
			 name, entry, entry);
}

static int check_blocks(int dir_fd, const char *entry, const char *name,
			const struct inuse_tables *tables, struct fault *fault)
{
	_cleanup_close_ int fd = -1;

	fd = openat(dir_fd, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0;
	return for_each_entry(fd, "block", check_disk, name, tables, fault);
}

static int check_interfaces(int dir_fd, const char *entry, const char *name,
			    const struct inuse_tables *tables, struct fault *fault)
{
	_cleanup_close_ int fd = -1;

	fd = openat(dir_fd, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0;
	return for_each_entry(fd, "net", check_interface, name, tables, fault);
}

/* On the device, or one level below, where those of virtio are. */
static int check_here_and_below(int device_fd, entry_t check, const char *name,
				const struct inuse_tables *tables, struct fault *fault)
{
	int r;

	r = check(device_fd, ".", name, tables, fault);
	return r < 0 ? r : for_each_entry(device_fd, ".", check, name, tables, fault);
}

/* udev looks into a new disk for a moment: only who stays counts. */
static int check_openers(int device_fd, const char *name, const char *proc_root,
			 struct fault *fault)
{
	const struct timespec pause = { .tv_nsec = OPEN_PAUSE_MS * 1000 * 1000 };
	struct opener_nodes nodes = {};
	struct opener opener;
	unsigned int waited;
	int r;

	r = opener_collect(device_fd, &nodes);
	for (waited = 0; r >= 0; waited += OPEN_PAUSE_MS) {
		r = opener_find(proc_root, &nodes, &opener);
		if (r <= 0)
			return r;
		if (waited >= LIMIT_OPEN_WAIT_MS)
			return fault_set(
				fault, FAULT_DEVICE_IN_USE,
				"%s is in use: its %s is open in process %d (%s); end that "
				"first",
				name, opener.node->name, (int)opener.pid, opener.command);
		(void)nanosleep(&pause, NULL); /* cut short is no harm */
	}
	return r;
}

static int check_group_member(int device_fd, const char *name, struct fault *fault)
{
	_cleanup_free_ char *target = NULL;
	const char *group;
	int r;

	r = io_readlink_at(device_fd, "group_device", &target);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	group = strrchr(target, '/');
	return fault_set(fault, FAULT_DEVICE_IN_USE,
			 "%s is in use: it is part of the device group %s; ungroup that first",
			 name, group ? group + 1 : target);
}

static int check_console(const char *name, const char *driver, const struct inuse_tables *tables,
			 struct fault *fault)
{
	const char *console = NULL;

	/* sysfs does not say which terminal is the console, so all of its kind are kept */
	if (strcmp(driver, "3215") == 0)
		console = "ttyS0";
	else if (strcmp(driver, "3270") == 0)
		console = "tty3270";
	if (!console || !table_find(tables->consoles, 0, console))
		return 0;
	return fault_set(
		fault, FAULT_UNSUPPORTED_DEVICE,
		"%s is a %s terminal and may be the system console %s: it is never handed out",
		name, driver, console);
}

int inuse_check(int device_fd, const char *name, const char *driver,
		const struct inuse_tables *tables, bool is_forced, struct fault *fault)
{
	int r;

	r = check_console(name, driver, tables, fault);
	if (r < 0)
		return r;
	r = check_group_member(device_fd, name, fault);
	if (r < 0)
		return r;
	r = check_here_and_below(device_fd, check_blocks, name, tables, fault);
	if (r < 0 || is_forced)
		return r;
	r = check_here_and_below(device_fd, check_interfaces, name, tables, fault);
	if (r < 0 || !tables->proc_root)
		return r;
	return check_openers(device_fd, name, tables->proc_root, fault);
}
