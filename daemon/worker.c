/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the processes that do what may block: fork, the way back over a socket, and the end. Knows
 * nothing of what the function does.
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct worker {
	pid_t pid;
	int socket;
	sd_event_source *source;
	worker_done_t done;
	void *userdata;
};

union fd_space {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int) * LIMIT_WORKER_FDS)];
};

static int result_send(int socket, struct worker_result *result)
{
	struct iovec iov = { .iov_base = result, .iov_len = sizeof(*result) };
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

static void result_close_fds(struct worker_result *result)
{
	unsigned int n;

	for (n = 0; n < result->n_fds; n++)
		result->fds[n] = macro_close(result->fds[n]);
}

static int result_receive(int socket, struct worker_result *ret)
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
		result_close_fds(&result);
		return -EIO; /* nobody is there, or there was no room for the fds */
	}
	*ret = result;
	return 0;
}

/* Leaves only standard error, keep_a and keep_b open. */
static void close_other_fds(int keep_a, int keep_b)
{
	int low = keep_a < keep_b ? keep_a : keep_b;
	int high = keep_a < keep_b ? keep_b : keep_a;
	int next = STDERR_FILENO + 1;

	if (low >= next) {
		if (low > next)
			close_range((unsigned int)next, (unsigned int)low - 1, 0);
		next = low + 1;
	}
	if (high >= next) {
		if (high > next)
			close_range((unsigned int)next, (unsigned int)high - 1, 0);
		next = high + 1;
	}
	close_range((unsigned int)next, ~0U, 0);
}

static _Noreturn void child_run(int socket, int keep_fd, pid_t parent, worker_run_t run, void *data)
{
	struct worker_result result = { .r = -EIO, .fds = { -1, -1, -1, -1 } };
	sigset_t none;
	char go;
	int r;

	/* the daemon that would undo our work on its next start must not find us still at it */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_other_fds(socket, keep_fd);
	/* nothing is done before the parent is sure to hear of it */
	if (recv(socket, &go, sizeof(go), 0) != sizeof(go))
		_exit(1);
	run(data, &result);
	r = result_send(socket, &result);
	result_close_fds(&result);
	_exit(r < 0 ? 1 : 0);
}

static int on_exit_event(sd_event_source *source, const siginfo_t *info, void *userdata)
{
	struct worker *worker = userdata;
	struct worker_result result = { .fds = { -1, -1, -1, -1 } };
	int r;

	worker->pid = 0;
	r = result_receive(worker->socket, &result);
	if (r < 0) {
		result = (struct worker_result){ .r = -EIO, .fds = { -1, -1, -1, -1 } };
		if (info->si_code == CLD_EXITED)
			(void)fault_set(&result.fault, FAULT_NONE, "worker left with status %d",
					info->si_status);
		else
			(void)fault_set(&result.fault, FAULT_NONE, "worker killed by signal %d",
					info->si_status);
	}
	/* done may free the worker */
	worker->done(&result, worker->userdata);
	result_close_fds(&result);
	return 0;
}

int worker_new(sd_event *event, int keep_fd, worker_run_t run, void *data, worker_done_t done,
	       void *userdata, struct worker **ret)
{
	_cleanup_(worker_freep) struct worker *worker = calloc(1, sizeof(*worker));
	_cleanup_close_ int child_socket = -1;
	pid_t parent = getpid();
	int pair[2];
	int r;

	if (!worker)
		return -ENOMEM;
	worker->socket = -1;
	worker->done = done;
	worker->userdata = userdata;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	worker->socket = pair[0];
	child_socket = pair[1];
	worker->pid = fork();
	if (worker->pid < 0) {
		r = -errno;
		worker->pid = 0;
		return r;
	}
	if (worker->pid == 0)
		child_run(child_socket, keep_fd, parent, run, data);
	r = sd_event_add_child(event, &worker->source, worker->pid, WEXITED, on_exit_event, worker);
	if (r < 0)
		return r;
	if (send(worker->socket, "", 1, MSG_NOSIGNAL) < 0)
		return -errno;
	*ret = TAKE_PTR(worker);
	return 0;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	sd_event_source_disable_unref(worker->source);
	if (worker->pid > 0) {
		(void)kill(worker->pid, SIGKILL);
		/* it may sit in the kernel for long: let init or the next wait reap it */
		(void)waitpid(worker->pid, NULL, WNOHANG);
	}
	macro_close(worker->socket);
	free(worker);
}
