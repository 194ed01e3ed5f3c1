/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* A configuration of chzdev is found for its device, and for no other. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "check-main.h"
#include "limits.h"
#include "scratch.h"
#include "zdev.h"

static const struct ccw_id disk = { 0, 0, 0x0120 };
static struct scratch scratch;
static char *path;

static int find(void)
{
	char root[80];

	snprintf(root, sizeof(root), "%s/", scratch.path);
	free(TAKE_PTR(path));
	return zdev_find(root, disk, &path);
}

START_TEST(test_without_rules_there_is_none)
{
	scratch_init(&scratch);
	ck_assert_int_eq(find(), 0);
	scratch_write(&scratch, "etc/udev/rules.d/41-dasd-eckd-0.0.0121.rules", "");
	scratch_write(&scratch, "etc/udev/rules.d/41-dasd-eckd-0.0.0120.rules.old", "");
	scratch_write(&scratch, "etc/udev/rules.d/99-mine-0.0.0120.rules", "");
	scratch_write(&scratch, "etc/udev/rules.d/41-cio-ignore.rules", "");
	ck_assert_int_eq(find(), 0);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_rule_of_a_person_or_of_the_firmware_is_found)
{
	scratch_init(&scratch);
	scratch_write(&scratch, "run/udev/rules.d/41-dasd-eckd-0.0.0120.rules", "");
	ck_assert_int_eq(find(), 1);
	ck_assert_ptr_nonnull(strstr(path, "/run/udev/rules.d/41-dasd-eckd-0.0.0120.rules"));
	scratch_write(&scratch, "etc/udev/rules.d/41-dasd-eckd-0.0.0120.rules", "");
	ck_assert_int_eq(find(), 1);
	ck_assert_ptr_nonnull(strstr(path, "/etc/udev/rules.d/41-dasd-eckd-0.0.0120.rules"));
	free(TAKE_PTR(path));
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_only_so_many_files_are_looked_at)
{
	struct ccw_id last = disk, beyond = disk;
	_cleanup_closedir_ DIR *dir = NULL;
	const struct dirent *entry;
	unsigned int n, devno;
	char name[sizeof(scratch.path) + 32];

	scratch_use_memory();
	scratch_init(&scratch);
	for (n = 0; n < LIMIT_RULE_FILES + 8; n++) {
		snprintf(name, sizeof(name), "run/udev/rules.d/41-x-0.0.%04x.rules", n);
		scratch_write(&scratch, name, "");
	}
	dir = fdopendir(openat(scratch.fd, "run/udev/rules.d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	ck_assert_ptr_nonnull(dir);
	for (n = 0; n <= LIMIT_RULE_FILES && (entry = readdir(dir)); n++)
		if (sscanf(entry->d_name, "41-x-0.0.%x", &devno) == 1)
			*(n < LIMIT_RULE_FILES ? &last : &beyond) =
				(struct ccw_id){ .devno = (uint16_t)devno };
	snprintf(name, sizeof(name), "%s/", scratch.path);
	ck_assert_int_eq(zdev_find(name, last, &path), 1);
	free(TAKE_PTR(path));
	ck_assert_int_eq(zdev_find(name, beyond, &path), 0);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_root_that_is_not_there_is_an_error)
{
	ck_assert_int_eq(zdev_find("/nonexistent/", disk, &path), -ENOENT);
}
END_TEST

CHECK_MAIN("zdev", test_without_rules_there_is_none,
	   test_a_rule_of_a_person_or_of_the_firmware_is_found,
	   test_only_so_many_files_are_looked_at, test_a_root_that_is_not_there_is_an_error)
