/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Names of mediated devices, and what is written to make one. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "mdev.h"

#define UUID "63637762-0123-8000-8000-456789abcdef"

START_TEST(test_a_lease_has_one_uuid_for_ever)
{
	char uuid[MDEV_UUID_SIZE];

	mdev_uuid("l0123456789abcdef", uuid);
	ck_assert_str_eq(uuid, UUID);
	ck_assert_uint_eq(strlen(uuid), MDEV_UUID_SIZE - 1);
	ck_assert(mdev_is_valid(uuid));
}
END_TEST

START_TEST(test_others_are_not_ours)
{
	ck_assert(!mdev_is_valid(""));
	ck_assert(!mdev_is_valid("63637762-0123-8000-8000-456789abcde"));
	ck_assert(!mdev_is_valid("63637762-0123-8000-8000-456789abcdeff"));
	ck_assert(!mdev_is_valid("63637762-0123-8000-8000-456789abcdeF"));
	ck_assert(!mdev_is_valid("63637762-0123-4000-8000-456789abcdef"));
	ck_assert(!mdev_is_valid("63637762-01/3-8000-8000-456789abcdef"));
	ck_assert(!mdev_is_valid("6e5e3b4a-0123-8000-8000-456789abcdef"));
}
END_TEST

START_TEST(test_creation_and_removal_are_written)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	_cleanup_free_ char *created = NULL, *removed = NULL;
	struct fake_sysfs fake;
	struct sysfs_site site = mdev_site("0.0.0003", UUID);

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_add_subchannel(&fake, "0.0.0003");
	sysfs = fake_sysfs_open(&fake);
	ck_assert_str_eq(site.directory, "bus/css/devices/0.0.0003/" UUID);
	ck_assert_str_eq(site.name, UUID);
	ck_assert_int_eq(mdev_create(sysfs, "0.0.0003", UUID), -ENOENT);
	ck_assert_int_eq(mdev_remove(sysfs, "0.0.0003", UUID), -ENOENT);
	ck_assert(!mdev_is_there(sysfs, "0.0.0003", UUID));
	scratch_write(&fake.scratch,
		      "bus/css/devices/0.0.0003/mdev_supported_types/vfio_ccw-io/create", "");
	scratch_write(&fake.scratch, "bus/css/devices/0.0.0003/" UUID "/remove", "");
	ck_assert(mdev_is_there(sysfs, "0.0.0003", UUID));
	ck_assert_int_eq(mdev_create(sysfs, "0.0.0003", UUID), 0);
	ck_assert_int_eq(mdev_remove(sysfs, "0.0.0003", UUID), 0);
	created = scratch_read(&fake.scratch,
			       "bus/css/devices/0.0.0003/mdev_supported_types/vfio_ccw-io/create");
	ck_assert_str_eq(created, UUID);
	removed = scratch_read(&fake.scratch, "bus/css/devices/0.0.0003/" UUID "/remove");
	ck_assert_str_eq(removed, "1");
	fake_sysfs_deinit(&fake);
}
END_TEST

CHECK_MAIN("mdev", test_a_lease_has_one_uuid_for_ever, test_others_are_not_ours,
	   test_creation_and_removal_are_written)
