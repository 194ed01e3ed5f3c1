/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* A reset that cannot begin leaves nothing open. What it does needs VFIO and the module. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "reset.h"

START_TEST(test_a_device_that_is_not_bound_is_not_reset)
{
	struct sysfs_site site = sysfs_site((struct ccw_id){ 0, 0, 0x580 });
	struct fake_sysfs fake;
	struct sysfs *sysfs;
	struct fault fault = {};
	int before, dev_fd;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	before = scratch_count_fds();
	dev_fd = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_lt(reset_device(sysfs, dev_fd, &site, &fault), 0);
	ck_assert_int_ne(fault.code, FAULT_NONE);
	macro_close(dev_fd);
	ck_assert_int_eq(scratch_count_fds(), before);
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}
END_TEST

CHECK_MAIN("reset", test_a_device_that_is_not_bound_is_not_reset)
