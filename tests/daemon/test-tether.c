/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What a lease hangs on: how it tears, how it is found again, and that nothing stays behind. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "check-main.h"
#include "scratch.h"
#include "tether.h"

static struct scratch scratch;
static sd_event *event;
static struct tether tether;
static int n_told;
static enum tether_event told;
static int before;

static void on_event(enum tether_event what, void *userdata)
{
	ck_assert_ptr_eq(userdata, &tether);
	n_told++;
	told = what;
	if (what == TETHER_CLOSED) /* which stays so until it is dropped */
		ck_assert_int_ge(sd_event_source_set_enabled(tether.reference, SD_EVENT_OFF), 0);
}

static void setup(enum lifetime lifetime)
{
	scratch_init(&scratch);
	before = scratch_count_fds();
	ck_assert_int_ge(sd_event_new(&event), 0);
	tether_init(&tether);
	tether.lifetime = lifetime;
	n_told = 0;
}

static void teardown(void)
{
	tether_drop(&tether, scratch.fd, "l1");
	sd_event_unref(event);
	ck_assert(!scratch_has(&scratch, "l1.ref"));
	ck_assert_int_eq(scratch_count_fds(), before);
	scratch_deinit(&scratch);
}

/* Until nothing more happens for a tenth of a second. */
static void run(void)
{
	while (sd_event_run(event, 100000) > 0)
		continue;
}

static void expect_told(int count, enum tether_event what)
{
	run();
	ck_assert_int_eq(n_told, count);
	if (count > 0)
		ck_assert_int_eq(told, what);
}

static int make(void)
{
	int write_fd = -1;

	ck_assert_int_eq(
		tether_make(&tether, event, scratch.fd, "l1", on_event, &tether, &write_fd), 0);
	return write_fd;
}

static int resume(void)
{
	return tether_resume(&tether, event, scratch.fd, "l1", on_event, &tether);
}

static void watch_child(pid_t *ret)
{
	*ret = fork();
	ck_assert_int_ge(*ret, 0);
	if (*ret == 0) {
		/* an fd of the test held here would hold the lease */
		close_range(3, ~0U, 0);
		pause();
		_exit(0);
	}
	ck_assert_int_eq(process_open(*ret, &tether.process), 0);
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(test_a_reference_tears_with_its_last_copy)
{
	int fd;

	setup(LIFETIME_LEASE_FD);
	fd = make();
	expect_told(0, 0);
	macro_close(fd);
	expect_told(1, TETHER_CLOSED);
	teardown();
}
END_TEST

START_TEST(test_a_reference_that_outlives_who_asked_is_an_orphan_once)
{
	enum lifetime lifetime = _i;
	pid_t pid;
	int fd;

	setup(lifetime);
	watch_child(&pid);
	fd = make();
	expect_told(0, 0);
	end_child(pid);
	expect_told(1, TETHER_ORPHANED);
	expect_told(1, TETHER_ORPHANED);
	macro_close(fd);
	run();
	ck_assert_int_eq(told, TETHER_CLOSED);
	teardown();
}
END_TEST

START_TEST(test_a_process_takes_its_lease_along_and_needs_no_reference)
{
	pid_t pid;

	setup(LIFETIME_PIDFD);
	watch_child(&pid);
	ck_assert_int_eq(make(), -1);
	ck_assert(!scratch_has(&scratch, "l1.ref"));
	expect_told(0, 0);
	end_child(pid);
	expect_told(1, TETHER_EXITED);
	teardown();
}
END_TEST

/* What a daemon that dies leaves: names and numbers, no fd. */
static void forget_fds(void)
{
	tether_deinit(&tether);
}

START_TEST(test_it_is_taken_up_again_as_it_was)
{
	pid_t pid;
	int fd;

	setup(LIFETIME_LEASE_FD);
	watch_child(&pid);
	fd = make();
	forget_fds();
	ck_assert_int_eq(resume(), 0);
	forget_fds();
	end_child(pid);
	ck_assert_int_eq(resume(), 1); /* an orphan */
	forget_fds();
	macro_close(fd);
	ck_assert_int_eq(resume(), -ENXIO);
	forget_fds();
	scratch_remove(&scratch, "l1.ref");
	ck_assert_int_eq(resume(), -ENXIO);
	scratch_write(&scratch, "l1.ref", "");
	ck_assert_int_eq(resume(), -EBADMSG); /* no FIFO: nobody can know */
	teardown();
}
END_TEST

START_TEST(test_a_process_is_taken_up_again_unless_it_is_another)
{
	pid_t pid;

	setup(LIFETIME_PIDFD);
	watch_child(&pid);
	(void)make();
	forget_fds();
	ck_assert_int_eq(resume(), 0);
	forget_fds();
	tether.process.start++;
	ck_assert_int_eq(resume(), -ENXIO);
	tether.process.start--;
	ck_assert_int_eq(resume(), 0);
	end_child(pid);
	expect_told(1, TETHER_EXITED);
	ck_assert_int_eq(resume(), -ENXIO);
	teardown();
}
END_TEST

START_TEST(test_one_more_fd_holds_it_until_nobody_does)
{
	struct fault fault = {};
	int first, second, third = -1;

	setup(_i);
	first = make();
	ck_assert_int_eq(tether_reopen(&tether, scratch.fd, "l1", &second, &fault), 0);
	ck_assert_int_eq(fcntl(second, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(second, F_GETFL) & O_ACCMODE, O_WRONLY);
	macro_close(first);
	expect_told(0, 0);
	macro_close(second);
	/* the loop has not run yet, and its end stands all the same */
	ck_assert_int_lt(tether_reopen(&tether, scratch.fd, "l1", &third, &fault), 0);
	ck_assert_int_eq(fault.code, FAULT_NO_SUCH_LEASE);
	ck_assert_int_eq(third, -1);
	expect_told(1, TETHER_CLOSED);
	teardown();
}
END_TEST

START_TEST(test_what_has_no_reference_has_no_fd)
{
	struct fault fault = {};
	int fd = -1;
	pid_t pid;

	setup(LIFETIME_PIDFD);
	watch_child(&pid);
	ck_assert_int_eq(make(), -1);
	ck_assert_int_lt(tether_reopen(&tether, scratch.fd, "l1", &fd, &fault), 0);
	ck_assert_int_eq(fault.code, FAULT_NOT_SUPPORTED);
	ck_assert_int_eq(fd, -1);
	end_child(pid);
	teardown();
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_a_reference_tears_with_its_last_copy);
	tcase_add_loop_test(tests, test_a_reference_that_outlives_who_asked_is_an_orphan_once,
			    LIFETIME_LEASE_FD, LIFETIME_PIDFD);
	tcase_add_test(tests, test_a_process_takes_its_lease_along_and_needs_no_reference);
	tcase_add_loop_test(tests, test_one_more_fd_holds_it_until_nobody_does, LIFETIME_LEASE_FD,
			    LIFETIME_PIDFD);
	tcase_add_test(tests, test_what_has_no_reference_has_no_fd);
	tcase_add_test(tests, test_it_is_taken_up_again_as_it_was);
	tcase_add_test(tests, test_a_process_is_taken_up_again_unless_it_is_another);
}

int main(void)
{
	return check_main_run("tether", add_tests);
}
