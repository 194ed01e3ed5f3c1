/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What the subchannel says of its paths. */
#include "channel-path.h"
#include "check-main.h"
#include "fake-sysfs.h"
#include "macro.h"

#define TAPE "0.0.0580"

static const struct ccw_id tape = { .devno = 0x580 };
static struct channel_path paths[CHANNEL_PATHS_MAX];
static struct fake_sysfs fake;

static size_t read_paths(const char *chpids, const char *masks)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = fake_sysfs_open(&fake);

	fake_sysfs_set(&fake, TAPE, "../chpids", chpids);
	fake_sysfs_set(&fake, TAPE, "../pimpampom", masks);
	return channel_path_read(sysfs, tape, paths);
}

START_TEST(test_installed_paths_are_told_with_what_they_are_good_for)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	ck_assert_uint_eq(read_paths("40 41 00 00 00 00 00 7f\n", "c1 81 7f\n"), 3);
	ck_assert_uint_eq(paths[0].position, 0);
	ck_assert_uint_eq(paths[0].chpid, 0x40);
	ck_assert(!paths[0].is_usable); /* not operational */
	ck_assert_uint_eq(paths[1].chpid, 0x41);
	ck_assert(!paths[1].is_usable); /* not available */
	ck_assert_uint_eq(paths[2].position, 7);
	ck_assert_uint_eq(paths[2].chpid, 0x7f);
	ck_assert(paths[2].is_usable);
	ck_assert_uint_eq(read_paths("00 01 02 03 04 05 06 07\n", "ff ff ff\n"), CHANNEL_PATHS_MAX);
	fake_sysfs_deinit(&fake);
}
END_TEST

START_TEST(test_what_cannot_be_understood_has_no_paths)
{
	_cleanup_(sysfs_freep) struct sysfs *sysfs = NULL;

	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_uint_eq(channel_path_read(sysfs, tape, paths), 0);
	ck_assert_uint_eq(read_paths("40\n", "c0 80\n"), 0);
	ck_assert_uint_eq(read_paths("none\n", "c0 80 ff\n"), 0);
	ck_assert_uint_eq(read_paths("40\n", "c0 c0 ff\n"), 1);
	fake_sysfs_deinit(&fake);
}
END_TEST

CHECK_MAIN("channel-path", test_installed_paths_are_told_with_what_they_are_good_for,
	   test_what_cannot_be_understood_has_no_paths)
