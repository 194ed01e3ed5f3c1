/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Every step of defining, undefining and of what follows from it is struck by every fault, once each:
 * afterwards the file is the old one or the new one, the daemon says what the file says, and the
 * device is bound or at home.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check-main.h"
#include "names.h"
#include "sweep-daemon.h"

/* How long a step may take where one hangs, and where none does; see test-step-sweep. */
#define SHORT_MS 60
#define LONG_MS	 6000

#define HOME_DRIVER "tape_34xx"
#define DIRECTORY   "devices.d"
#define FILE_NAME   DIRECTORY "/" FAKE_KERNEL_ID ".json"

enum action {
	DEFINE,		 /* one that is not, until it is bound */
	CHANGE,		 /* autostart of one that is defined without */
	UNDEFINE,	 /* one that is bound, until it is back */
	START,		 /* of a machine where it is defined */
	PROMOTE,	 /* one that is leased, until it is free and bound */
	UNDEFINE_LEASED, /* one that is bound and leased, until it is back */
	_ACTION_MAX,
};

static const char *const action_names[] = { "define", "change",	 "undefine",
					    "start",  "promote", "undefine a leased one" };

struct sweep {
	enum action action;
	int strike_at;
	enum kernel_fault fault;
};

struct totals {
	unsigned int plans, steps, faults, kills, losses;
};

static struct totals totals;
static struct sweep_daemon target;

/* ---- the files of definitions are points, too; the names are the linker's ---- */

int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_unlinkat(int dir_fd, const char *path, int flags);
int __real_unlinkat(int dir_fd, const char *path, int flags);
int __wrap_fsync(int fd);
int __real_fsync(int fd);

struct call {
	int fd;
	const char *from;
	const char *to;
};

static bool is_of_definitions(int fd)
{
	char link[64], path[256];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = kernel && getpid() == kernel->daemon ? readlink(link, path, sizeof(path) - 1) : -1;
	if (n < 0)
		return false;
	path[n] = '\0';
	return strstr(path, "/" DIRECTORY) != NULL;
}

static int to_libc(int r)
{
	if (r >= 0)
		return r;
	errno = -r;
	return -1;
}

static int rename_effect(void *data)
{
	const struct call *call = data;

	return __real_renameat(call->fd, call->from, call->fd, call->to) < 0 ? -errno : 0;
}

int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	struct call call = { .fd = from_fd, .from = from, .to = to };

	if (!is_of_definitions(from_fd))
		return __real_renameat(from_fd, from, to_fd, to);
	/* done is done: there is no such error after it */
	return to_libc(kernel_point("rename", to, KERNEL_FILE_FAULTS & ~KERNEL_BIT(KERNEL_PARTIAL),
				    rename_effect, &call));
}

static int unlink_effect(void *data)
{
	const struct call *call = data;

	return __real_unlinkat(call->fd, call->from, 0) < 0 ? -errno : 0;
}

int __wrap_unlinkat(int dir_fd, const char *path, int flags)
{
	struct call call = { .fd = dir_fd, .from = path };

	if (flags || !is_of_definitions(dir_fd))
		return __real_unlinkat(dir_fd, path, flags);
	return to_libc(kernel_point("unlink", path,
				    KERNEL_FILE_FAULTS & ~KERNEL_BIT(KERNEL_PARTIAL), unlink_effect,
				    &call));
}

static int sync_effect(void *data)
{
	const struct call *call = data;

	return __real_fsync(call->fd) < 0 ? -errno : 0;
}

int __wrap_fsync(int fd)
{
	struct call call = { .fd = fd };

	if (!is_of_definitions(fd))
		return __real_fsync(fd);
	return to_libc(kernel_point("fsync", "", KERNEL_FILE_FAULTS, sync_effect, &call));
}

/* ---- what must hold ---- */

static void complain(const struct sweep *sweep, const char *what, const char *text)
{
	_cleanup_free_ char *log = scratch_read(&target.work, "log");

	totals.losses++;
	printf("%s: step %d (%s): %s: %s: %s\n%s\n", action_names[sweep->action], sweep->strike_at,
	       sweep->strike_at < 0 ? "none" : kernel->names[sweep->strike_at],
	       kernel_fault_to_string(sweep->fault), what, text, log);
}

static bool does_hang(const struct sweep *sweep)
{
	return sweep->fault == KERNEL_HANG || sweep->fault == KERNEL_HANG_DONE;
}

static bool is_killed(const struct sweep *sweep)
{
	return sweep->fault == KERNEL_KILL_BEFORE || sweep->fault == KERNEL_KILL_AFTER;
}

static bool has_saved(void)
{
	return scratch_has(&target.work, "run/leases/" FAKE_KERNEL_ID ".json");
}

/* One that is gone comes back; one that failed is tried again, by a new start. */
static bool settle(const struct sweep *sweep, struct sweep_status *status)
{
	if (!sweep_daemon_settle(&target, status))
		return false;
	if (status->r < 0) {
		kernel_replug();
		if (!sweep_daemon_settle(&target, status))
			return false;
	}
	if (status->state == DEVICE_FAILED) {
		sweep_daemon_restart(&target);
		if (!sweep_daemon_settle(&target, status))
			return false;
	}
	return status->r >= 0;
}

/* Old or new, and the daemon knows which. */
static void judge_file(const struct sweep *sweep, const struct sweep_status *status)
{
	bool is_there = scratch_has(&target.work, FILE_NAME);
	_cleanup_free_ char *text = is_there ? scratch_read(&target.work, FILE_NAME) : strdup("");
	char wanted[128];

	snprintf(wanted, sizeof(wanted),
		 "{\n  \"version\": 1,\n  \"device\": \"%s\",\n  \"autostart\": %s\n}",
		 FAKE_KERNEL_ID, status->is_autostart ? "true" : "false");
	if (strcmp(text, status->is_defined ? wanted : "") != 0)
		complain(sweep, "the file is not what the daemon says", text);
}

static void judge_device(const struct sweep *sweep, const struct sweep_status *status)
{
	bool is_ours = sweep_daemon_has_driver(&target, CCWB_DRIVER);

	if (status->state != DEVICE_HOST)
		complain(sweep, "stranded", status->text);
	else if (is_ours != status->is_bound || is_ours != kernel_has_claim() ||
		 is_ours != has_saved() ||
		 (!is_ours && !sweep_daemon_has_driver(&target, HOME_DRIVER)))
		complain(sweep, "neither bound nor at home", status->text);
	/* who undefines is told that it was not given back, where there is a daemon to tell it */
	else if (is_ours && !status->is_defined &&
		 (!kernel->has_struck || sweep->action < UNDEFINE || sweep->action == START ||
		  is_killed(sweep)))
		complain(sweep, "bound without a definition", status->text);
	else if (!is_ours && status->is_autostart && !*status->text)
		complain(sweep, "not bound, and does not say why", status->text);
	/* only what fails is a reason not to be bound in the end */
	else if (!is_ours && status->is_autostart && !kernel->has_struck)
		complain(sweep, "not bound", status->text);
}

/* Whatever has happened, it can be taken back. */
static void clean_up(const struct sweep *sweep)
{
	struct sweep_status status = {};

	if (!sweep_daemon_settle(&target, &status))
		complain(sweep, "does not come to rest", status.text);
	if (status.is_defined)
		(void)sweep_daemon_undefine(&target, &status);
	else if (status.is_bound)
		(void)sweep_daemon_change(&target, CHANGE_RESTORE, "", &status);
	if (!settle(sweep, &status) || status.state != DEVICE_HOST || status.is_defined)
		complain(sweep, "does not go back", status.text);
	if (!sweep_daemon_has_driver(&target, HOME_DRIVER) || kernel_has_claim() || has_saved() ||
	    scratch_has(&target.work, FILE_NAME))
		complain(sweep, "something is left", status.text);
}

/* ---- what is done ---- */

static void prepare(const struct sweep *sweep, unsigned int step_limit_ms)
{
	const struct broker_wish wish = { .iommu = IOMMU_GROUP };
	struct sweep_status status;

	sweep_daemon_init(&target, HOME_DRIVER, true, LONG_MS);
	ck_assert(sweep_daemon_settle(&target, &status));
	if (sweep->action == CHANGE || sweep->action == UNDEFINE ||
	    sweep->action == UNDEFINE_LEASED)
		ck_assert(sweep_daemon_define(&target, sweep->action != CHANGE, &status) &&
			  status.r >= 0);
	ck_assert(sweep_daemon_settle(&target, &status));
	if (sweep->action == PROMOTE || sweep->action == UNDEFINE_LEASED)
		ck_assert_msg(sweep_daemon_acquire(&target, &wish, &status) && status.r >= 0, "%s",
			      status.text);
	if (sweep->action == START)
		scratch_write(&target.work, FILE_NAME,
			      "{\n  \"version\": 1,\n  \"device\": \"" FAKE_KERNEL_ID
			      "\",\n  \"autostart\": true\n}\n");
	if (does_hang(sweep) && sweep->action != START) {
		target.step_limit_ms = step_limit_ms;
		sweep_daemon_restart(&target);
		ck_assert(sweep_daemon_settle(&target, &status));
	}
	target.step_limit_ms = step_limit_ms;
}

static unsigned int act(const struct sweep *sweep)
{
	struct sweep_status status;

	kernel_arm(sweep->strike_at, sweep->fault);
	switch (sweep->action) {
	case DEFINE:
	case CHANGE:
	case PROMOTE:
		(void)sweep_daemon_define(&target, true, &status);
		break;
	case UNDEFINE:
	case UNDEFINE_LEASED:
		(void)sweep_daemon_undefine(&target, &status);
		break;
	case START:
		sweep_daemon_restart(&target);
		break;
	case _ACTION_MAX:
		break;
	}
	sweep_daemon_drop(&target);
	(void)sweep_daemon_settle(&target, &status); /* judged later */
	return kernel->n_points;
}

static unsigned int run_once(const struct sweep *sweep, unsigned int step_limit_ms)
{
	struct sweep_status status = {};
	unsigned int n_steps;

	prepare(sweep, step_limit_ms);
	n_steps = act(sweep);
	if (kernel->has_struck) {
		totals.faults++;
		totals.kills += is_killed(sweep);
	}
	if (!settle(sweep, &status))
		complain(sweep, "does not come to rest", status.text);
	judge_file(sweep, &status);
	judge_device(sweep, &status);
	clean_up(sweep);
	sweep_daemon_deinit(&target);
	return n_steps;
}

static unsigned int run(const struct sweep *sweep)
{
	unsigned int step_limit_ms = does_hang(sweep) ? SHORT_MS : LONG_MS, n_steps;
	const struct totals before = totals;

	for (;;) {
		n_steps = run_once(sweep, step_limit_ms);
		if (totals.losses == before.losses || step_limit_ms >= LONG_MS)
			return n_steps;
		step_limit_ms *= 10;
		totals = before;
	}
}

static void sweep_action(enum action action)
{
	struct sweep sweep = { .action = action, .strike_at = -1, .fault = KERNEL_BUSY };
	unsigned int n_steps, fault;
	int n;

	scratch_use_memory();
	totals = (struct totals){};
	n_steps = run(&sweep);
	ck_assert_uint_gt(n_steps, 2);
	for (n = 0; n < (int)n_steps; n++)
		for (fault = 0; fault < _KERNEL_FAULT_MAX; fault++) {
			if (fault == KERNEL_NODEV || fault == KERNEL_HANG_DONE)
				continue; /* much like another one */
			if (fault == KERNEL_CLIENT_KILL)
				continue; /* nobody waits */
			sweep.strike_at = n;
			sweep.fault = (enum kernel_fault)fault;
			(void)run(&sweep);
		}
	printf("%s: %u steps, %u faults, %u of them kills of the daemon: %u losses\n",
	       action_names[action], n_steps, totals.faults, totals.kills, totals.losses);
	ck_assert_uint_eq(totals.losses, 0);
	/* a sweep that strikes nothing would find nothing */
	ck_assert_uint_gt(totals.faults, 4 * n_steps);
}

START_TEST(test_no_fault_leaves_anything_between)
{
	sweep_action((enum action)_i);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_no_fault_leaves_anything_between, 0, _ACTION_MAX);
	tcase_set_timeout(tests, 900);
}

int main(void)
{
	return check_main_run("definition-sweep", add_tests);
}
