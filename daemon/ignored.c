/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns reading the kernel's list of devices that it does not look for. Such a device leaves no trace
 * in sysfs, there or not; nobody can say more of it than that.
 */
#include "ignored.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "io.h"
#include "limits.h"

int ignored_read(const char *proc_root, char **ret)
{
	_cleanup_close_ int fd = open(proc_root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -errno : 0;

	if (r >= 0)
		r = io_read_at(fd, "cio_ignore", LIMIT_PROC_FILE_BYTES, ret, NULL);
	if (r >= 0 || r == -ENOMEM)
		return r;
	*ret = strdup("");
	return *ret ? 0 : -ENOMEM;
}

bool ignored_next(const char **list, char line[static 2 * CCW_ID_STRING_SIZE])
{
	size_t length = strcspn(*list, "\n");

	if (length == 0 || length >= 2 * CCW_ID_STRING_SIZE)
		return false;
	memcpy(line, *list, length);
	line[length] = '\0';
	*list += length + ((*list)[length] == '\n');
	return true;
}

bool ignored_contains(const char *list, struct ccw_id id)
{
	char line[2 * CCW_ID_STRING_SIZE];
	struct ccw_id first, last;

	while (ignored_next(&list, line))
		if (ccw_id_parse_range(line, &first, &last) >= 0 &&
		    ccw_id_is_in_range(id, first, last))
			return true;
	return false;
}

int ignored_explain(const char *proc_root, struct ccw_id id, int error, struct fault *fault)
{
	_cleanup_free_ char *ignored = NULL;
	char name[CCW_ID_STRING_SIZE];

	ccw_id_format(id, name);
	if (error == -E2BIG)
		return fault_set(fault, FAULT_LIMITS_EXCEEDED,
				 "%s is there, and %d devices are known, which is the most; keep "
				 "the kernel from some that are not needed, see cio_ignore(8)",
				 name, LIMIT_DEVICES);
	if (ignored_read(proc_root, &ignored) >= 0 && ignored_contains(ignored, id))
		return fault_set(fault, FAULT_NO_SUCH_DEVICE,
				 "the kernel does not look for %s, which is on its list of devices "
				 "to ignore; root can run: cio_ignore --remove %s",
				 name, name);
	return fault_set(fault, FAULT_NO_SUCH_DEVICE,
			 "there is no device %s on this system; see ccwctl list", name);
}
