/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the paths of the css bus: which driver a subchannel has and may have. Knows no ccw device and
 * no order of steps.
 */
#include "subchannel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ccw-id.h"
#include "io.h"

#define DEVICES	     "bus/css/devices"
#define DRIVERS	     "bus/css/drivers"
#define NOT_OVERRIDE "(null)" /* what the kernel writes for none */

struct path {
	char text[256];
};

static struct path device_path(const char *subchannel, const char *file)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), DEVICES "/%.*s/%s", SYSFS_TYPE_SIZE, subchannel,
		 file);
	return path;
}

static struct path driver_path(const char *driver, const char *file)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), DRIVERS "/%.*s/%s", SYSFS_NAME_SIZE, driver, file);
	return path;
}

bool subchannel_is_valid(const char *text)
{
	char name[CCW_ID_STRING_SIZE];
	struct ccw_id id;

	/* they are numbered as devices are, and written in one way only */
	return ccw_id_parse(text, &id) >= 0 && strcmp(ccw_id_format(id, name), text) == 0;
}

static int read_driver(int fd, const char *path, char ret[static SYSFS_NAME_SIZE])
{
	_cleanup_free_ char *target = NULL;
	const char *name;
	int r;

	r = io_readlink_at(fd, path, &target);
	if (r < 0)
		return r;
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (strlen(name) >= SYSFS_NAME_SIZE)
		return -ENAMETOOLONG;
	strcpy(ret, name);
	return 0;
}

int subchannel_read(struct sysfs *sysfs, const char *subchannel, struct subchannel_facts *ret)
{
	struct subchannel_facts facts = {};
	int fd = sysfs_fd_peek(sysfs), r;

	if (!subchannel_is_there(sysfs, subchannel))
		return -ENOENT;
	r = read_driver(fd, device_path(subchannel, "driver").text, facts.driver);
	if (r < 0 && r != -ENOENT)
		return r;
	r = io_read_word_at(fd, device_path(subchannel, "driver_override").text, facts.override,
			    sizeof(facts.override));
	if (r < 0)
		return r;
	if (strcmp(facts.override, NOT_OVERRIDE) == 0)
		*facts.override = '\0';
	*ret = facts;
	return 0;
}

bool subchannel_is_there(struct sysfs *sysfs, const char *subchannel)
{
	return faccessat(sysfs_fd_peek(sysfs), device_path(subchannel, "driver_override").text,
			 F_OK, 0) == 0;
}

bool subchannel_has_driver(struct sysfs *sysfs, const char *driver)
{
	return faccessat(sysfs_fd_peek(sysfs), driver_path(driver, "").text, F_OK, 0) == 0;
}

int subchannel_override(struct sysfs *sysfs, const char *subchannel, const char *driver)
{
	/* what is empty but for its end of line takes the word back */
	return io_write_at(sysfs_fd_peek(sysfs), device_path(subchannel, "driver_override").text,
			   *driver ? driver : "\n");
}

int subchannel_bind(struct sysfs *sysfs, const char *subchannel, const char *driver)
{
	return io_write_at(sysfs_fd_peek(sysfs), driver_path(driver, "bind").text, subchannel);
}

int subchannel_unbind(struct sysfs *sysfs, const char *subchannel, const char *driver)
{
	return io_write_at(sysfs_fd_peek(sysfs), driver_path(driver, "unbind").text, subchannel);
}

int subchannel_rescan(struct sysfs *sysfs)
{
	return io_write_at(sysfs_fd_peek(sysfs), "devices/css0/rescan", "1");
}
