/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/lib/region.c as far as that goes without a device; with one: tests/vm/cases/vfio-ccw.sh. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check-main.h"
#include "region.h"

START_TEST(test_fds_that_are_something_else)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct region region = { .event = 7 };

	ck_assert_refused(region_init(&region, null), -ENOTTY);
	ck_assert_refused(region_init(&region, -1), -EBADF);
	ck_assert_int_eq(region.event, 7);
}
END_TEST

CHECK_MAIN("region", test_fds_that_are_something_else)
