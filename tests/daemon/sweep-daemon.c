/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the daemon's process, the orders that it takes over a socket, and the client's fds. Knows no
 * fault; those are the kernel's.
 */
#include "sweep-daemon.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "binder.h"
#include "log.h"

#define SETTLE_MS 15000

static const struct ccw_id id = { 0, 0, 0x580 };
static const struct subject root = { .uid = 0, .pidfd = -1, .user = (char *)"root" };

struct order {
	char what; /* 'a'cquire, 'c'hange, 'd'efine, 'u'ndefine, 's'tatus, 'q'uit */
	struct broker_wish wish;
	enum change_kind kind;
	const char *driver; /* of the test's own memory, which a fork has as well */
	bool is_autostart;
};

/* ---- in the daemon ---- */

struct server {
	sd_event *event;
	struct broker *broker;
	struct lease *pending; /* what the client waits for */
	int control;
};

/* The test's own, which does not fail with the daemon's. */
static int answer(const struct server *server, const struct sweep_status *status)
{
	ssize_t n;

	fake_sysfs_depth++;
	n = send(server->control, status, sizeof(*status), MSG_NOSIGNAL);
	fake_sysfs_depth--;
	return n < 0 ? -errno : 0;
}

static int on_outcome(struct lease *lease, struct worker_result *result, void *userdata)
{
	struct server *server = userdata;
	struct sweep_status status = { .r = result->r };
	struct iovec iov = { .iov_base = &status, .iov_len = sizeof(status) };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(result->fds))];
	} space = {};
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	size_t size = sizeof(int) * result->n_fds;
	int r;

	server->pending = NULL;
	strcpy(status.text, result->fault.text);
	if (result->r >= 0) {
		message.msg_control = &space;
		message.msg_controllen = CMSG_SPACE(size);
		space.header.cmsg_level = SOL_SOCKET;
		space.header.cmsg_type = SCM_RIGHTS;
		space.header.cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(&space.header), result->fds, size);
	}
	fake_sysfs_depth++;
	r = sendmsg(server->control, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
	fake_sysfs_depth--;
	return r;
}

/* As the bus side does when the caller's connection has gone. */
static int on_client_gone(sd_event_source *source, const struct signalfd_siginfo *info,
			  void *userdata)
{
	struct server *server = userdata;
	struct sweep_status status = { .r = -ECONNRESET };

	if (!server->pending)
		return 0; /* it has its fds, and closes them next */
	broker_abandon(server->broker, TAKE_PTR(server->pending));
	return answer(server, &status);
}

static bool is_moving(const struct device *device)
{
	bool is_due = device->is_due && device->state == DEVICE_HOST &&
		      device->unbound == FAULT_NONE && !device->lease;

	return device->has_job || is_due || (device->lease && device->state != DEVICE_LEASED);
}

/* Those of the event loop itself come with the first worker, and stay. */
static int count_fds(void)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	char target[32];
	int count = 0;
	ssize_t n;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir))) {
		n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target));
		if (n > 0 && strncmp(target, "anon_inode:", 11) != 0)
			count++;
	}
	return count;
}

static void answer_status(struct server *server)
{
	struct sweep_status status = { .r = 0 };
	struct fault fault = {};
	const char *text = fault.text;
	struct device *device;

	fake_sysfs_depth++;
	device = broker_find_device(server->broker, id, &fault);
	status.n_fds = count_fds();
	status.r = device && device->is_present ? 0 : -ENODEV;
	status.is_moving = device && is_moving(device);
	status.state = device ? (int)device->state : -1;
	status.is_bound = device && device->is_bound;
	status.is_defined = device && device->is_defined;
	status.is_autostart = device && device->is_autostart;
	if (device)
		(void)device_reason(device, &text); /* the sentence is all that is shown */
	snprintf(status.text, sizeof(status.text), "%s", text);
	fake_sysfs_depth--;
	ck_assert_int_eq(answer(server, &status), 0);
}

static int on_change(struct server *server, const struct order *order)
{
	struct sweep_status status = { .r = 0 };
	struct fault fault = {};
	struct device *device = broker_find_device(server->broker, id, &fault);
	struct job *job;

	status.r = -ENODEV;
	if (device)
		status.r = job_begin(broker_jobs(server->broker), order->kind, device,
				     order->driver, &job, &fault);
	strcpy(status.text, fault.text);
	return answer(server, &status);
}

static int on_define(struct server *server, const struct order *order)
{
	const struct definition definition = { .id = id, .is_autostart = order->is_autostart };
	struct autostart *autostart = broker_autostart(server->broker);
	struct sweep_status status = { .r = 0 };
	struct fault fault = {};

	status.r = order->what == 'd' ? autostart_define(autostart, &definition, &fault)
				      : autostart_undefine(autostart, id, &fault);
	strcpy(status.text, fault.text);
	return answer(server, &status);
}

static int on_order(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct server *server = userdata;
	struct sweep_status refusal = { .r = 0 };
	struct fault fault = {};
	struct order order;
	ssize_t n;

	fake_sysfs_depth++;
	n = recv(fd, &order, sizeof(order), 0);
	fake_sysfs_depth--;
	if (n != sizeof(order) || order.what == 'q')
		return sd_event_exit(server->event, 0);
	if (order.what == 's') {
		answer_status(server);
		return 0;
	}
	if (order.what == 'c')
		return on_change(server, &order);
	if (order.what == 'd' || order.what == 'u')
		return on_define(server, &order);
	order.wish.who = "sweep";
	kernel->is_beginning = true;
	refusal.r = broker_acquire(server->broker, id, &root, &order.wish, on_outcome, server,
				   &server->pending, &fault);
	kernel->is_beginning = false;
	if (refusal.r < 0) {
		strcpy(refusal.text, fault.text);
		ck_assert_int_eq(answer(server, &refusal), 0);
	}
	return 0;
}

/* Both are at it at the same time; here they take turns, so that each run has its steps in one order. */
static void acquire(void *data, struct worker_result *result)
{
	while (kernel->is_beginning)
		(void)poll(NULL, 0, 1); /* cut short is no harm */
	binder_acquire(data, result);
}

static int retract(struct sysfs *sysfs, const struct sysfs_site *site)
{
	return 0;
}

static void serve(struct sweep_daemon *daemon, int control)
{
	_cleanup_free_ char *run = scratch_path(&daemon->work, "run");
	_cleanup_free_ char *definitions = scratch_path(&daemon->work, "devices.d");
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	_cleanup_(broker_freep) struct broker *broker = NULL;
	const char *const directories[] = { daemon->work.path, NULL };
	struct server server = { .control = control };
	struct broker_config config = {
		.sysfs_root = daemon->fake.scratch.path,
		.proc_root = daemon->work.path,
		.runtime_directory = run,
		.policy_directories = directories,
		.definition_directory = definitions,
		.acquire = acquire,
		.restore = binder_restore,
		.change = change_run,
		.retract = retract,
		.step_limit_ms = daemon->step_limit_ms,
	};

	ck_assert_int_ge(sd_event_new(&event), 0);
	config.event = server.event = event;
	ck_assert_int_ge(broker_new(&config, &broker), 0);
	server.broker = broker;
	ck_assert_int_ge(broker_start(broker), 0);
	ck_assert_int_ge(sd_event_add_signal(event, NULL, SIGUSR1, on_client_gone, &server), 0);
	ck_assert_int_ge(sd_event_add_io(event, NULL, control, POLLIN, on_order, &server), 0);
	answer_status(&server);
	ck_assert_int_ge(sd_event_loop(event), 0);
}

static _Noreturn void daemon_run(struct sweep_daemon *daemon, int control)
{
	_cleanup_free_ char *log = scratch_path(&daemon->work, "log");
	sigset_t set;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	kernel->daemon = (int)getpid();
	kernel->is_beginning = false;
	ck_assert_int_eq(dup2(control, STDIN_FILENO), STDIN_FILENO);
	close_range(STDERR_FILENO, ~0U, 0);
	ck_assert_int_eq(open(log, O_WRONLY | O_APPEND | O_CREAT, 0600), STDERR_FILENO);
	daemon->fake.scratch.fd = daemon->work.fd = -1;
	log_init("sweep");
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	serve(daemon, STDIN_FILENO);
	free(TAKE_PTR(log));
	exit(0); /* and the leak checker looks */
}

/* ---- in the test ---- */

static bool receive(struct sweep_daemon *daemon, struct sweep_status *ret)
{
	struct iovec iov = { .iov_base = ret, .iov_len = sizeof(*ret) };
	char space[CMSG_SPACE(sizeof(daemon->fds))];
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof(space),
	};
	struct cmsghdr *header;

	if (recvmsg(daemon->control, &message, MSG_CMSG_CLOEXEC) != sizeof(*ret))
		return false;
	header = CMSG_FIRSTHDR(&message);
	if (header)
		memcpy(daemon->fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	return true;
}

static void end(struct sweep_daemon *daemon, int how)
{
	daemon->control = macro_close(daemon->control);
	if (daemon->pid <= 0)
		return;
	if (how)
		(void)kill(daemon->pid, how); /* it may be dead already */
	ck_assert_int_eq(waitpid(daemon->pid, &how, 0), daemon->pid);
	if (WIFSIGNALED(how) && WTERMSIG(how) != SIGKILL)
		daemon->n_crashes++;
	daemon->pid = 0;
}

void sweep_daemon_kill(struct sweep_daemon *daemon)
{
	end(daemon, SIGKILL);
}

void sweep_daemon_restart(struct sweep_daemon *daemon)
{
	struct sweep_status ready;
	int pair[2];

	do {
		end(daemon, SIGKILL);
		ck_assert_msg(daemon->n_starts++ < 6,
			      "the daemon does not start, step %u, fault %d", kernel->strike_at,
			      (int)kernel->fault);
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
		fflush(NULL);
		daemon->pid = fork();
		ck_assert_int_ge(daemon->pid, 0);
		if (daemon->pid == 0)
			daemon_run(daemon, pair[1]);
		close(pair[1]);
		daemon->control = pair[0];
	} while (!receive(daemon, &ready));
}

void sweep_daemon_set_policy(struct sweep_daemon *daemon, const char *text)
{
	scratch_write(&daemon->work, "policy.json", text);
	sweep_daemon_restart(daemon);
}

void sweep_daemon_stop(struct sweep_daemon *daemon)
{
	_cleanup_free_ char *log = NULL;
	struct order quit = { .what = 'q' };
	int status;

	ck_assert_int_gt(send(daemon->control, &quit, sizeof(quit), MSG_NOSIGNAL), 0);
	ck_assert_int_eq(waitpid(daemon->pid, &status, 0), daemon->pid);
	daemon->pid = 0;
	log = scratch_read(&daemon->work, "log");
	ck_assert_msg(status == 0, "status 0x%x:\n%s", status, log);
}

void sweep_daemon_init(struct sweep_daemon *daemon, const char *driver, bool is_online,
		       unsigned int step_limit_ms)
{
	*daemon = (struct sweep_daemon){
		.control = -1,
		.fds = { -1, -1, -1, -1 },
		.step_limit_ms = step_limit_ms,
	};
	kernel_init(&daemon->fake, driver, is_online);
	scratch_init(&daemon->work);
	sweep_daemon_restart(daemon);
}

void sweep_daemon_deinit(struct sweep_daemon *daemon)
{
	end(daemon, SIGKILL);
	sweep_daemon_drop(daemon);
	scratch_deinit(&daemon->work);
	kernel_deinit(&daemon->fake);
}

bool sweep_daemon_acquire(struct sweep_daemon *daemon, const struct broker_wish *wish,
			  struct sweep_status *ret)
{
	struct order order = { .what = 'a', .wish = *wish };

	ck_assert_int_gt(send(daemon->control, &order, sizeof(order), MSG_NOSIGNAL), 0);
	if (receive(daemon, ret))
		return true;
	sweep_daemon_restart(daemon);
	return false;
}

static bool call(struct sweep_daemon *daemon, const struct order *order, struct sweep_status *ret)
{
	ck_assert_int_gt(send(daemon->control, order, sizeof(*order), MSG_NOSIGNAL), 0);
	if (receive(daemon, ret))
		return true;
	sweep_daemon_restart(daemon);
	return false;
}

bool sweep_daemon_define(struct sweep_daemon *daemon, bool is_autostart, struct sweep_status *ret)
{
	return call(daemon, &(struct order){ .what = 'd', .is_autostart = is_autostart }, ret);
}

bool sweep_daemon_undefine(struct sweep_daemon *daemon, struct sweep_status *ret)
{
	return call(daemon, &(struct order){ .what = 'u' }, ret);
}

bool sweep_daemon_change(struct sweep_daemon *daemon, enum change_kind kind, const char *driver,
			 struct sweep_status *ret)
{
	return call(daemon, &(struct order){ .what = 'c', .kind = kind, .driver = driver }, ret);
}

void sweep_daemon_drop(struct sweep_daemon *daemon)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(daemon->fds); n++)
		daemon->fds[n] = macro_close(daemon->fds[n]);
}

static bool has_fds(const struct sweep_daemon *daemon)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(daemon->fds); n++)
		if (daemon->fds[n] >= 0)
			return true;
	return false;
}

bool sweep_daemon_settle(struct sweep_daemon *daemon, struct sweep_status *ret)
{
	const struct order order = { .what = 's' };
	unsigned int waited;

	for (waited = 0; waited < SETTLE_MS; waited++) {
		if (send(daemon->control, &order, sizeof(order), MSG_NOSIGNAL) < 0 ||
		    !receive(daemon, ret)) {
			sweep_daemon_restart(daemon);
			continue;
		}
		/* without its client a lease is about to end */
		if (!ret->is_moving &&
		    (ret->state != DEVICE_LEASED || has_fds(daemon) || ret->r < 0))
			return true;
		(void)poll(NULL, 0, 1); /* cut short is no harm */
	}
	return false;
}

bool sweep_daemon_look(const struct sweep_daemon *daemon, struct sysfs_facts *ret)
{
	struct sysfs *sysfs = fake_sysfs_open(&daemon->fake);
	int r = sysfs_read(sysfs, id, ret, NULL);

	sysfs_free(sysfs);
	return r >= 0;
}

bool sweep_daemon_has_driver(const struct sweep_daemon *daemon, const char *driver)
{
	struct sysfs_facts facts;

	return sweep_daemon_look(daemon, &facts) && strcmp(facts.driver, driver) == 0;
}

void sweep_daemon_bind(struct sweep_daemon *daemon, const char *driver)
{
	struct sweep_status status = {};
	unsigned int tries;

	for (tries = 0; tries < 4 && !sweep_daemon_has_driver(daemon, driver); tries++) {
		if (status.state == DEVICE_FAILED)
			sweep_daemon_restart(daemon);
		(void)sweep_daemon_change(daemon, CHANGE_BIND, driver, &status);
		(void)sweep_daemon_settle(daemon, &status); /* looked at by then */
	}
}
