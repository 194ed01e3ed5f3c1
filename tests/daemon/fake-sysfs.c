/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the trees that stand for /sys in tests. Has no behaviour of a kernel.
 */
#include "fake-sysfs.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "macro.h"
#include "names.h"

int fake_sysfs_depth;

struct text {
	char at[256];
};

static struct text device_path(const char *id, const char *file)
{
	struct text text;

	snprintf(text.at, sizeof(text.at), "bus/ccw/devices/%s%s%s", id, *file ? "/" : "", file);
	return text;
}

static void add_driver(const struct fake_sysfs *fake, const char *driver)
{
	struct text text;

	snprintf(text.at, sizeof(text.at), "bus/ccw/drivers/%s/bind", driver);
	scratch_write(&fake->scratch, text.at, "");
	snprintf(text.at, sizeof(text.at), "bus/ccw/drivers/%s/unbind", driver);
	scratch_write(&fake->scratch, text.at, "");
}

void fake_sysfs_init(struct fake_sysfs *fake)
{
	scratch_init(&fake->scratch);
	scratch_mkdir(&fake->scratch, "bus/ccw/devices");
	add_driver(fake, "tape_34xx");
	add_driver(fake, "dasd-eckd");
	add_driver(fake, CCWB_DRIVER);
	scratch_write(&fake->scratch, "bus/ccw/drivers/" CCWB_DRIVER "/" CCWB_DRIVER_CLAIM, "");
}

void fake_sysfs_deinit(struct fake_sysfs *fake)
{
	scratch_deinit(&fake->scratch);
}

static void add_subchannel(const struct fake_sysfs *fake, const char *subchannel)
{
	struct text target, path;

	snprintf(target.at, sizeof(target.at), "../../../devices/css0/%s", subchannel);
	snprintf(path.at, sizeof(path.at), "bus/css/devices/%s", subchannel);
	if (!scratch_has(&fake->scratch, path.at))
		scratch_symlink(&fake->scratch, target.at, path.at);
}

void fake_sysfs_add(const struct fake_sysfs *fake, const struct fake_device *device)
{
	struct text target;

	snprintf(target.at, sizeof(target.at), "../../../devices/css0/%s/%s", device->subchannel,
		 device->id);
	scratch_mkdir(&fake->scratch, target.at + strlen("../../../"));
	scratch_symlink(&fake->scratch, target.at, device_path(device->id, "").at);
	add_subchannel(fake, device->subchannel);
	fake_sysfs_set(fake, device->id, "devtype", device->device_type);
	fake_sysfs_set(fake, device->id, "cutype", device->control_unit);
	fake_sysfs_set(fake, device->id, "online", device->is_online ? "1\n" : "0\n");
	fake_sysfs_set_driver(fake, device->id, device->driver);
}

void fake_sysfs_add_tape(const struct fake_sysfs *fake)
{
	const struct fake_device tape = {
		.id = "0.0.0580",
		.subchannel = "0.0.0003",
		.device_type = "3490/50\n",
		.control_unit = "3490/50\n",
		.driver = "tape_34xx",
	};

	fake_sysfs_add(fake, &tape);
}

void fake_sysfs_add_names(const struct fake_sysfs *fake, unsigned int count)
{
	char id[16];
	unsigned int n;

	fake_sysfs_add_tape(fake);
	for (n = 0; n < count; n++) {
		snprintf(id, sizeof(id), "0.%x.%04x", 1 + (n >> 16), n & 0xffff);
		ck_assert_int_eq(symlinkat("../../../devices/css0/0.0.0003/0.0.0580",
					   fake->scratch.fd, device_path(id, "").at),
				 0);
	}
}

void fake_sysfs_remove(const struct fake_sysfs *fake, const char *id)
{
	_cleanup_free_ char *link = scratch_path(&fake->scratch, device_path(id, "").at);
	_cleanup_free_ char *directory = realpath(link, NULL);
	_cleanup_free_ char *root = scratch_path(&fake->scratch, "");

	ck_assert_ptr_nonnull(directory);
	scratch_remove(&fake->scratch, device_path(id, "").at);
	/* an fd of it is of nothing from now on */
	scratch_remove(&fake->scratch, directory + strlen(root));
}

void fake_sysfs_set_driver(const struct fake_sysfs *fake, const char *id, const char *driver)
{
	struct text target;

	if (scratch_has(&fake->scratch, device_path(id, "driver").at))
		scratch_remove(&fake->scratch, device_path(id, "driver").at);
	if (!driver)
		return;
	snprintf(target.at, sizeof(target.at), "../../../../bus/ccw/drivers/%s", driver);
	scratch_symlink(&fake->scratch, target.at, device_path(id, "driver").at);
}

void fake_sysfs_set(const struct fake_sysfs *fake, const char *id, const char *file,
		    const char *text)
{
	scratch_write(&fake->scratch, device_path(id, file).at, text);
}

void fake_sysfs_set_group(const struct fake_sysfs *fake, const char *id, unsigned int group)
{
	struct text target;

	snprintf(target.at, sizeof(target.at), "../../../../kernel/iommu_groups/%u", group);
	scratch_symlink(&fake->scratch, target.at, device_path(id, "iommu_group").at);
}

char *fake_sysfs_get(const struct fake_sysfs *fake, const char *id, const char *file)
{
	return scratch_read(&fake->scratch, device_path(id, file).at);
}

char *fake_sysfs_get_driver(const struct fake_sysfs *fake, const char *driver, const char *file)
{
	struct text text;

	snprintf(text.at, sizeof(text.at), "bus/ccw/drivers/%s/%s", driver, file);
	return scratch_read(&fake->scratch, text.at);
}

static void add_css_driver(const struct fake_sysfs *fake, const char *driver)
{
	struct text text;

	snprintf(text.at, sizeof(text.at), "bus/css/drivers/%s/bind", driver);
	scratch_write(&fake->scratch, text.at, "");
	snprintf(text.at, sizeof(text.at), "bus/css/drivers/%s/unbind", driver);
	scratch_write(&fake->scratch, text.at, "");
}

void fake_sysfs_add_subchannel(const struct fake_sysfs *fake, const char *subchannel)
{
	struct text target, text;

	add_css_driver(fake, "io_subchannel");
	add_css_driver(fake, "vfio_ccw");
	scratch_mkdir(&fake->scratch, "bus/css/devices");
	snprintf(target.at, sizeof(target.at), "../../../devices/css0/%s", subchannel);
	snprintf(text.at, sizeof(text.at), "bus/css/devices/%s", subchannel);
	scratch_mkdir(&fake->scratch, target.at + strlen("../../../"));
	scratch_symlink(&fake->scratch, target.at, text.at);
	snprintf(text.at, sizeof(text.at), "bus/css/devices/%s/driver_override", subchannel);
	scratch_write(&fake->scratch, text.at, "(null)\n");
	fake_sysfs_set_subchannel_driver(fake, subchannel, "io_subchannel");
}

void fake_sysfs_set_subchannel_driver(const struct fake_sysfs *fake, const char *subchannel,
				      const char *driver)
{
	struct text target, link;

	snprintf(link.at, sizeof(link.at), "bus/css/devices/%s/driver", subchannel);
	if (scratch_has(&fake->scratch, link.at))
		scratch_remove(&fake->scratch, link.at);
	if (!driver)
		return;
	snprintf(target.at, sizeof(target.at), "../../../bus/css/drivers/%s", driver);
	scratch_symlink(&fake->scratch, target.at, link.at);
}

struct sysfs *fake_sysfs_open(const struct fake_sysfs *fake)
{
	struct sysfs *sysfs;

	ck_assert_int_eq(sysfs_new(fake->scratch.path, &sysfs), 0);
	return sysfs;
}
