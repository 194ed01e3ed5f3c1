/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the mediated devices that the kernel's vfio_ccw needs: their names and their making. Knows no
 * driver and no lease but its id.
 */
#include "mdev.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io.h"

#define TYPE "vfio_ccw-io"

/*
 * "ccwb" in ASCII, 16 bits of the lease's number, the version that leaves the rest to its maker, the
 * variant, and the lease's other 48 bits.
 */
#define UUID_FORMAT "63637762-%.4s-8000-8000-%.12s"

void mdev_uuid(const char *lease_id, char ret[static MDEV_UUID_SIZE])
{
	/* "l" and 16 hexadecimal digits */
	snprintf(ret, MDEV_UUID_SIZE, UUID_FORMAT, lease_id + 1, lease_id + 5);
}

bool mdev_is_valid(const char *text)
{
	char number[17] = "", again[MDEV_UUID_SIZE];

	if (strlen(text) != MDEV_UUID_SIZE - 1)
		return false;
	memcpy(number, text + 9, 4);
	memcpy(number + 4, text + 24, 12);
	if (strspn(number, "0123456789abcdef") != sizeof(number) - 1)
		return false;
	snprintf(again, sizeof(again), UUID_FORMAT, number, number + 4);
	return strcmp(again, text) == 0;
}

struct sysfs_site mdev_site(const char *subchannel, const char *uuid)
{
	struct sysfs_site site;

	snprintf(site.directory, sizeof(site.directory), "bus/css/devices/%.*s/%.*s",
		 SYSFS_TYPE_SIZE, subchannel, MDEV_UUID_SIZE, uuid);
	snprintf(site.name, sizeof(site.name), "%.*s", MDEV_UUID_SIZE, uuid);
	return site;
}

bool mdev_is_there(struct sysfs *sysfs, const char *subchannel, const char *uuid)
{
	struct sysfs_site site = mdev_site(subchannel, uuid);

	return faccessat(sysfs_fd_peek(sysfs), site.directory, F_OK, 0) == 0;
}

int mdev_create(struct sysfs *sysfs, const char *subchannel, const char *uuid)
{
	char path[128];

	snprintf(path, sizeof(path), "bus/css/devices/%.*s/mdev_supported_types/" TYPE "/create",
		 SYSFS_TYPE_SIZE, subchannel);
	return io_write_at(sysfs_fd_peek(sysfs), path, uuid);
}

int mdev_remove(struct sysfs *sysfs, const char *subchannel, const char *uuid)
{
	struct sysfs_site site = mdev_site(subchannel, uuid);
	char path[128];

	snprintf(path, sizeof(path), "%s/remove", site.directory);
	return io_write_at(sysfs_fd_peek(sysfs), path, "1");
}
