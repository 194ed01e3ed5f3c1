/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* A unit is told of a held process only, while it lives and is the right user's. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check-main.h"
#include "macro.h"
#include "unit.h"

static pid_t start_child(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static int hold(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0U);
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(test_the_unit_of_another_users_process_is_not_told)
{
	_cleanup_close_ int fd = hold(getpid());
	_cleanup_free_ char *unit = NULL;
	int r;

	/* where no systemd runs, nothing is in a unit; -ESRCH is for the wrong user alone */
	r = unit_of_process(getpid(), fd, geteuid(), &unit);
	ck_assert(r == 0 ? *unit != '\0' : r == -ENODATA || r == -ENXIO);
	if (r == 0)
		ck_assert_int_eq(unit_of_process(getpid(), fd, geteuid() + 1, &unit), -ESRCH);
	else
		ck_assert_int_lt(unit_of_process(getpid(), fd, geteuid() + 1, &unit), 0);
}
END_TEST

START_TEST(test_the_unit_of_an_ended_process_is_not_told)
{
	_cleanup_free_ char *unit = NULL;
	_cleanup_close_ int fd = -1;
	pid_t pid = start_child();

	fd = hold(pid);
	ck_assert_int_ge(fd, 0);
	end_child(pid);
	/* another process stands for its number: our own */
	ck_assert_int_lt(unit_of_process(getpid(), fd, geteuid(), &unit), 0);
	ck_assert_int_lt(unit_of_process(pid, fd, geteuid(), &unit), 0);
	ck_assert_ptr_null(unit);
}
END_TEST

CHECK_MAIN("unit", test_the_unit_of_another_users_process_is_not_told,
	   test_the_unit_of_an_ended_process_is_not_told)
