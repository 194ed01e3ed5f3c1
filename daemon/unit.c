/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the way from a process to the systemd unit that it runs in. Trusts no number of a process by
 * itself: it may be given to another one at any time, unless a pidfd holds it.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-login.h>

#include "io.h"
#include "limits.h"

static bool is_alive(int pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 0;
}

/* The effective uid, second of the four. */
static int read_uid(pid_t pid, uid_t *ret)
{
	_cleanup_free_ char *status = NULL;
	unsigned int uid;
	const char *line;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	r = io_read_at(AT_FDCWD, path, LIMIT_SYSFS_FILE_BYTES, &status, NULL);
	if (r < 0)
		return r;
	line = strstr(status, "\nUid:");
	if (!line || sscanf(line, "\nUid: %*u %u", &uid) != 1)
		return -EBADMSG;
	*ret = uid;
	return 0;
}

int unit_of_process(pid_t pid, int pidfd, uid_t uid, char **ret)
{
	_cleanup_free_ char *unit = NULL;
	uid_t found;
	int r;

	r = read_uid(pid, &found);
	if (r < 0)
		return r;
	r = sd_pid_get_unit(pid, &unit);
	if (r < 0)
		return r;
	/* all of that was of this process only if it is still there */
	if (found != uid || !is_alive(pidfd))
		return -ESRCH;
	*ret = TAKE_PTR(unit);
	return 0;
}
