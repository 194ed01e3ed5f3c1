/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "ccw-id.h"
#include "macro.h"

/*
 * What stands for "{KEY:DEV}". key is "container-fd", "group-fd", "iommufd-fd", "device-fd",
 * "lease-fd" or "sysfs", id a full id. The text is the caller's to free. -ENODEV: no device of ours
 * has that id. -ENOENT: the device has nothing of that key.
 */
typedef int placeholder_lookup(void *userdata, const char *key, const char *id, char **ret);

/* Where expansion ended: the placeholder that nothing stands for, as it was written. */
struct placeholder_fault {
	const char *text; /* into the word */
	size_t length;
};

/*
 * Replaces every placeholder in word. All other text stays as it is, braces included, as a command may
 * take JSON. The result is the caller's to free; ret_fault is written on error. -EINVAL: what follows the
 * colon is no device id; the lookup's errors; -ENOMEM.
 */
_must_check_ int placeholder_expand(const char *word, placeholder_lookup *lookup, void *userdata,
				    char **ret, struct placeholder_fault *ret_fault);
