/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Processes: who is meant, whose it is, and that a later one is not taken for it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "check-main.h"
#include "process.h"
#include "scratch.h"

#define NOBODY 65534

static pid_t child_start(uid_t uid)
{
	int ready[2];
	pid_t pid;
	char byte;

	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (uid != getuid() && setresuid(uid, uid, uid) < 0)
			_exit(1);
		ck_assert_int_eq(write(ready[1], "", 1), 1);
		pause();
		_exit(0);
	}
	macro_close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	macro_close(ready[0]);
	return pid;
}

static void child_end(pid_t pid)
{
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(test_a_process_is_found_again_and_its_end_is_seen)
{
	int before = scratch_count_fds();
	pid_t pid = child_start(getuid());
	struct process process, again;

	ck_assert_int_eq(process_open(pid, &process), 0);
	ck_assert_int_eq(process.pid, pid);
	ck_assert_uint_gt(process.start, 0);
	ck_assert_int_eq(process_reopen(pid, process.start, &again), 0);
	ck_assert(!process_has_ended(&again));
	process_deinit(&again);
	/* another process of the same pid has begun at another time */
	ck_assert_int_eq(process_reopen(pid, process.start - 1, &again), -ESRCH);
	/* a zombie has ended, too */
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &(siginfo_t){}, WEXITED | WNOWAIT), 0);
	ck_assert(process_has_ended(&process));
	ck_assert_int_eq(process_reopen(pid, process.start, &again), -ESRCH);
	child_end(pid);
	ck_assert_int_eq(process_open(pid, &again), -ESRCH);
	ck_assert_int_eq(process_open(0, &again), -ESRCH);
	process_deinit(&process);
	process_deinit(&process);
	ck_assert(process_has_ended(&process));
	ck_assert_int_eq(scratch_count_fds(), before);
}
END_TEST

START_TEST(test_only_a_pidfd_is_one)
{
	int before = scratch_count_fds();
	pid_t pid = child_start(getuid());
	int pidfd = pidfd_open(pid, 0), file = open("/proc/self", O_RDONLY | O_CLOEXEC);
	struct process process, copy;

	ck_assert_int_eq(process_from_pidfd(pidfd, &process), 0);
	ck_assert_int_eq(process.pid, pid);
	ck_assert_int_ne(process.fd, pidfd);
	ck_assert_int_eq(process_copy(&process, &copy), 0);
	ck_assert_int_eq(copy.pid, pid);
	ck_assert_uint_eq(copy.start, process.start);
	ck_assert_int_ne(copy.fd, process.fd);
	process_deinit(&copy);
	process_deinit(&process);
	ck_assert_int_eq(process_copy(&process, &copy), 0);
	ck_assert_int_eq(copy.fd, -1);
	ck_assert_int_eq(process_from_pidfd(file, &process), -EBADF);
	child_end(pid);
	ck_assert_int_eq(process_from_pidfd(pidfd, &process), -ESRCH);
	macro_close(pidfd);
	macro_close(file);
	ck_assert_int_eq(scratch_count_fds(), before);
}
END_TEST

START_TEST(test_it_belongs_to_one_user_or_to_nobody)
{
	pid_t pid = child_start(getuid()), other;
	struct process process;
	bool is_of;

	ck_assert_int_eq(process_open(pid, &process), 0);
	ck_assert_int_eq(process_is_of(&process, getuid(), &is_of), 0);
	ck_assert(is_of);
	ck_assert_int_eq(process_is_of(&process, getuid() + 1, &is_of), 0);
	ck_assert(!is_of);
	child_end(pid);
	ck_assert_int_eq(process_is_of(&process, getuid(), &is_of), -ESRCH);
	process_deinit(&process);
	if (geteuid() != 0)
		return; /* only root can start another's */
	other = child_start(NOBODY);
	ck_assert_int_eq(process_open(other, &process), 0);
	ck_assert_int_eq(process_is_of(&process, 0, &is_of), 0);
	ck_assert(!is_of);
	ck_assert_int_eq(process_is_of(&process, NOBODY, &is_of), 0);
	ck_assert(is_of);
	process_deinit(&process);
	child_end(other);
}
END_TEST

CHECK_MAIN("process", test_a_process_is_found_again_and_its_end_is_seen, test_only_a_pidfd_is_one,
	   test_it_belongs_to_one_user_or_to_nobody)
