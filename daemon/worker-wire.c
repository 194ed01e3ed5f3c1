/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the form in which a worker's result crosses a socket, and its fds on the way. Knows no process.
 */
#include "worker-wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

union fd_space {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int) * LIMIT_WORKER_FDS)];
};

int worker_wire_send(int socket, const struct worker_result *result)
{
	struct iovec iov = { .iov_base = (void *)result, .iov_len = sizeof(*result) };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	union fd_space space = {};
	struct cmsghdr *header;

	if (result->n_fds > 0) {
		message.msg_control = &space;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * result->n_fds);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int) * result->n_fds);
		memcpy(CMSG_DATA(header), result->fds, sizeof(int) * result->n_fds);
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

void worker_wire_close_fds(struct worker_result *result)
{
	unsigned int n;

	for (n = 0; n < result->n_fds; n++)
		result->fds[n] = macro_close(result->fds[n]);
}

int worker_wire_receive(int socket, struct worker_result *ret)
{
	struct worker_result result;
	struct iovec iov = { .iov_base = &result, .iov_len = sizeof(result) };
	union fd_space space = {};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &space,
		.msg_controllen = sizeof(space),
	};
	struct cmsghdr *header;
	unsigned int n = 0;
	ssize_t size;

	size = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (size < 0)
		return -errno;
	memset(result.fds, 0xff, sizeof(result.fds)); /* numbers of another process until now */
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
		n = (unsigned int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(result.fds, CMSG_DATA(header), sizeof(int) * n);
	}
	if (size != sizeof(result) || result.n_fds != n || (message.msg_flags & MSG_CTRUNC)) {
		result.n_fds = n;
		worker_wire_close_fds(&result);
		return -EIO; /* nobody is there, or there was no room for the fds */
	}
	*ret = result;
	return 0;
}
