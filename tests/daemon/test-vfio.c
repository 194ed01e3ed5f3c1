/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What must be there before a device is opened. The opening itself is tested in the machine. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "vfio.h"

static const struct ccw_id tape = { 0, 0, 0x580 };
static struct fake_sysfs fake;
static struct fault fault;

static int open_tape(void)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = fake_sysfs_open(&fake);
	_cleanup_close_ int dev_fd = openat(fake.scratch.fd, "dev", O_PATH | O_CLOEXEC);
	int before = scratch_count_fds(), r;
	int fds[_VFIO_FD_MAX];
	unsigned int group;

	fault = (struct fault){};
	r = vfio_open(sysfs, dev_fd, tape, fds, &group, &fault);
	ck_assert_int_eq(scratch_count_fds(), before);
	return r;
}

START_TEST(test_without_a_group_there_is_nothing_to_open)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	scratch_mkdir(&fake.scratch, "dev/vfio");
	ck_assert_int_eq(open_tape(), -EIO);
	ck_assert_int_eq(fault.code, FAULT_BIND_FAILED);
	ck_assert_ptr_nonnull(strstr(fault.text, "0.0.0580 has no VFIO group"));
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_without_the_container_node_vfio_is_not_there)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_set_group(&fake, "0.0.0580", 3);
	scratch_mkdir(&fake.scratch, "dev/vfio");
	ck_assert_int_eq(open_tape(), -EOPNOTSUPP);
	ck_assert_int_eq(fault.code, FAULT_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(fault.text, "/dev/vfio/vfio"));
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_a_node_that_is_another_device_is_not_opened)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_set_group(&fake, "0.0.0580", 3);
	scratch_write(&fake.scratch, "dev/vfio/vfio", "not a device");
	ck_assert_int_eq(open_tape(), -EOPNOTSUPP);
	scratch_symlink(&fake.scratch, "/dev/null", "dev/vfio/vfio");
	ck_assert_int_eq(open_tape(), -EOPNOTSUPP);
	fake_sysfs_deinit(&fake);
}
END_TEST

CHECK_MAIN("vfio", test_without_a_group_there_is_nothing_to_open,
	   test_without_the_container_node_vfio_is_not_there,
	   test_a_node_that_is_another_device_is_not_opened)
