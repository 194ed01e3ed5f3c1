/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns every path below the sysfs root and what is read from and written to it. Knows no policy
 * and no order of steps.
 */
#include "sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
	struct path path;

	(void)ccw_id_format(id, stpcpy(path.text, DEVICES "/"));
	if (*file)
		strcat(strcat(path.text, "/"), file);
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

int sysfs_open_device(struct sysfs *sysfs, struct ccw_id id, int *ret_fd)
{
	int fd = openat(sysfs->fd, device_path(id, "").text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

/* The last part of a link's target. */
static int read_link_name(int dir_fd, const char *path, char *field, size_t size)
{
	_cleanup_free_ char *target = NULL;
	char *slash;
	int r;

	r = io_readlink_at(dir_fd, path, &target);
	if (r < 0)
		return r;
	slash = strrchr(target, '/');
	if (!slash)
		return -EBADMSG;
	if (strlen(slash + 1) >= size)
		return -ENAMETOOLONG;
	strcpy(field, slash + 1);
	return 0;
}

/* An unreadable or overlong type is "n/a", as the kernel says for one it does not know. */
static void read_type(int device_fd, const char *file, char field[static SYSFS_TYPE_SIZE])
{
	if (io_read_word_at(device_fd, file, field, SYSFS_TYPE_SIZE) < 0)
		strcpy(field, "n/a");
}

/* "3490" and "50", of the lengths 4 and 2, as the kernel writes types: "3490/50". */
static void join_type(const char *type, const char *model, char field[static SYSFS_TYPE_SIZE])
{
	snprintf(field, SYSFS_TYPE_SIZE, "%.4s/%.2s", type, model);
	for (; *field; field++)
		*field = (char)tolower((unsigned char)*field);
}

/*
 * Both types stand in one file as well, which halves the time: "ccw:t3990mE9dt3390dm0C", or without a
 * device type "ccw:t3270m00dtdm".
 */
static void read_types(int device_fd, struct sysfs_facts *facts)
{
	char alias[2 * SYSFS_TYPE_SIZE];

	if (io_read_word_at(device_fd, "modalias", alias, sizeof(alias)) < 0 ||
	    strncmp(alias, "ccw:t", 5) != 0 || strlen(alias) < 16 || alias[9] != 'm' ||
	    strncmp(alias + 12, "dt", 2) != 0) {
		read_type(device_fd, "devtype", facts->device_type);
		read_type(device_fd, "cutype", facts->control_unit);
		return;
	}
	join_type(alias + 5, alias + 10, facts->control_unit);
	if (strlen(alias) == 22)
		join_type(alias + 14, alias + 20, facts->device_type);
	else
		strcpy(facts->device_type, "n/a");
}

static int read_online(int device_fd)
{
	char online[SYSFS_TYPE_SIZE];
	int r;

	r = io_read_word_at(device_fd, "online", online, sizeof(online));
	if (r < 0)
		return r == -ENODEV ? -ENOENT : r;
	return strcmp(online, "1") == 0;
}

static enum sysfs_availability read_availability(int device_fd)
{
	static const struct {
		const char *text;
		enum sysfs_availability availability;
	} table[] = {
		{ "boxed", SYSFS_BOXED },
		{ "no path", SYSFS_NO_PATH },
		{ "no device", SYSFS_NO_DEVICE },
	};
	char text[SYSFS_TYPE_SIZE];
	size_t n;

	if (io_read_word_at(device_fd, "availability", text, sizeof(text)) >= 0)
		for (n = 0; n < ARRAY_SIZE(table); n++)
			if (strcmp(text, table[n].text) == 0)
				return table[n].availability;
	return SYSFS_GOOD;
}

const char *sysfs_explain_availability(enum sysfs_availability availability)
{
	static const char *const words[] = {
		[SYSFS_GOOD] = "",
		[SYSFS_BOXED] = "it did not answer: another system may have it reserved",
		[SYSFS_NO_PATH] = "no channel path leads to it",
		[SYSFS_NO_DEVICE] = "its channel paths find no device any more",
	};

	return words[availability];
}

static int read_status(int device_fd, struct sysfs_facts *facts)
{
	int r;

	r = read_online(device_fd);
	if (r < 0)
		return r;
	facts->is_online = r;
	facts->availability = read_availability(device_fd);
	return 0;
}

int sysfs_read_status(struct sysfs *sysfs, struct ccw_id id, struct sysfs_facts *facts)
{
	_cleanup_close_ int fd = -1;
	int r;

	r = sysfs_open_device(sysfs, id, &fd);
	return r < 0 ? r : read_status(fd, facts);
}

/*
 * Not the one file uevent that has nearly all of this: on some kernels reading it waits for whoever
 * binds the device just now.
 */
static int read_facts(int device_fd, struct sysfs_facts *facts)
{
	struct stat st;
	int r;

	if (fstat(device_fd, &st) < 0)
		return -errno;
	facts->incarnation = st.st_ino; /* the kernel gives each new directory a new number */
	r = read_status(device_fd, facts);
	if (r < 0)
		return r;
	read_types(device_fd, facts);
	r = read_link_name(device_fd, "driver", facts->driver, sizeof(facts->driver));
	return r == -ENOENT ? 0 : r;
}

/* Where the device is below the root: "devices/css0/0.0.0003/0.0.0580". */
static int read_place(struct sysfs *sysfs, struct ccw_id id, char **ret)
{
	_cleanup_free_ char *target = NULL;
	const char *below;
	int r;

	r = io_readlink_at(sysfs->fd, device_path(id, "").text, &target);
	if (r < 0)
		return r;
	below = target;
	while (strncmp(below, "../", 3) == 0)
		below += 3;
	memmove(target, below, strlen(below) + 1);
	*ret = TAKE_PTR(target);
	return 0;
}

/* A device whose subchannel went to another one is kept below a place called defunct. */
static int parse_subchannel(const char *place, char field[static SYSFS_TYPE_SIZE])
{
	const char *end = strrchr(place, '/'), *begin = end;

	while (begin && begin > place && begin[-1] != '/')
		begin--;
	if (!end || end - begin >= SYSFS_TYPE_SIZE)
		return -EBADMSG;
	if (!memchr(begin, '.', (size_t)(end - begin)))
		begin = end;
	memcpy(field, begin, (size_t)(end - begin));
	field[end - begin] = '\0';
	return 0;
}

int sysfs_read(struct sysfs *sysfs, struct ccw_id id, struct sysfs_facts *ret_facts,
	       char **ret_path)
{
	_cleanup_free_ char *place = NULL;
	struct sysfs_facts facts = {};
	_cleanup_close_ int fd = -1;
	int r;

	r = read_place(sysfs, id, &place);
	if (r >= 0)
		r = parse_subchannel(place, facts.subchannel);
	if (r < 0)
		return r;
	fd = openat(sysfs->fd, place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = read_facts(fd, &facts);
	if (r < 0)
		return r;
	if (ret_path && asprintf(ret_path, "%s/%s", sysfs->root, place) < 0)
		return -ENOMEM;
	*ret_facts = facts;
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

int sysfs_read_module(struct sysfs *sysfs, struct ccw_id id, const char *attribute, char **ret)
{
	return io_read_line_at(sysfs->fd, device_path(id, attribute).text, ret);
}

int sysfs_write_module(struct sysfs *sysfs, struct ccw_id id, const char *attribute,
		       const char *text)
{
	return io_write_at(sysfs->fd, device_path(id, attribute).text, text);
}

int sysfs_set_claim(struct sysfs *sysfs, struct ccw_id id, bool claimed)
{
	char name[CCW_ID_STRING_SIZE];
	char text[CCW_ID_STRING_SIZE + 1];

	snprintf(text, sizeof(text), "%s%s", claimed ? "" : "-", ccw_id_format(id, name));
	return io_write_at(sysfs->fd, driver_path(CCWB_DRIVER, CCWB_DRIVER_CLAIM).text, text);
}

struct sysfs_site sysfs_site(struct ccw_id id)
{
	struct sysfs_site site;

	(void)ccw_id_format(id, stpcpy(site.directory, DEVICES "/"));
	(void)ccw_id_format(id, site.name);
	return site;
}

char *sysfs_site_path(const struct sysfs *sysfs, const struct sysfs_site *site)
{
	char *path;

	return asprintf(&path, "%s/%s", sysfs->root, site->directory) < 0 ? NULL : path;
}

static struct path site_path(const struct sysfs_site *site, const char *file)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "%s/%s", site->directory, file);
	return path;
}

int sysfs_read_group(struct sysfs *sysfs, const struct sysfs_site *site, unsigned int *ret)
{
	char name[SYSFS_NAME_SIZE];
	int r;

	r = read_link_name(sysfs->fd, site_path(site, "iommu_group").text, name, sizeof(name));
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

int sysfs_read_device_node(struct sysfs *sysfs, const struct sysfs_site *site, unsigned int *ret,
			   dev_t *ret_node)
{
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	char file[SYSFS_NAME_SIZE];
	int fd;

	fd = openat(sysfs->fd, site_path(site, "vfio-dev").text,
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
		return read_node(sysfs, site_path(site, file).text, ret_node);
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
