/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what tells one process from every other: its pidfd, and over a restart of the daemon its
 * pid together with the moment it began. Knows no lease.
 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>

#include "io.h"
#include "limits.h"

#define START_FIELD 20 /* of those behind the name in /proc/PID/stat; the name may have blanks */

static int read_file(const char *directory, int number, const char *file, char **ret)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s%d%s", directory, number, file);
	return io_read_at(AT_FDCWD, path, LIMIT_SYSFS_FILE_BYTES, ret, NULL);
}

static int gone(int r)
{
	return r == -ENOENT ? -ESRCH : r;
}

static int read_start(pid_t pid, uint64_t *ret)
{
	_cleanup_free_ char *text = NULL;
	const char *at;
	int n, r;

	r = read_file("", pid, "/stat", &text);
	if (r < 0)
		return gone(r);
	at = strrchr(text, ')');
	for (n = 0; at && n < START_FIELD; n++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, " %" SCNu64, ret) == 1 ? 0 : -EBADMSG;
}

bool process_has_ended(const struct process *process)
{
	struct pollfd poll_fd = { .fd = process->fd, .events = POLLIN };

	return process->fd < 0 || poll(&poll_fd, 1, 0) != 0;
}

void process_deinit(struct process *process)
{
	macro_close(process->fd);
	*process = PROCESS_NONE;
}

/* While the process behind pidfd lives, what /proc says of pid is said of it. */
static int identify(pid_t pid, int pidfd_take, struct process *ret)
{
	struct process process = { .pid = pid, .fd = pidfd_take };
	int r;

	r = read_start(pid, &process.start);
	if (r >= 0 && process_has_ended(&process))
		r = -ESRCH;
	if (r < 0) {
		process_deinit(&process);
		return r;
	}
	*ret = process;
	return 0;
}

int process_open(pid_t pid, struct process *ret)
{
	int fd;

	if (pid <= 0)
		return -ESRCH;
	fd = pidfd_open(pid, 0); /* close-on-exec by itself */
	return fd < 0 ? -errno : identify(pid, fd, ret);
}

int process_reopen(pid_t pid, uint64_t start, struct process *ret)
{
	struct process process;
	int r;

	r = process_open(pid, &process);
	if (r < 0)
		return r;
	if (process.start != start) {
		process_deinit(&process);
		return -ESRCH;
	}
	*ret = process;
	return 0;
}

/* Only a pidfd has such a line: -1 for a process that is over, 0 for one of another namespace. */
static int read_pid(int pidfd, pid_t *ret)
{
	_cleanup_free_ char *text = NULL;
	const char *line;
	int pid, r;

	r = read_file("self/fdinfo/", pidfd, "", &text);
	if (r < 0)
		return r;
	line = strstr(text, "\nPid:\t");
	if (!line || sscanf(line, " Pid: %d", &pid) != 1)
		return -EBADF;
	if (pid <= 0)
		return -ESRCH;
	*ret = pid;
	return 0;
}

int process_from_pidfd(int pidfd, struct process *ret)
{
	pid_t pid;
	int fd, r;

	r = read_pid(pidfd, &pid);
	if (r < 0)
		return r;
	fd = fcntl(pidfd, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : identify(pid, fd, ret);
}

int process_copy(const struct process *process, struct process *ret)
{
	int fd = -1;

	if (process->fd >= 0) {
		fd = fcntl(process->fd, F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			return -errno;
	}
	*ret = (struct process){ .pid = process->pid, .start = process->start, .fd = fd };
	return 0;
}

int process_is_of(const struct process *process, uid_t uid, bool *ret)
{
	unsigned int real, effective, saved, file;
	_cleanup_free_ char *text = NULL;
	const char *line;
	int r;

	r = read_file("", process->pid, "/status", &text);
	if (r < 0)
		return gone(r);
	line = strstr(text, "\nUid:\t");
	if (!line || sscanf(line, " Uid: %u %u %u %u", &real, &effective, &saved, &file) != 4)
		return -EBADMSG;
	if (process_has_ended(process))
		return -ESRCH;
	*ret = real == uid && effective == uid && saved == uid && file == uid;
	return 0;
}
