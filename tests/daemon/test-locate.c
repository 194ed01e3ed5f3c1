/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Other names of devices. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "locate.h"
#include "macro.h"

#include <stdio.h>

static struct fake_sysfs fake;

static int by_subchannel(const char *text, char *ret)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = fake_sysfs_open(&fake);
	struct ccw_id subchannel, id;
	int r;

	ck_assert_int_ge(ccw_id_parse(text, &subchannel), 0);
	r = locate_subchannel(sysfs, subchannel, &id);
	if (r >= 0)
		ccw_id_format(id, ret);
	return r;
}

START_TEST(test_a_subchannel_leads_to_its_device)
{
	char id[CCW_ID_STRING_SIZE];

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	ck_assert_int_ge(by_subchannel("0.0.0003", id), 0);
	ck_assert_str_eq(id, "0.0.0580");
	ck_assert_int_eq(by_subchannel("0.0.0004", id), -ENOENT);
	scratch_mkdir(&fake.scratch, "bus/css/devices/0.0.0005/driver");
	ck_assert_int_eq(by_subchannel("0.0.0005", id), -ENOENT); /* nothing behind it */
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_paths_are_of_dev_only)
{
	ck_assert(locate_path_is_valid("/dev/dasda"));
	ck_assert(locate_path_is_valid("/dev/disk/by-path/ccw-0.0.0120"));
	ck_assert(!locate_path_is_valid("/dev/"));
	ck_assert(!locate_path_is_valid("dasda"));
	ck_assert(!locate_path_is_valid("/device"));
	ck_assert(!locate_path_is_valid("/dev/../etc"));
	ck_assert(!locate_path_is_valid(""));
}
END_TEST

static int by_node(const char *link, char *ret)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = fake_sysfs_open(&fake);
	struct ccw_id id;
	int r;

	if (scratch_has(&fake.scratch, "dev/char/1:3"))
		scratch_remove(&fake.scratch, "dev/char/1:3");
	if (link)
		scratch_symlink(&fake.scratch, link, "dev/char/1:3");
	r = locate_node(sysfs, "/dev/null", &id);
	if (r >= 0)
		ccw_id_format(id, ret);
	return r;
}

START_TEST(test_a_node_leads_to_its_device)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	char id[CCW_ID_STRING_SIZE];
	struct ccw_id found;

	if (!check_has_openat2())
		return;
	fake_sysfs_init(&fake);
	ck_assert_int_eq(by_node(NULL, id), -ENODEV);
	ck_assert_int_ge(by_node("../../devices/css0/0.0.0003/0.0.0580/tape390/ntibm0", id), 0);
	ck_assert_str_eq(id, "0.0.0580");
	ck_assert_int_ge(by_node("../../devices/css0/0.0.0001/0.0.0120/block/dasda/dasda1", id), 0);
	ck_assert_str_eq(id, "0.0.0120");
	ck_assert_int_eq(by_node("../../devices/virtual/mem/null", id), -ENODEV);
	/* a subchannel alone is no device, and another bus has no channel devices */
	ck_assert_int_eq(by_node("../../devices/css0/0.0.0003/misc/x", id), -ENODEV);
	ck_assert_int_eq(by_node("../../devices/pci0/0.0.0003/0.0.0580", id), -ENODEV);
	ck_assert_int_eq(by_node("../../devices/css0/0.0.0003/580/x", id), -ENODEV);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(locate_node(sysfs, "/dev/no-such-node", &found), -ENOENT);
	ck_assert_int_eq(locate_node(sysfs, "/dev/null/x", &found), -ENOENT);
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_links_are_followed_within_dev_only)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;
	char path[64];
	struct ccw_id id;

	fake_sysfs_init(&fake);
	sysfs = fake_sysfs_open(&fake);
	/* a directory of another file system, where anybody may put a link to anywhere */
	snprintf(path, sizeof(path), "/dev/shm/ccwb-locate-%d", (int)getpid());
	if (symlink("/dev/null", path) == 0) {
		ck_assert_int_lt(locate_node(sysfs, path, &id), 0);
		ck_assert_int_eq(unlink(path), 0);
	}
	fake_sysfs_deinit(&fake);
}
END_TEST

CHECK_MAIN("locate", test_a_subchannel_leads_to_its_device, test_paths_are_of_dev_only,
	   test_a_node_leads_to_its_device, test_links_are_followed_within_dev_only)
