/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Worker processes: the way back, fds, and every way to die. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "check-main.h"
#include "scratch.h"
#include "worker.h"

static sd_event *event;
static struct worker *worker;
static struct worker_result outcome;
static int calls;

static void on_done(struct worker_result *result, void *userdata)
{
	unsigned int n;

	calls++;
	outcome = *result;
	for (n = 0; n < result->n_fds; n++)
		outcome.fds[n] = TAKE_FD(result->fds[n]);
	worker = (worker_free(worker), NULL);
	sd_event_exit(event, 0);
}

static void run_worker(worker_run_t run, void *data, int keep_fd)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	calls = 0;
	ck_assert_int_eq(sd_event_new(&event), 0);
	ck_assert_int_eq(worker_new(event, keep_fd, run, data, on_done, NULL, &worker), 0);
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(calls, 1);
	event = sd_event_unref(event);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static void answer(void *data, struct worker_result *result)
{
	result->r = fault_set(&result->fault, FAULT_DEVICE_IN_USE, "%s", (const char *)data);
	result->detail = 42;
}

START_TEST(test_value_fault_and_detail_come_back)
{
	run_worker(answer, (void *)"because", -1);
	ck_assert_int_eq(outcome.r, -EBUSY);
	ck_assert_int_eq(outcome.fault.code, FAULT_DEVICE_IN_USE);
	ck_assert_str_eq(outcome.fault.text, "because");
	ck_assert_uint_eq(outcome.detail, 42);
	ck_assert_uint_eq(outcome.n_fds, 0);
}
END_TEST

static void open_most(void *data, struct worker_result *result)
{
	for (result->n_fds = 0; result->n_fds < LIMIT_WORKER_FDS; result->n_fds++)
		result->fds[result->n_fds] = open("/dev/null", O_RDWR | O_CLOEXEC);
	result->r = 0;
}

START_TEST(test_as_many_fds_as_allowed_come_back_and_none_leaks)
{
	int before = scratch_count_fds();
	unsigned int n;

	run_worker(open_most, NULL, -1);
	ck_assert_int_eq(outcome.r, 0);
	ck_assert_uint_eq(outcome.n_fds, LIMIT_WORKER_FDS);
	for (n = 0; n < outcome.n_fds; n++) {
		ck_assert_int_eq(write(outcome.fds[n], "x", 1), 1);
		ck_assert_int_eq(fcntl(outcome.fds[n], F_GETFD), FD_CLOEXEC);
		macro_close(outcome.fds[n]);
	}
	ck_assert_int_eq(scratch_count_fds(), before);
}
END_TEST

static void count_fds(void *data, struct worker_result *result)
{
	result->r = scratch_count_fds();
	result->detail = fcntl(*(int *)data, F_GETFD) >= 0;
}

START_TEST(test_the_worker_has_only_the_fd_it_is_given)
{
	_cleanup_close_ int low = open("/dev/null", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int kept = open("/dev/null", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int high = fcntl(kept, F_DUPFD_CLOEXEC, 200);

	ck_assert(low >= 0 && kept >= 0 && high >= 200);
	run_worker(count_fds, &kept, kept);
	/* standard ones, the kept one and the socket */
	ck_assert_int_eq(outcome.r, 5);
	ck_assert_uint_eq(outcome.detail, 1);
	run_worker(count_fds, &high, -1);
	ck_assert_int_eq(outcome.r, 4);
	ck_assert_uint_eq(outcome.detail, 0);
}
END_TEST

static void die(void *data, struct worker_result *result)
{
	if (*(int *)data > 0)
		kill(getpid(), *(int *)data);
	_exit(7);
}

START_TEST(test_a_worker_that_dies_is_an_error)
{
	int signal_number = SIGKILL;

	run_worker(die, &signal_number, -1);
	ck_assert_int_eq(outcome.r, -EIO);
	ck_assert_int_eq(outcome.fault.code, FAULT_NONE);
	ck_assert_ptr_nonnull(strstr(outcome.fault.text, "signal 9"));
	signal_number = 0;
	run_worker(die, &signal_number, -1);
	ck_assert_int_eq(outcome.r, -EIO);
	ck_assert_ptr_nonnull(strstr(outcome.fault.text, "status 7"));
}
END_TEST

static void wait_for_ever(void *data, struct worker_result *result)
{
	for (;;)
		pause();
}

START_TEST(test_a_worker_is_killed_with_its_owner)
{
	int before = scratch_count_fds();

	ck_assert_int_eq(sd_event_new(&event), 0);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ck_assert_int_eq(worker_new(event, -1, wait_for_ever, NULL, on_done, NULL, &worker), 0);
	worker_free(worker);
	event = sd_event_unref(event);
	/* either reaped by now, or about to be */
	ck_assert_int_ne(waitpid(-1, NULL, 0), 0);
	ck_assert_int_eq(scratch_count_fds(), before);
}
END_TEST

START_TEST(test_a_worker_that_nobody_waits_for_leaves_nothing)
{
	siginfo_t info;
	sigset_t set;
	int n;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ck_assert_int_eq(sd_event_new(&event), 0);
	ck_assert_int_eq(worker_new(event, -1, wait_for_ever, NULL, on_done, NULL, &worker), 0);
	calls = 0;
	worker_free(worker);
	for (n = 0; n < 200 && waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0; n++)
		ck_assert_int_ge(sd_event_run(event, 20 * 1000), 0);
	ck_assert_int_lt(n, 200);
	ck_assert_int_eq(calls, 0);
	event = sd_event_unref(event);
}
END_TEST

static struct worker_progress late;
static int late_calls;

static void on_late(const struct worker_progress *progress, void *userdata)
{
	late_calls++;
	late = *progress;
	ck_assert(worker_is_late(worker));
}

static void watch_worker(worker_run_t run)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	calls = late_calls = 0;
	ck_assert_int_eq(sd_event_new(&event), 0);
	ck_assert_int_eq(worker_new(event, -1, run, NULL, on_done, NULL, &worker), 0);
	ck_assert_int_eq(worker_watch(worker, on_late), 0);
	ck_assert(!worker_is_late(worker));
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(calls, 1);
	event = sd_event_unref(event);
}

static void hang_in_second_step(void *data, struct worker_result *result)
{
	worker_step(0, 2, 60000, "a step that may take long");
	worker_step(1, 2, 50, "one that may not");
	for (;;)
		pause();
}

START_TEST(test_a_step_that_takes_too_long_is_told_and_ended)
{
	watch_worker(hang_in_second_step);
	ck_assert_int_eq(late_calls, 1);
	ck_assert_uint_eq(late.step, 1);
	ck_assert_uint_eq(late.n_steps, 2);
	ck_assert_uint_ne(late.since, 0);
	ck_assert_str_eq(late.text, "one that may not");
	ck_assert_int_eq(outcome.r, -EIO);
	ck_assert_ptr_nonnull(strstr(outcome.fault.text, "signal 9"));
}
END_TEST

static void be_quick(void *data, struct worker_result *result)
{
	unsigned int n;

	for (n = 0; n < 1000; n++)
		worker_step(n, 1000, 60000, "quick");
	result->r = 7;
}

START_TEST(test_steps_within_their_limits_are_not_late)
{
	watch_worker(be_quick);
	ck_assert_int_eq(late_calls, 0);
	ck_assert_int_eq(outcome.r, 7);
	/* no worker here: nobody to tell */
	worker_step(0, 1, 1, "nothing");
}
END_TEST

CHECK_MAIN("worker", test_value_fault_and_detail_come_back,
	   test_as_many_fds_as_allowed_come_back_and_none_leaks,
	   test_the_worker_has_only_the_fd_it_is_given, test_a_worker_that_dies_is_an_error,
	   test_a_worker_is_killed_with_its_owner,
	   test_a_worker_that_nobody_waits_for_leaves_nothing,
	   test_a_step_that_takes_too_long_is_told_and_ended,
	   test_steps_within_their_limits_are_not_late)
