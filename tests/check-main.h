/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what every test program does around its tests. A program is one file of tests and one
 * CHECK_MAIN at its end.
 */
#pragma once

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int check_main_run(const char *name, void (*add_tests)(TCase *tests))
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 180);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The answer to an ioctl on a wrong fd; qemu-user says -ENOSYS to every ioctl that it does not know. */
#define ck_assert_refused(r, expected)                                                             \
	do {                                                                                       \
		int check_r = (r);                                                                 \
                                                                                                   \
		ck_assert_msg(check_r == (expected) || check_r == -ENOSYS, "%s: %d", #r, check_r); \
	} while (0)

/* qemu-user of Debian 12 does not know the call, and what rests on it cannot be tried there. */
static inline bool check_has_openat2(void)
{
	return syscall(SYS_openat2, AT_FDCWD, "/", NULL, (size_t)0) >= 0 || errno != ENOSYS;
}

/* CHECK_MAIN("name", a_test, another_test) */
#define CHECK_MAIN(name, ...)                                                                      \
	static void check_main_add(TCase *tests)                                                   \
	{                                                                                          \
		const TTest *all[] = { __VA_ARGS__ };                                              \
                                                                                                   \
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)                          \
			tcase_add_test(tests, all[i]);                                             \
	}                                                                                          \
                                                                                                   \
	int main(void)                                                                             \
	{                                                                                          \
		return check_main_run(name, check_main_add);                                       \
	}
