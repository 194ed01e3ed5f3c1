/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Makes a tree of plain files in the shape of /sys with as many channel devices as are wanted, fast.
 * Owns what is in the tree; knows nothing of who looks at it.
 *   sysfs-tree DIRECTORY COUNT
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "macro.h"

#define COUNT_MAX (4 * 65536) /* four subchannel sets */

struct kind {
	const char *device_type;
	const char *control_unit;
	const char *alias;
	const char *driver; /* NULL: none */
	const char *online;
};

/* What a large machine has: mostly disks, and some of everything else. */
static const struct kind kinds[] = {
	{ "3390/0c\n", "3990/e9\n", "ccw:t3990mE9dt3390dm0C\n", "dasd-eckd", "1\n" },
	{ "3390/0c\n", "3990/e9\n", "ccw:t3990mE9dt3390dm0C\n", "dasd-eckd", "0\n" },
	{ "3390/0c\n", "3990/e9\n", "ccw:t3990mE9dt3390dm0C\n", "dasd-eckd", "0\n" },
	{ "3490/50\n", "3490/50\n", "ccw:t3490m50dt3490dm50\n", "tape_34xx", "0\n" },
	{ "3390/0c\n", "3990/e9\n", "ccw:t3990mE9dt3390dm0C\n", "dasd-eckd", "1\n" },
	{ "1732/01\n", "1731/01\n", "ccw:t1731m01dt1732dm01\n", "qeth", "1\n" },
	{ "n/a\n", "3270/00\n", "ccw:t3270m00dtdm\n", "3270", "0\n" },
	{ "3505/00\n", "3505/00\n", "ccw:t3505m00dt3505dm00\n", NULL, "0\n" },
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "sysfs-tree: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void make_dir(int dir_fd, const char *path)
{
	if (mkdirat(dir_fd, path, 0755) < 0 && errno != EEXIST)
		die(path);
}

static void make_file(int dir_fd, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(dir_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
}

static void make_link(int dir_fd, const char *path, const char *target)
{
	if (symlinkat(target, dir_fd, path) < 0)
		die(path);
}

static void make_device(int root, int css, int devices, unsigned int n)
{
	const struct kind *kind = &kinds[n % ARRAY_SIZE(kinds)];
	char subchannel[16], id[16], path[64], target[80];
	_cleanup_close_ int fd = -1;

	snprintf(subchannel, sizeof(subchannel), "0.%x.%04x", n >> 16, n & 0xffff);
	/* as on real machines, device numbers do not count as subchannels do */
	snprintf(id, sizeof(id), "0.%x.%04x", n >> 16, (n * 0x6001u) & 0xffff);
	make_dir(css, subchannel);
	snprintf(path, sizeof(path), "%s/%s", subchannel, id);
	make_dir(css, path);
	fd = openat(css, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		die(path);
	make_file(fd, "devtype", kind->device_type);
	make_file(fd, "cutype", kind->control_unit);
	make_file(fd, "modalias", kind->alias);
	make_file(fd, "online", kind->online);
	make_file(fd, "availability", "good\n");
	if (kind->driver) {
		snprintf(target, sizeof(target), "../../../../bus/ccw/drivers/%s", kind->driver);
		make_link(fd, "driver", target);
	}
	snprintf(target, sizeof(target), "../../../devices/css0/%s/%s", subchannel, id);
	make_link(devices, id, target);
}

int main(int argc, char **argv)
{
	static const char *const dirs[] = { "devices", "devices/css0",	  "bus",
					    "bus/ccw", "bus/ccw/devices", "bus/ccw/drivers" };
	unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	int root, css, devices;
	size_t n;

	if (count == 0 || count > COUNT_MAX) {
		fprintf(stderr, "Usage: sysfs-tree DIRECTORY COUNT, at most %d\n", COUNT_MAX);
		return 2;
	}
	make_dir(AT_FDCWD, argv[1]);
	root = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		die(argv[1]);
	for (n = 0; n < ARRAY_SIZE(dirs); n++)
		make_dir(root, dirs[n]);
	css = openat(root, "devices/css0", O_PATH | O_DIRECTORY | O_CLOEXEC);
	devices = openat(root, "bus/ccw/devices", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (css < 0 || devices < 0)
		die(argv[1]);
	for (n = 0; n < count; n++)
		make_device(root, css, devices, (unsigned int)n);
	return 0;
}
