/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/lib/iommufd.c as far as that goes without a device: fds that are something else. With
 * devices: tests/vm/cases/iommufd.sh.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "check-main.h"
#include "iommufd.h"

START_TEST(test_fds_that_are_something_else)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint32_t ioas = 7;

	ck_assert_int_ge(null, 0);
	ck_assert_refused(iommufd_bind(null, null), -ENOTTY);
	ck_assert_refused(iommufd_new_ioas(null, &ioas), -ENOTTY);
	ck_assert_uint_eq(ioas, 7);
	ck_assert_refused(iommufd_attach(null, 1), -ENOTTY);
	ck_assert_refused(iommufd_map(null, 1, NULL, 0, 4096, IOMMUFD_READABLE), -ENOTTY);
	ck_assert_refused(iommufd_unmap(-1, 1, 0, 4096), -EBADF);
}
END_TEST

START_TEST(test_numbers_are_the_kernels)
{
	ck_assert_uint_eq(IOMMUFD_MAP, 0x3b85);
	ck_assert_uint_eq(IOMMUFD_DEVICE_BIND, 0x3b76);
	ck_assert_uint_eq(sizeof(struct iommufd_device_bind), 16);
}
END_TEST

CHECK_MAIN("iommufd", test_fds_that_are_something_else, test_numbers_are_the_kernels)
