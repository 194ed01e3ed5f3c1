/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the processes that do what may block: fork, the way there and back over a socket, the time
 * that each step may take, and the end. Knows nothing of what the function does.
 */
#include "worker.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "text.h"
#include "worker-wire.h"

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
	sd_event_source *answers; /* of one that stays */
	sd_event_source *timer;
	unsigned int pause_ms;
	bool is_late;
	bool is_busy;
	bool is_ending; /* killed or dismissed */
	worker_done_t done;
	worker_late_t late;
	void *userdata;
	worker_gone_t gone; /* of one that stays */
	void *owner;
};

/* What one that stays is to do. Its memory is a copy of ours, so that run is the same there. */
struct errand {
	struct errand_head {
		alignas(max_align_t) worker_run_t run;
	} head;
	unsigned char data[WORKER_DATA_SIZE];
};

static struct shared *own; /* in the worker: where it tells what it is at */

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

static int run_and_answer(int socket, worker_run_t run, void *data)
{
	struct worker_result result = { .r = -EIO, .fds = { -1, -1, -1, -1 } };
	int r;

	run(data, &result);
	r = worker_wire_send(socket, &result);
	worker_wire_close_fds(&result);
	return r;
}

/* Until the daemon closes its end. What one errand has left open is gone before the next. */
static int child_serve(int socket, int keep_fd)
{
	struct errand errand;
	ssize_t size;
	int r;

	for (;;) {
		size = recv(socket, &errand, sizeof(errand), 0);
		if (size <= 0)
			return size < 0 ? -errno : 0;
		r = run_and_answer(socket, errand.head.run, errand.data);
		if (r < 0)
			return r;
		close_other_fds(socket, keep_fd);
	}
}

/* Without run it stays and takes errands. */
static _Noreturn void child_run(int socket, int keep_fd, pid_t parent, worker_run_t run, void *data)
{
	sigset_t none;
	char go;
	int r;

	/* the daemon that would undo our work on its next start must not find us still at it */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_other_fds(socket, keep_fd);
	if (!run)
		_exit(child_serve(socket, keep_fd) < 0 ? 1 : 0);
	/* nothing is done before the parent is sure to hear of it */
	if (recv(socket, &go, sizeof(go), 0) != sizeof(go))
		_exit(1);
	r = run_and_answer(socket, run, data);
	_exit(r < 0 ? 1 : 0);
}

static void worker_destroy(struct worker *worker)
{
	macro_close(worker->socket);
	if (worker->shared)
		(void)munmap(worker->shared, sizeof(*worker->shared)); /* was mapped as this */
	free(worker);
}

static void explain_end(const siginfo_t *info, struct fault *fault)
{
	if (info->si_code == CLD_EXITED)
		(void)fault_set(fault, FAULT_NONE, "worker left with status %d", info->si_status);
	else
		(void)fault_set(fault, FAULT_NONE, "worker killed by signal %d", info->si_status);
}

/* done and gone may free the worker. */
static int on_exit_event(sd_event_source *source, const siginfo_t *info, void *userdata)
{
	struct worker *worker = userdata;
	worker_gone_t gone = worker->gone;
	void *owner = worker->owner;
	struct worker_result result = { .fds = { -1, -1, -1, -1 } };
	int r;

	worker->pid = 0;
	if (!worker->done && !gone) { /* nobody wants to know, and the loop has let go of it */
		sd_event_source_disable_unref(worker->source);
		return 0;
	}
	worker->timer = sd_event_source_disable_unref(worker->timer);
	worker->answers = sd_event_source_disable_unref(worker->answers);
	if (worker->is_busy) {
		worker->is_busy = false;
		r = worker_wire_receive(worker->socket, &result);
		if (r < 0) {
			result = (struct worker_result){ .r = -EIO, .fds = { -1, -1, -1, -1 } };
			explain_end(info, &result.fault);
		}
		worker->done(&result, worker->userdata);
		worker_wire_close_fds(&result);
	}
	if (gone)
		gone(worker, owner);
	return 0;
}

/* Of one that stays. An end without an answer is told of by its exit. */
static int on_answer(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct worker *worker = userdata;
	struct worker_result result;
	int r;

	r = worker_wire_receive(worker->socket, &result);
	if (r == -EAGAIN)
		return 0;
	if (r < 0 || !worker->is_busy) {
		worker_kill(worker);
		return sd_event_source_set_enabled(source, SD_EVENT_OFF);
	}
	worker->is_busy = false;
	worker->done(&result, worker->userdata); /* may free the worker */
	worker_wire_close_fds(&result);
	return 0;
}

static int worker_fork(struct worker *worker, sd_event *event, int keep_fd, worker_run_t run,
		       void *data)
{
	_cleanup_close_ int child_socket = -1;
	pid_t parent = getpid();
	int pair[2], r;

	worker->shared = mmap(NULL, sizeof(*worker->shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (worker->shared == MAP_FAILED) {
		worker->shared = NULL;
		return -ENOMEM;
	}
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
	return sd_event_add_child(event, &worker->source, worker->pid, WEXITED, on_exit_event,
				  worker);
}

static struct worker *worker_alloc(void)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	if (worker)
		worker->socket = -1;
	return worker;
}

int worker_new(sd_event *event, int keep_fd, worker_run_t run, void *data, worker_done_t done,
	       void *userdata, struct worker **ret)
{
	_cleanup_(worker_freep) struct worker *worker = worker_alloc();
	int r;

	if (!worker)
		return -ENOMEM;
	worker->is_busy = true;
	worker->done = done;
	worker->userdata = userdata;
	r = worker_fork(worker, event, keep_fd, run, data);
	if (r < 0)
		return r;
	if (send(worker->socket, "", 1, MSG_NOSIGNAL) < 0)
		return -errno;
	*ret = TAKE_PTR(worker);
	return 0;
}

int worker_new_staying(sd_event *event, int keep_fd, worker_gone_t gone, void *owner,
		       struct worker **ret)
{
	_cleanup_(worker_freep) struct worker *worker = worker_alloc();
	int r;

	if (!worker)
		return -ENOMEM;
	worker->gone = gone;
	worker->owner = owner;
	r = worker_fork(worker, event, keep_fd, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_io(event, &worker->answers, worker->socket, EPOLLIN, on_answer,
				    worker);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(worker);
	return 0;
}

bool worker_is_free(const struct worker *worker)
{
	return worker->pid > 0 && !worker->is_busy && !worker->is_ending;
}

int worker_give(struct worker *worker, worker_run_t run, const void *data, size_t size,
		worker_done_t done, void *userdata)
{
	struct errand_head head = { .run = run };
	struct iovec parts[] = {
		{ .iov_base = &head, .iov_len = sizeof(head) },
		{ .iov_base = (void *)data, .iov_len = size },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts) };

	assert(worker_is_free(worker) && size <= WORKER_DATA_SIZE);
	worker->shared->progress.since = 0; /* of the errand before */
	if (sendmsg(worker->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -errno;
	worker->is_busy = true;
	worker->done = done;
	worker->userdata = userdata;
	return 0;
}

void worker_dismiss(struct worker *worker)
{
	worker->is_ending = true;
	worker->answers = sd_event_source_disable_unref(worker->answers);
	worker->socket = macro_close(worker->socket);
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

	if (!worker->is_busy)
		return 0;
	worker_read_progress(worker, &progress);
	end = progress.since + progress.limit_ms * USEC_PER_MSEC;
	now = monotonic_usec();
	if (progress.since == 0 || now < end)
		return look_again(worker, progress.since == 0 ? UINT64_MAX : end - now);
	worker->is_late = worker->is_ending = true;
	/* what it waits for may let itself be interrupted; what does not, ends when it ends */
	(void)kill(worker->pid, SIGKILL);
	worker->late(&progress, worker->userdata); /* may free the worker */
	return 0;
}

/* One that is set already looks soon enough: it spares one that stays the setting of most of them. */
int worker_watch(struct worker *worker, worker_late_t late)
{
	sd_event *event = sd_event_source_get_event(worker->source);
	int enabled = SD_EVENT_OFF, r;

	worker->late = late;
	worker->pause_ms = FIRST_PAUSE_MS;
	if (!worker->timer)
		return sd_event_add_time_relative(event, &worker->timer, CLOCK_MONOTONIC,
						  FIRST_PAUSE_MS * USEC_PER_MSEC, 0, on_timer,
						  worker);
	r = sd_event_source_get_enabled(worker->timer, &enabled);
	return r < 0 || enabled != SD_EVENT_OFF ? r : look_again(worker, UINT64_MAX);
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
	worker->is_ending = true;
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
	worker->gone = NULL;
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
	worker->answers = sd_event_source_disable_unref(worker->answers);
	if (worker->pid > 0 && worker->source && leave_to_loop(worker) >= 0)
		return;
	if (worker->pid > 0) { /* has not begun: it ends with its socket */
		(void)kill(worker->pid, SIGKILL);
		(void)waitpid(worker->pid, NULL, 0);
	}
	sd_event_source_disable_unref(worker->source);
	worker_destroy(worker);
}
