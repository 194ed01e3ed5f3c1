/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns every path below the sysfs root and what is read from and written to it. Knows no policy
 * and no order of steps.
 */
#include "sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "io.h"
#include "names.h"

#define DEVICES "bus/ccw/devices"
#define DRIVERS "bus/ccw/drivers"

struct sysfs {
	char *root;
	int fd;
};

/* Every path here is made of our words, a ccw_id and a checked driver name. */
struct path {
	char text[256];
};

static struct path device_path(struct ccw_id id, const char *file)
{
	char name[CCW_ID_STRING_SIZE];
	struct path path;

	snprintf(path.text, sizeof(path.text), DEVICES "/%s%s%s", ccw_id_format(id, name),
		 *file ? "/" : "", file);
	return path;
}

static struct path driver_path(const char *driver, const char *file)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), DRIVERS "/%.*s%s%s", SYSFS_NAME_SIZE, driver,
		 *file ? "/" : "", file);
	return path;
}

int sysfs_new(const char *root, struct sysfs **ret)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = calloc(1, sizeof(*sysfs));

	if (!sysfs)
		return -ENOMEM;
	sysfs->fd = -1;
	sysfs->root = strdup(root);
	if (!sysfs->root)
		return -ENOMEM;
	sysfs->fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (sysfs->fd < 0)
		return -errno;
	*ret = TAKE_PTR(sysfs);
	return 0;
}

void sysfs_free(struct sysfs *sysfs)
{
	if (!sysfs)
		return;
	macro_close(sysfs->fd);
	free(sysfs->root);
	free(sysfs);
}

int sysfs_fd_peek(const struct sysfs *sysfs)
{
	return sysfs->fd;
}

int sysfs_for_each(struct sysfs *sysfs, sysfs_each_t each, void *userdata)
{
	_cleanup_closedir_ DIR *dir = NULL;
	_cleanup_close_ int fd = -1;
	struct dirent *entry;
	struct ccw_id id;
	int r;

	fd = openat(sysfs->fd, DEVICES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno; /* no such bus: no devices */
	dir = fdopendir(fd);
	if (!dir)
		return -errno;
	(void)TAKE_FD(fd); /* closedir closes it */
	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return -errno;
		if (!strchr(entry->d_name, '.') || ccw_id_parse(entry->d_name, &id) < 0)
			continue;
		r = each(id, userdata);
		if (r < 0)
			return r;
	}
}

/* An attribute's text into a field; an unreadable or overlong one is "n/a". */
static void read_field(struct sysfs *sysfs, struct ccw_id id, const char *file, char *field)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = io_read_line_at(sysfs->fd, device_path(id, file).text, &text);
	if (r < 0 || strlen(text) >= SYSFS_NAME_SIZE)
		strcpy(field, "n/a");
	else
		strcpy(field, text);
}

/* The last part of a link's target, or of the part before it when skip is 1. */
static int read_link_name(struct sysfs *sysfs, const char *path, unsigned int skip, char *field)
{
	_cleanup_free_ char *target = NULL;
	char *slash;
	int r;

	r = io_readlink_at(sysfs->fd, path, &target);
	if (r < 0)
		return r;
	for (;;) {
		slash = strrchr(target, '/');
		if (!slash)
			return -EBADMSG;
		if (skip-- == 0)
			break;
		*slash = '\0';
	}
	if (strlen(slash + 1) >= SYSFS_NAME_SIZE)
		return -ENAMETOOLONG;
	strcpy(field, slash + 1);
	return 0;
}

int sysfs_read_online(struct sysfs *sysfs, struct ccw_id id)
{
	_cleanup_free_ char *online = NULL;
	int r;

	r = io_read_line_at(sysfs->fd, device_path(id, "online").text, &online);
	if (r < 0)
		return r == -ENODEV ? -ENOENT : r;
	return strcmp(online, "1") == 0;
}

int sysfs_read(struct sysfs *sysfs, struct ccw_id id, struct sysfs_facts *ret)
{
	struct sysfs_facts facts = {};
	int r;

	r = read_link_name(sysfs, device_path(id, "").text, 1, facts.subchannel);
	if (r < 0)
		return r;
	r = sysfs_read_online(sysfs, id);
	if (r < 0)
		return r;
	facts.is_online = r;
	read_field(sysfs, id, "devtype", facts.device_type);
	read_field(sysfs, id, "cutype", facts.control_unit);
	r = read_link_name(sysfs, device_path(id, "driver").text, 0, facts.driver);
	if (r < 0 && r != -ENOENT)
		return r;
	*ret = facts;
	return 0;
}

int sysfs_read_path(struct sysfs *sysfs, struct ccw_id id, char **ret)
{
	_cleanup_free_ char *target = NULL;
	const char *below;
	char *path;
	int r;

	r = io_readlink_at(sysfs->fd, device_path(id, "").text, &target);
	if (r < 0)
		return r;
	below = target;
	while (strncmp(below, "../", 3) == 0)
		below += 3;
	if (asprintf(&path, "%s/%s", sysfs->root, below) < 0)
		return -ENOMEM;
	*ret = path;
	return 0;
}

int sysfs_open_device(struct sysfs *sysfs, struct ccw_id id, int *ret_fd)
{
	int fd = openat(sysfs->fd, device_path(id, "").text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

bool sysfs_has_driver(struct sysfs *sysfs, const char *driver)
{
	return faccessat(sysfs->fd, driver_path(driver, "").text, F_OK, 0) == 0;
}

int sysfs_set_online(struct sysfs *sysfs, struct ccw_id id, bool online)
{
	return io_write_at(sysfs->fd, device_path(id, "online").text, online ? "1" : "0");
}

static int write_id(struct sysfs *sysfs, struct ccw_id id, const char *driver, const char *file)
{
	char name[CCW_ID_STRING_SIZE];

	return io_write_at(sysfs->fd, driver_path(driver, file).text, ccw_id_format(id, name));
}

int sysfs_bind(struct sysfs *sysfs, struct ccw_id id, const char *driver)
{
	return write_id(sysfs, id, driver, "bind");
}

int sysfs_unbind(struct sysfs *sysfs, struct ccw_id id, const char *driver)
{
	return write_id(sysfs, id, driver, "unbind");
}

int sysfs_revoke(struct sysfs *sysfs, struct ccw_id id)
{
	return io_write_at(sysfs->fd, device_path(id, CCWB_DEVICE_REVOKE).text, "1");
}

int sysfs_set_claim(struct sysfs *sysfs, struct ccw_id id, bool claimed)
{
	char name[CCW_ID_STRING_SIZE];
	char text[CCW_ID_STRING_SIZE + 1];

	snprintf(text, sizeof(text), "%s%s", claimed ? "" : "-", ccw_id_format(id, name));
	return io_write_at(sysfs->fd, driver_path(CCWB_DRIVER, CCWB_DRIVER_CLAIM).text, text);
}

int sysfs_read_group(struct sysfs *sysfs, struct ccw_id id, unsigned int *ret)
{
	char name[SYSFS_NAME_SIZE];
	int r;

	r = read_link_name(sysfs, device_path(id, "iommu_group").text, 0, name);
	if (r < 0)
		return r;
	if (sscanf(name, "%u", ret) != 1)
		return -EBADMSG;
	return 0;
}

static int read_node(struct sysfs *sysfs, const char *path, dev_t *ret)
{
	_cleanup_free_ char *text = NULL;
	unsigned int major_number, minor_number;
	int r;

	r = io_read_line_at(sysfs->fd, path, &text);
	if (r < 0)
		return r;
	if (sscanf(text, "%u:%u", &major_number, &minor_number) != 2)
		return -EBADMSG;
	*ret = makedev(major_number, minor_number);
	return 0;
}

int sysfs_read_group_node(struct sysfs *sysfs, unsigned int group, dev_t *ret)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "class/vfio/%u/dev", group);
	return read_node(sysfs, path.text, ret);
}

int sysfs_read_iommufd_node(struct sysfs *sysfs, dev_t *ret)
{
	return read_node(sysfs, "class/misc/iommu/dev", ret);
}

int sysfs_read_device_node(struct sysfs *sysfs, struct ccw_id id, unsigned int *ret,
			   dev_t *ret_node)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	char file[SYSFS_NAME_SIZE];
	int fd;

	fd = openat(sysfs->fd, device_path(id, "vfio-dev").text,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		macro_close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir))) {
		if (sscanf(entry->d_name, "vfio%u", ret) != 1)
			continue;
		snprintf(file, sizeof(file), "vfio-dev/vfio%u/dev", *ret);
		return read_node(sysfs, device_path(id, file).text, ret_node);
	}
	return -ENOENT;
}

int sysfs_open_usage(struct sysfs *sysfs, struct ccw_id id, int *ret_fd)
{
	int fd = openat(sysfs->fd, device_path(id, CCWB_DEVICE_OPEN).text, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int sysfs_read_usage(int fd)
{
	char value;
	ssize_t n;

	n = pread(fd, &value, 1, 0);
	if (n < 0)
		return -errno;
	return n == 1 && value == '1' ? 1 : 0;
}

int sysfs_read_fds(struct sysfs *sysfs, struct ccw_id id)
{
	_cleanup_free_ char *text = NULL;
	unsigned int fds;
	int r;

	r = io_read_line_at(sysfs->fd, device_path(id, CCWB_DEVICE_FDS).text, &text);
	if (r < 0)
		return r;
	return sscanf(text, "%u", &fds) == 1 && fds <= INT_MAX ? (int)fds : -EBADMSG;
}
