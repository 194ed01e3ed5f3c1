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
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "holder.h"
#include "io.h"
#include "limits.h"
#include "opener.h"
#include "text.h"

#define NAME_SIZE     64
#define OPEN_PAUSE_MS 50
#define DEPTH_MAX     8 /* below the device's directory */

/* One look at one device. */
struct scan {
	const char *name;
	const char *driver;
	const struct inuse_tables *tables;
	inuse_found_t found;
	void *userdata;
	bool asks_kernel; /* and nothing else, whether it has a disk claimed */
	unsigned int *n_told;
};

typedef int (*entry_t)(const struct scan *scan, int dir_fd, const char *entry);

struct class {
	const char *name;
	entry_t check; /* of each of its entries */
};

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

/* Tells whoever scans, whose answer it returns: negative ends the scan. */
static _printf_(5, 6) int tell(const struct scan *scan, enum inuse_kind kind, const char *object,
			       enum fault_code code, const char *format, ...)
{
	struct inuse_use use = { .kind = kind };
	char text[LIMIT_MESSAGE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	snprintf(use.object, sizeof(use.object), "%s", object);
	text_sanitize(use.object);
	(void)fault_set(&use.fault, code, "%s", text); /* errors are for who asked */
	(*scan->n_told)++;
	return scan->found(&use, scan->userdata);
}

static int check_holders(const struct scan *scan, int block_fd, const char *disk)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	struct holder holder;
	int fd, r = 0;

	fd = openat(block_fd, "holders", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return -ENOMEM;
	}
	while (r >= 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		holder_describe(fd, entry->d_name, &holder);
		r = tell(scan, INUSE_HOLDER, disk, FAULT_DEVICE_IN_USE,
			 "%s is in use: its %s is part of %s; to free it, %s", scan->name, disk,
			 holder.what, holder.how);
	}
	return r;
}

static int check_mounts(const struct scan *scan, const char *number, const char *disk)
{
	const char *line = table_find(scan->tables->mountinfo, 2, number), *where;
	_cleanup_free_ char *directory = NULL;
	size_t length;

	if (!line || !line_field(line, 4, &where, &length))
		return 0;
	directory = unescape(where, length);
	return tell(scan, INUSE_MOUNT, disk, FAULT_DEVICE_IN_USE,
		    "%s is in use: its %s is mounted on %s; run umount first", scan->name, disk,
		    directory ? directory : "?");
}

/*
 * The mount of a file system that has devices of its own, several perhaps, has the number of none. It says
 * elsewhere which they are; /sys is found by the way that every block device shows.
 */
static int check_btrfs(const struct scan *scan, int block_fd, const char *disk)
{
	_cleanup_closedir_ DIR *dir = NULL;
	char path[2 * NAME_SIZE + sizeof("/devices/")];
	struct dirent *entry;
	int fd, r = 0;

	fd = openat(block_fd, "subsystem/../../fs/btrfs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* none is mounted */
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return -ENOMEM;
	}
	while (r >= 0 && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%.*s/devices/%s", NAME_SIZE, entry->d_name, disk);
		if (faccessat(fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			r = tell(
				scan, INUSE_MOUNT, disk, FAULT_DEVICE_IN_USE,
				"%s is in use: its %s is part of the mounted btrfs %s; run umount first",
				scan->name, disk, entry->d_name);
	}
	return r;
}

/*
 * What no table tells, as a mount that another one hides: the kernel lets nobody else have a disk, or one
 * whose partition is in use, to himself. A node that is not there, or not for us, says nothing.
 */
static int check_claimed(const struct scan *scan, const char *number, const char *disk,
			 const char *node)
{
	_cleanup_close_ int fd = -1;
	unsigned int major_number, minor_number;
	struct stat st;

	if (sscanf(number, "%u:%u", &major_number, &minor_number) != 2 || stat(node, &st) < 0 ||
	    !S_ISBLK(st.st_mode) || st.st_rdev != makedev(major_number, minor_number))
		return 0;
	fd = open(node, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 || errno != EBUSY)
		return 0;
	return tell(
		scan, INUSE_MOUNT, disk, FAULT_DEVICE_IN_USE,
		"%s is in use: the kernel holds its %s, perhaps for a mount that cannot be seen; look "
		"at lsblk",
		scan->name, disk);
}

/* One disk or partition: block_fd is its directory, disk its name. */
static int check_block(const struct scan *scan, int block_fd, const char *disk)
{
	char node[NAME_SIZE + sizeof("/dev/")];
	_cleanup_free_ char *number = NULL;
	int r;

	r = io_read_line_at(block_fd, "dev", &number);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	snprintf(node, sizeof(node), "/dev/%s", disk);
	if (scan->asks_kernel)
		return check_claimed(scan, number, disk, node);
	r = check_mounts(scan, number, disk);
	if (r >= 0)
		r = check_btrfs(scan, block_fd, disk);
	if (r >= 0 && table_find(scan->tables->swaps, 0, node))
		r = tell(scan, INUSE_SWAP, disk, FAULT_DEVICE_IN_USE,
			 "%s is in use: its %s is swap space; run swapoff %s first", scan->name,
			 disk, node);
	return r < 0 ? r : check_holders(scan, block_fd, disk);
}

static int for_each_entry(const struct scan *scan, int dir_fd, const char *directory, entry_t check)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int fd, r = 0;

	fd = openat(dir_fd, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* has no such things */
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return -ENOMEM;
	}
	while (r >= 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strlen(entry->d_name) < NAME_SIZE)
			r = check(scan, fd, entry->d_name);
	return r;
}

static int check_partition(const struct scan *scan, int dir_fd, const char *entry)
{
	_cleanup_close_ int fd = -1;

	/* attributes and directories like "queue" have no "dev" in them */
	fd = openat(dir_fd, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? 0 : check_block(scan, fd, entry);
}

static int check_disk(const struct scan *scan, int dir_fd, const char *entry)
{
	int r;

	r = check_partition(scan, dir_fd, entry);
	return r < 0 ? r : for_each_entry(scan, dir_fd, entry, check_partition);
}

static int check_interface(const struct scan *scan, int dir_fd, const char *entry)
{
	char path[NAME_SIZE + sizeof("/flags")];
	_cleanup_free_ char *flags = NULL;
	int r;

	snprintf(path, sizeof(path), "%s/flags", entry);
	r = io_read_line_at(dir_fd, path, &flags);
	if (r < 0 || !(strtoul(flags, NULL, 0) & IFF_UP))
		return 0;
	return tell(scan, INUSE_INTERFACE, entry, FAULT_DEVICE_IN_USE,
		    "%s is in use: its network interface %s is up; run: ip link set %s down",
		    scan->name, entry, entry);
}

/*
 * Every thing of a class, "block" or "net", on the device or below: a disk of virtio is one level down, a
 * SCSI disk of an adapter four.
 */
static int check_class(const struct scan *scan, int parent_fd, const char *directory,
		       const struct class *class, unsigned int depth)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int fd, r;

	fd = openat(parent_fd, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0; /* an attribute, or gone */
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return -ENOMEM;
	}
	r = for_each_entry(scan, fd, class->name, class->check);
	while (r >= 0 && depth < DEPTH_MAX && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, class->name) != 0 &&
		    (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN))
			r = check_class(scan, fd, entry->d_name, class, depth + 1);
	return r;
}

static const struct class blocks = { "block", check_disk };
static const struct class interfaces = { "net", check_interface };

static int is_any(const struct opener *opener, void *userdata)
{
	return 1;
}

static int on_opener(const struct opener *opener, void *userdata)
{
	const struct scan *scan = userdata;
	int r;

	r = tell(scan, INUSE_PROCESS, opener->node->name, FAULT_DEVICE_IN_USE,
		 "%s is in use: its %s is open in process %d (%s); end that first", scan->name,
		 opener->node->name, (int)opener->pid, opener->command);
	return r < 0 ? r : 0;
}

/* udev looks into a new disk for a moment: only who stays counts. */
static int check_openers(const struct scan *scan, int device_fd, unsigned int patience_ms)
{
	const struct timespec pause = { .tv_nsec = OPEN_PAUSE_MS * 1000 * 1000 };
	struct opener_nodes nodes = {};
	unsigned int waited;
	int r;

	if (!scan->tables->proc_root)
		return 0;
	r = opener_collect(device_fd, &nodes);
	for (waited = 0; r >= 0; waited += OPEN_PAUSE_MS) {
		bool is_last = waited >= patience_ms;

		r = opener_each(scan->tables->proc_root, &nodes, is_last ? on_opener : is_any,
				(void *)scan);
		if (r <= 0 || is_last)
			return r;
		(void)nanosleep(&pause, NULL); /* cut short is no harm */
	}
	return r;
}

static int check_group_member(const struct scan *scan, int device_fd)
{
	_cleanup_free_ char *target = NULL;
	const char *group;
	int r;

	r = io_readlink_at(device_fd, "group_device", &target);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	group = strrchr(target, '/');
	group = group ? group + 1 : target;
	return tell(scan, INUSE_GROUP, group, FAULT_DEVICE_IN_USE,
		    "%s is in use: it is part of the device group %s; ungroup that first",
		    scan->name, group);
}

static int check_console(const struct scan *scan)
{
	const char *console = NULL;

	/* sysfs does not say which terminal is the console, so all of its kind are kept */
	if (strcmp(scan->driver, "3215") == 0)
		console = "ttyS0";
	else if (strcmp(scan->driver, "3270") == 0)
		console = "tty3270";
	if (!console || !table_find(scan->tables->consoles, 0, console))
		return 0;
	return tell(scan, INUSE_CONSOLE, console, FAULT_UNSUPPORTED_DEVICE,
		    "%s is a %s terminal and may be the system console %s: it is never handed out",
		    scan->name, scan->driver, console);
}

/* What no force takes a device from. */
static int check_firm(const struct scan *scan, int device_fd)
{
	struct scan last = *scan;
	int r;

	r = check_console(scan);
	if (r >= 0)
		r = check_group_member(scan, device_fd);
	if (r >= 0)
		r = check_class(scan, device_fd, ".", &blocks, 0);
	if (r < 0 || *scan->n_told > 0)
		return r;
	/* its word is no explanation: only when nothing has explained anything */
	last.asks_kernel = true;
	return check_class(&last, device_fd, ".", &blocks, 0);
}

static int scan_run(const struct scan *scan, int device_fd, bool is_forced,
		    unsigned int patience_ms)
{
	int r;

	r = check_firm(scan, device_fd);
	if (r < 0 || is_forced)
		return r;
	r = check_class(scan, device_fd, ".", &interfaces, 0);
	return r < 0 ? r : check_openers(scan, device_fd, patience_ms);
}

static int on_first(const struct inuse_use *use, void *userdata)
{
	struct fault *fault = userdata;

	return fault_set(fault, use->fault.code, "%s", use->fault.text);
}

int inuse_check(int device_fd, const char *name, const char *driver,
		const struct inuse_tables *tables, bool is_forced, struct fault *fault)
{
	unsigned int n_told = 0;
	const struct scan scan = { name, driver, tables, on_first, fault, false, &n_told };

	return scan_run(&scan, device_fd, is_forced, LIMIT_OPEN_WAIT_MS);
}

int inuse_each(int device_fd, const char *name, const char *driver,
	       const struct inuse_tables *tables, inuse_found_t found, void *userdata)
{
	unsigned int n_told = 0;
	const struct scan scan = { name, driver, tables, found, userdata, false, &n_told };

	return scan_run(&scan, device_fd, false, 0);
}

const char *inuse_kind_to_string(enum inuse_kind kind)
{
	static const char *const names[_INUSE_KIND_MAX] = {
		[INUSE_CONSOLE] = "console", [INUSE_GROUP] = "group",
		[INUSE_MOUNT] = "mount",     [INUSE_SWAP] = "swap",
		[INUSE_HOLDER] = "holder",   [INUSE_INTERFACE] = "interface",
		[INUSE_PROCESS] = "process",
	};

	return names[kind];
}
