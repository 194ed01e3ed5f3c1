/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the FIFO by whose closing a client ends its lease. Knows no lease but its id.
 */
#include "lease-ref.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct name {
	char text[64];
};

static struct name ref_name(const char *lease)
{
	struct name name;

	snprintf(name.text, sizeof(name.text), "%s.ref", lease);
	return name;
}

static int open_any(int dir_fd, const char *lease, int access)
{
	return openat(dir_fd, ref_name(lease).text,
		      access | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
}

static int open_end(int dir_fd, const char *lease, int access, int *ret)
{
	_cleanup_close_ int fd = open_any(dir_fd, lease, access);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISFIFO(st.st_mode))
		return -EBADMSG;
	*ret = TAKE_FD(fd);
	return 0;
}

int lease_ref_open(int dir_fd, const char *lease, int *ret_read)
{
	return open_end(dir_fd, lease, O_RDONLY, ret_read);
}

int lease_ref_reopen(int dir_fd, const char *lease, int *ret_write)
{
	return open_end(dir_fd, lease, O_WRONLY, ret_write);
}

int lease_ref_create(int dir_fd, const char *lease, int *ret_read, int *ret_write)
{
	_cleanup_close_ int read_fd = -1, write_fd = -1;
	int r;

	if (mkfifoat(dir_fd, ref_name(lease).text, 0600) < 0)
		return -errno;
	/* made a moment ago, where nobody else writes: no need to look what it is */
	read_fd = open_any(dir_fd, lease, O_RDONLY);
	write_fd = read_fd < 0 ? -1 : open_any(dir_fd, lease, O_WRONLY);
	if (write_fd < 0) {
		r = -errno;
		lease_ref_remove(dir_fd, lease);
		return r;
	}
	*ret_read = TAKE_FD(read_fd);
	*ret_write = TAKE_FD(write_fd);
	return 0;
}

bool lease_ref_is_held(int read_fd)
{
	struct pollfd poll_fd = { .fd = read_fd };
	char rubbish;

	if (poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLHUP))
		return false;
	/* one that was opened after the last holder had gone hangs up for nobody, but is at its end */
	return read(read_fd, &rubbish, 1) != 0;
}

void lease_ref_remove(int dir_fd, const char *lease)
{
	(void)unlinkat(dir_fd, ref_name(lease).text, 0); /* may be gone already */
}
