/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what is known of the use of a device: which numbers the kernel module gives, and their names.
 */
#include "statistics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "names.h"

static const char *const names[STATISTICS_MAX] = {
	"programs",	"bytes_in", "bytes_out", "refused",    "errors",
	"translate_ns", "pins",	    "pins_max",	 "registered",
};

static int read_one(struct sysfs *sysfs, struct ccw_id id, const char *name, uint64_t *ret)
{
	_cleanup_free_ char *text = NULL;
	char attribute[64], *end;
	int r;

	snprintf(attribute, sizeof(attribute), CCWB_DEVICE_STATISTICS "/%s", name);
	r = sysfs_read_module(sysfs, id, attribute, &text);
	if (r < 0)
		return r;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	return *text < '0' || *text > '9' || *end || errno ? -EBADMSG : 0;
}

int statistics_read(struct sysfs *sysfs, struct ccw_id id, const struct backend *backend,
		    struct statistics *ret, struct fault *fault)
{
	struct statistics found = { .count = 0 };
	char name[CCW_ID_STRING_SIZE];
	uint64_t value;
	size_t n;
	int r;

	r = backend_check(backend->kind, BACKEND_STATISTICS, fault);
	if (r < 0)
		return r;
	for (n = 0; n < STATISTICS_MAX; n++) {
		r = read_one(sysfs, id, names[n], &value);
		if (r == -EBADMSG)
			return r;
		if (r < 0)
			continue;
		found.entries[found.count].name = names[n];
		found.entries[found.count++].value = value;
	}
	if (found.count == 0)
		return fault_set(fault, FAULT_DEVICE_GONE,
				 "%s is not with the kernel module " CCWB_MODULE " any more",
				 ccw_id_format(id, name));
	*ret = found;
	return 0;
}
