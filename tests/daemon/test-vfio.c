/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What must be there before a device is opened. The opening itself is tested in the machine. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "vfio.h"

static const struct sysfs_site site = { "bus/ccw/devices/0.0.0580", "0.0.0580" };
static struct fake_sysfs fake;
static struct fault fault;

static int open_tape_by(enum iommu iommu)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = fake_sysfs_open(&fake);
	_cleanup_close_ int dev_fd = openat(fake.scratch.fd, "dev", O_PATH | O_CLOEXEC);
	int before = scratch_count_fds(), r;
	int fds[VFIO_FDS_MAX];
	unsigned int n;

	fault = (struct fault){};
	r = vfio_open(sysfs, dev_fd, &site, iommu, fds, &n, &iommu, &fault);
	ck_assert_int_eq(scratch_count_fds(), before);
	return r;
}

static int open_tape(void)
{
	return open_tape_by(IOMMU_GROUP);
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

START_TEST(test_without_iommufd_the_reason_says_what_to_do)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	scratch_mkdir(&fake.scratch, "dev/vfio");
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(vfio_check(sysfs, IOMMU_GROUP, &fault), 0);
	ck_assert_int_eq(vfio_check(sysfs, IOMMU_AUTO, &fault), 0);
	ck_assert_int_eq(vfio_check(sysfs, IOMMU_IOMMUFD, &fault), -EOPNOTSUPP);
	ck_assert_int_eq(fault.code, FAULT_NOT_SUPPORTED);
	ck_assert_int_eq(open_tape_by(IOMMU_IOMMUFD), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(fault.text, "no node /dev/iommu for iommufd"));
	ck_assert_ptr_nonnull(strstr(fault.text, "leave out the option iommu"));
	fake_sysfs_deinit(&fake);
}
END_TEST

/* What "auto" goes for is seen by what it complains of: there is no group, and no node of it. */
START_TEST(test_auto_is_iommufd_only_where_both_nodes_are)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	scratch_mkdir(&fake.scratch, "dev/vfio");
	ck_assert_int_eq(open_tape_by(IOMMU_AUTO), -EIO);
	ck_assert_ptr_nonnull(strstr(fault.text, "has no VFIO group"));
	scratch_write(&fake.scratch, "class/misc/iommu/dev", "10:259\n");
	ck_assert_int_eq(open_tape_by(IOMMU_AUTO), -EIO);
	ck_assert_ptr_nonnull(strstr(fault.text, "has no VFIO group"));
	fake_sysfs_set(&fake, "0.0.0580", "vfio-dev/vfio0/dev", "247:0\n");
	scratch_write(&fake.scratch, "dev/iommu", "not a device");
	ck_assert_int_eq(open_tape_by(IOMMU_AUTO), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(fault.text, "no node /dev/iommu for iommufd"));
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_each_way_has_its_node_and_names)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	char path[IOMMU_PATH_SIZE];

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_lt(vfio_node_path(sysfs, &site, IOMMU_GROUP, path), 0);
	ck_assert_int_lt(vfio_node_path(sysfs, &site, IOMMU_IOMMUFD, path), 0);
	fake_sysfs_set_group(&fake, "0.0.0580", 3);
	fake_sysfs_set(&fake, "0.0.0580", "vfio-dev/vfio4/dev", "247:4\n");
	ck_assert_int_eq(vfio_node_path(sysfs, &site, IOMMU_GROUP, path), 0);
	ck_assert_str_eq(path, "/dev/vfio/3");
	ck_assert_int_eq(vfio_node_path(sysfs, &site, IOMMU_IOMMUFD, path), 0);
	ck_assert_str_eq(path, "/dev/vfio/devices/vfio4");
	ck_assert_str_eq(vfio_fd_name(IOMMU_GROUP, 2), "device");
	ck_assert_ptr_null(vfio_fd_name(IOMMU_GROUP, 3));
	ck_assert_str_eq(vfio_fd_name(IOMMU_IOMMUFD, 0), "iommufd");
	ck_assert_ptr_null(vfio_fd_name(IOMMU_IOMMUFD, 2));
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_a_node_that_is_another_device_is_not_shared)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	int dev_fd;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	scratch_mkdir(&fake.scratch, "dev/vfio");
	dev_fd = openat(fake.scratch.fd, "dev", O_PATH | O_CLOEXEC);
	fault = (struct fault){};
	ck_assert_int_eq(vfio_share(sysfs, dev_fd, &site, 1001, &fault), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(fault.text, "/dev/vfio/vfio"));
	ck_assert_int_lt(vfio_unshare(sysfs, dev_fd, &site), 0); /* no group */
	fake_sysfs_set_group(&fake, "0.0.0580", 3);
	ck_assert_int_lt(vfio_unshare(sysfs, dev_fd, &site), 0); /* no node */
	macro_close(dev_fd);
	fake_sysfs_deinit(&fake);
}
END_TEST

CHECK_MAIN("vfio", test_without_a_group_there_is_nothing_to_open,
	   test_without_the_container_node_vfio_is_not_there,
	   test_a_node_that_is_another_device_is_not_opened,
	   test_a_node_that_is_another_device_is_not_shared,
	   test_without_iommufd_the_reason_says_what_to_do,
	   test_auto_is_iommufd_only_where_both_nodes_are, test_each_way_has_its_node_and_names)
