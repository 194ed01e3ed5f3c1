/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the reading of what a device's subchannel says of its channel paths. Keeps nothing: the
 * kernel sends no event when paths come and go.
 */
#include "channel-path.h"

#include <stdio.h>

#include "io.h"
#include "limits.h"

static int read_file(int device_fd, const char *name, char **ret)
{
	return io_read_at(device_fd, name, LIMIT_SYSFS_FILE_BYTES, ret, NULL);
}

static bool read_masks(int device_fd, unsigned int *ret_installed, unsigned int *ret_usable)
{
	_cleanup_free_ char *text = NULL;
	unsigned int installed, available, operational;

	if (read_file(device_fd, "../pimpampom", &text) < 0 ||
	    sscanf(text, "%2x %2x %2x", &installed, &available, &operational) != 3)
		return false;
	*ret_installed = installed;
	*ret_usable = installed & available & operational;
	return true;
}

size_t channel_path_read(struct sysfs *sysfs, struct ccw_id id,
			 struct channel_path ret[CHANNEL_PATHS_MAX])
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *text = NULL;
	unsigned int installed, usable, chpid, bit;
	size_t count = 0;
	const char *at;
	int n, length;

	if (sysfs_open_device(sysfs, id, &fd) < 0 || !read_masks(fd, &installed, &usable) ||
	    read_file(fd, "../chpids", &text) < 0)
		return 0;
	at = text;
	for (n = 0; n < CHANNEL_PATHS_MAX; n++, at += length) {
		if (sscanf(at, "%2x%n", &chpid, &length) != 1)
			break;
		bit = 0x80U >> n;
		if (installed & bit)
			ret[count++] = (struct channel_path){
				.position = (uint8_t)n,
				.chpid = (uint8_t)chpid,
				.is_usable = (usable & bit) != 0,
			};
	}
	return count;
}
