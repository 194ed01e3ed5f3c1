/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the processes that do what may block: fork, the way back over a socket, the time that each
 * step may take, and the end. Knows nothing of what the function does.
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "text.h"

#define USEC_PER_MSEC  1000ULL
#define FIRST_PAUSE_MS 20
#define PAUSE_MAX_MS   1000

/* Memory of both processes. The count is odd while the worker writes. */
struct shared {
	atomic_uint count;
	struct worker_progress progress;
};

struct worker {
	pid_t pid;
	int socket;
	struct shared *shared;
	sd_event_source *source;
	sd_event_source *timer;
	unsigned int pause_ms;
	bool is_late;
	worker_done_t done;
	worker_late_t late;
	void *userdata;
};

static struct shared *own; /* in the worker: where it tells what it is at */

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

static uint64_t monotonic_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void worker_step(unsigned int step, unsigned int n_steps, unsigned int limit_ms, const char *text)
{
	struct worker_progress progress = {
		.step = step,
		.n_steps = n_steps,
		.limit_ms = limit_ms,
		.since = monotonic_usec(),
	};

	if (!own)
		return;
	snprintf(progress.text, sizeof(progress.text), "%s", text);
	atomic_fetch_add(&own->count, 1);
	own->progress = progress;
	atomic_fetch_add(&own->count, 1);
}

/* A worker killed while it wrote leaves an odd count for ever: then what is there has to do. */
void worker_read_progress(const struct worker *worker, struct worker_progress *ret)
{
	unsigned int before, tries;

	for (tries = 0; tries < 100; tries++) {
		before = atomic_load(&worker->shared->count);
		*ret = worker->shared->progress;
		atomic_thread_fence(memory_order_acquire);
		if (before % 2 == 0 && before == atomic_load(&worker->shared->count))
			break;
	}
	ret->text[sizeof(ret->text) - 1] = '\0';
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

static void worker_destroy(struct worker *worker)
{
	macro_close(worker->socket);
	if (worker->shared)
		(void)munmap(worker->shared, sizeof(*worker->shared)); /* was mapped as this */
	free(worker);
}

static int on_exit_event(sd_event_source *source, const siginfo_t *info, void *userdata)
{
	struct worker *worker = userdata;
	struct worker_result result = { .fds = { -1, -1, -1, -1 } };
	int r;

	worker->pid = 0;
	if (!worker->done) { /* nobody wants to know, and the loop has let go of it */
		sd_event_source_disable_unref(worker->source);
		return 0;
	}
	worker->timer = sd_event_source_disable_unref(worker->timer);
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
	worker->shared = mmap(NULL, sizeof(*worker->shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (worker->shared == MAP_FAILED) {
		worker->shared = NULL;
		return -ENOMEM;
	}
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
	if (worker->pid == 0) {
		own = worker->shared;
		child_run(child_socket, keep_fd, parent, run, data);
	}
	r = sd_event_add_child(event, &worker->source, worker->pid, WEXITED, on_exit_event, worker);
	if (r < 0)
		return r;
	if (send(worker->socket, "", 1, MSG_NOSIGNAL) < 0)
		return -errno;
	*ret = TAKE_PTR(worker);
	return 0;
}

static int look_again(struct worker *worker, uint64_t in_usec)
{
	uint64_t pause = worker->pause_ms * USEC_PER_MSEC;
	int r;

	if (worker->pause_ms < PAUSE_MAX_MS)
		worker->pause_ms *= 2;
	r = sd_event_source_set_time_relative(worker->timer, pause < in_usec ? pause : in_usec);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(worker->timer, SD_EVENT_ONESHOT);
}

/* Every second at the least: the next step may have to be shorter than this one. */
static int on_timer(sd_event_source *source, uint64_t now, void *userdata)
{
	struct worker *worker = userdata;
	struct worker_progress progress;
	uint64_t end;

	worker_read_progress(worker, &progress);
	end = progress.since + progress.limit_ms * USEC_PER_MSEC;
	now = monotonic_usec();
	if (progress.since == 0 || now < end)
		return look_again(worker, progress.since == 0 ? UINT64_MAX : end - now);
	worker->is_late = true;
	/* what it waits for may let itself be interrupted; what does not, ends when it ends */
	(void)kill(worker->pid, SIGKILL);
	worker->late(&progress, worker->userdata); /* may free the worker */
	return 0;
}

int worker_watch(struct worker *worker, worker_late_t late)
{
	sd_event *event = sd_event_source_get_event(worker->source);

	worker->late = late;
	worker->pause_ms = FIRST_PAUSE_MS;
	return sd_event_add_time_relative(event, &worker->timer, CLOCK_MONOTONIC,
					  FIRST_PAUSE_MS * USEC_PER_MSEC, 0, on_timer, worker);
}

int worker_explain_late(const struct worker_progress *progress, const char *device,
			struct fault *fault)
{
	char since[TEXT_TIME_SIZE];

	return fault_set(
		fault, FAULT_STUCK,
		"%s is stuck: \"%s\" has not come back from the kernel since %s, longer than "
		"%u seconds; when it does, the device is given back; look into dmesg and at "
		"the device's paths",
		device, progress->text, text_format_time(progress->since, since),
		progress->limit_ms / 1000);
}

void worker_kill(struct worker *worker)
{
	if (worker->pid > 0)
		(void)kill(worker->pid, SIGKILL); /* one that has ended already is no error */
}

bool worker_is_late(const struct worker *worker)
{
	return worker->is_late;
}

static void on_forgotten(void *userdata)
{
	worker_destroy(userdata);
}

/*
 * A process that runs may sit in the kernel for long. Nobody but its source reaps it, so the loop keeps
 * that, and with it what is left of the worker, until it has ended.
 */
static int leave_to_loop(struct worker *worker)
{
	int r;

	(void)kill(worker->pid, SIGKILL); /* one that has ended already is no error */
	worker->done = NULL;
	r = sd_event_source_set_floating(worker->source, true);
	if (r < 0)
		return r;
	r = sd_event_source_set_destroy_callback(worker->source, on_forgotten);
	if (r < 0) {
		(void)sd_event_source_set_floating(worker->source, false); /* as it was */
		return r;
	}
	sd_event_source_unref(worker->source);
	return 0;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	worker->timer = sd_event_source_disable_unref(worker->timer);
	if (worker->pid > 0 && worker->source && leave_to_loop(worker) >= 0)
		return;
	if (worker->pid > 0) { /* has not begun: it ends with its socket */
		(void)kill(worker->pid, SIGKILL);
		(void)waitpid(worker->pid, NULL, 0);
	}
	sd_event_source_disable_unref(worker->source);
	worker_destroy(worker);
}
