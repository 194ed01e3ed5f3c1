/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the names of what is made of block devices: LVM, other device-mapper devices, md arrays. Reads
 * sysfs only, and knows nothing of the device at the bottom.
 */
#include "holder.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "io.h"
#include "text.h"

#define NAME_SIZE 160 /* the kernel's own limit is 128 */

static bool read_attribute(int fd, const char *name, const char *file, char *field, size_t size)
{
	char path[2 * NAME_SIZE];

	snprintf(path, sizeof(path), "%.100s/%s", name, file);
	if (io_read_word_at(fd, path, field, size) < 0)
		return false;
	text_sanitize(field);
	return true;
}

/* Device-mapper's name of a logical volume is VG-LV; a hyphen in either is written twice. */
static bool split_volume(const char *name, char *group, char *volume)
{
	char *to = group;
	const char *at;
	bool is_split = false;

	for (at = name; *at; at++) {
		if (at[0] == '-' && at[1] == '-') {
			at++;
		} else if (at[0] == '-' && !is_split) {
			*to = '\0';
			to = volume;
			is_split = true;
			continue;
		}
		*to++ = *at;
	}
	*to = '\0';
	return is_split;
}

static void describe_mapper(const char *name, const char *label, const char *uuid,
			    struct holder *ret)
{
	char group[NAME_SIZE] = "", volume[NAME_SIZE] = "";

	if (strncmp(uuid, "LVM-", 4) == 0 && split_volume(label, group, volume)) {
		snprintf(ret->what, sizeof(ret->what), "LVM logical volume %.80s/%.80s (%.32s)",
			 group, volume, name);
		snprintf(ret->how, sizeof(ret->how),
			 "unmount what is on the volume group and run: vgchange -an %.80s", group);
	} else if (strncmp(uuid, "CRYPT-", 6) == 0) {
		snprintf(ret->what, sizeof(ret->what), "encrypted volume %.80s (%.32s)", label,
			 name);
		snprintf(ret->how, sizeof(ret->how), "run: cryptsetup close %.80s", label);
	} else if (strncmp(uuid, "mpath-", 6) == 0) {
		snprintf(ret->what, sizeof(ret->what), "multipath device %.80s (%.32s)", label,
			 name);
		snprintf(ret->how, sizeof(ret->how), "run: multipath -f %.80s", label);
	} else {
		snprintf(ret->what, sizeof(ret->what), "device-mapper device %.80s (%.32s)", label,
			 name);
		snprintf(ret->how, sizeof(ret->how), "run: dmsetup remove %.80s", label);
	}
}

void holder_describe(int holders_fd, const char *name, struct holder *ret)
{
	char label[NAME_SIZE] = "", uuid[NAME_SIZE] = "", level[32];

	*ret = (struct holder){};
	if (read_attribute(holders_fd, name, "dm/name", label, sizeof(label))) {
		(void)read_attribute(holders_fd, name, "dm/uuid", uuid, sizeof(uuid));
		describe_mapper(name, label, uuid, ret);
	} else if (read_attribute(holders_fd, name, "md/level", level, sizeof(level))) {
		snprintf(ret->what, sizeof(ret->what), "%s array %.100s", level, name);
		snprintf(ret->how, sizeof(ret->how), "run: mdadm --stop /dev/%.100s", name);
	} else {
		snprintf(ret->what, sizeof(ret->what), "block device %.100s", name);
		snprintf(ret->how, sizeof(ret->how), "remove that first");
	}
	text_sanitize(ret->what);
	text_sanitize(ret->how);
}
