/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the effects of what is written to one subchannel of a fake sysfs and to the drivers of such, as
 * the kernel has them. Knows no ccw device.
 */
#include "fake-css.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "macro.h"

#define SUBCHANNEL "bus/css/devices/" FAKE_CSS_SUBCHANNEL
#define OVERRIDE   SUBCHANNEL "/driver_override"
#define CREATE	   "mdev_supported_types/vfio_ccw-io/create"
#define MDEV	   "mdev" /* beside the tree: the one that is there */
#define NONE	   "(null)"
#define DRIVER_IO  "io_subchannel"

struct path {
	char text[256];
};

static bool is_there(const struct fake_sysfs *fake)
{
	return scratch_has(&fake->scratch, OVERRIDE);
}

/* "" for none. */
static bool has_driver(const struct fake_sysfs *fake, const char *driver)
{
	char target[128], path[] = SUBCHANNEL "/driver";
	ssize_t n = readlinkat(fake->scratch.fd, path, target, sizeof(target) - 1);

	if (n < 0)
		return !*driver;
	target[n] = '\0';
	return *driver && strcmp(strrchr(target, '/') + 1, driver) == 0;
}

static struct path mdev_path(const char *uuid)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), SUBCHANNEL "/%s", uuid);
	return path;
}

static void drop_mdev(const struct fake_sysfs *fake)
{
	_cleanup_free_ char *uuid = NULL;

	if (!scratch_has(&fake->scratch, MDEV))
		return;
	uuid = scratch_read(&fake->scratch, MDEV);
	scratch_remove(&fake->scratch, mdev_path(uuid).text);
	scratch_remove(&fake->scratch, MDEV);
}

static int create_mdev(const struct fake_sysfs *fake, const char *uuid)
{
	struct path path = mdev_path(uuid);

	if (scratch_has(&fake->scratch, MDEV))
		return -EEXIST;
	scratch_mkdir(&fake->scratch, path.text);
	strcat(path.text, "/iommu_group");
	scratch_symlink(&fake->scratch, "../../../../kernel/iommu_groups/9", path.text);
	scratch_write(&fake->scratch, MDEV, uuid);
	return 0;
}

static int set_override(const struct fake_sysfs *fake, const char *text)
{
	scratch_write(&fake->scratch, OVERRIDE, *text == '\n' ? NONE "\n" : text);
	return 0;
}

static int bind_driver(const struct fake_sysfs *fake, const char *driver,
		       enum fake_css_event *event)
{
	_cleanup_free_ char *override = NULL;

	if (!is_there(fake))
		return -ENODEV;
	if (!has_driver(fake, ""))
		return -EBUSY;
	override = scratch_read(&fake->scratch, OVERRIDE);
	if (strcmp(override, NONE) != 0 && strcmp(override, driver) != 0)
		return -ENODEV;
	fake_sysfs_set_subchannel_driver(fake, FAKE_CSS_SUBCHANNEL, driver);
	if (strcmp(driver, DRIVER_IO) == 0)
		*event = FAKE_CSS_COMES;
	else
		scratch_write(&fake->scratch, SUBCHANNEL "/" CREATE, "");
	return 0;
}

static int unbind_driver(const struct fake_sysfs *fake, const char *driver,
			 enum fake_css_event *event)
{
	if (!is_there(fake) || !has_driver(fake, driver))
		return -ENODEV;
	fake_sysfs_set_subchannel_driver(fake, FAKE_CSS_SUBCHANNEL, NULL);
	drop_mdev(fake);
	if (strcmp(driver, DRIVER_IO) == 0)
		*event = FAKE_CSS_GOES;
	else
		scratch_remove(&fake->scratch, SUBCHANNEL "/mdev_supported_types");
	return 0;
}

/* file is below the subchannel's directory. */
static int write_file(const struct fake_sysfs *fake, const char *file, const char *text)
{
	struct path path = mdev_path(file);

	if (!is_there(fake) || !scratch_has(&fake->scratch, SUBCHANNEL))
		return -ENOENT;
	if (strcmp(file, "driver_override") == 0)
		return set_override(fake, text);
	if (strcmp(file, CREATE) == 0)
		return scratch_has(&fake->scratch, path.text) ? create_mdev(fake, text) : -ENOENT;
	if (!scratch_has(&fake->scratch, MDEV))
		return -ENOENT;
	drop_mdev(fake); /* .../remove */
	return 0;
}

int fake_css_write(const struct fake_sysfs *fake, const char *path, const char *text,
		   enum fake_css_event *ret_event)
{
	char driver[32] = "", file[96] = "";

	*ret_event = FAKE_CSS_NOTHING;
	if (sscanf(path, SUBCHANNEL "/%95s", file) == 1)
		return write_file(fake, file, text);
	if (sscanf(path, "bus/css/drivers/%31[^/]/%95s", driver, file) != 2)
		return -ENOENT;
	return strcmp(file, "bind") == 0 ? bind_driver(fake, driver, ret_event)
					 : unbind_driver(fake, driver, ret_event);
}

void fake_css_add(const struct fake_sysfs *fake)
{
	fake_css_remove(fake);
	fake_sysfs_add_subchannel(fake, FAKE_CSS_SUBCHANNEL);
}

void fake_css_remove(const struct fake_sysfs *fake)
{
	if (!is_there(fake))
		return;
	drop_mdev(fake);
	if (scratch_has(&fake->scratch, SUBCHANNEL "/mdev_supported_types"))
		scratch_remove(&fake->scratch, SUBCHANNEL "/mdev_supported_types");
	fake_sysfs_set_subchannel_driver(fake, FAKE_CSS_SUBCHANNEL, NULL);
	scratch_remove(&fake->scratch, OVERRIDE);
	scratch_remove(&fake->scratch, SUBCHANNEL);
}

bool fake_css_has_mdev(const struct fake_sysfs *fake)
{
	return has_driver(fake, "vfio_ccw") && scratch_has(&fake->scratch, MDEV);
}

bool fake_css_is_plain(const struct fake_sysfs *fake)
{
	_cleanup_free_ char *override = NULL;

	if (!is_there(fake) || !has_driver(fake, DRIVER_IO) || scratch_has(&fake->scratch, MDEV))
		return false;
	override = scratch_read(&fake->scratch, OVERRIDE);
	return strcmp(override, NONE) == 0;
}
