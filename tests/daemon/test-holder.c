/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What is made of block devices is called what its owner calls it, and how to take it apart is right. */
#include <fcntl.h>
#include <string.h>

#include "check-main.h"
#include "holder.h"
#include "macro.h"
#include "scratch.h"

static struct scratch scratch;
static struct holder holder;

static void describe(const char *label, const char *uuid)
{
	scratch_init(&scratch);
	scratch_write(&scratch, "dm-7/dm/name", label);
	scratch_write(&scratch, "dm-7/dm/uuid", uuid);
	holder_describe(scratch.fd, "dm-7", &holder);
	scratch_deinit(&scratch);
}

START_TEST(test_a_logical_volume_has_a_group_and_hyphens_are_undone)
{
	describe("my--vg-my--home--2\n", "LVM-Y1\n");
	ck_assert_str_eq(holder.what, "LVM logical volume my-vg/my-home-2 (dm-7)");
	ck_assert_ptr_nonnull(strstr(holder.how, "vgchange -an my-vg"));
}
END_TEST

START_TEST(test_other_mapped_devices_are_told_apart)
{
	describe("secret\n", "CRYPT-LUKS2-1\n");
	ck_assert_str_eq(holder.what, "encrypted volume secret (dm-7)");
	ck_assert_str_eq(holder.how, "run: cryptsetup close secret");
	describe("mpatha\n", "mpath-36005\n");
	ck_assert_str_eq(holder.how, "run: multipath -f mpatha");
	describe("odd\n", "\n");
	ck_assert_str_eq(holder.how, "run: dmsetup remove odd");
	/* no volume of LVM is called so: do not pretend to know its group */
	describe("odd\n", "LVM-Y1\n");
	ck_assert_str_eq(holder.how, "run: dmsetup remove odd");
}
END_TEST

START_TEST(test_an_array_has_its_level)
{
	scratch_init(&scratch);
	scratch_write(&scratch, "md0/md/level", "raid1\n");
	holder_describe(scratch.fd, "md0", &holder);
	ck_assert_str_eq(holder.what, "raid1 array md0");
	ck_assert_str_eq(holder.how, "run: mdadm --stop /dev/md0");
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_what_nobody_names_goes_by_its_device)
{
	scratch_init(&scratch);
	holder_describe(scratch.fd, "loop1", &holder);
	ck_assert_str_eq(holder.what, "block device loop1");
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_names_are_shown_printable)
{
	describe("a\033[2Jb-c\n", "LVM-Y1\n");
	ck_assert_ptr_null(strchr(holder.what, '\033'));
	ck_assert_ptr_null(strchr(holder.how, '\033'));
}
END_TEST

CHECK_MAIN("holder", test_a_logical_volume_has_a_group_and_hyphens_are_undone,
	   test_other_mapped_devices_are_told_apart, test_an_array_has_its_level,
	   test_what_nobody_names_goes_by_its_device, test_names_are_shown_printable)
