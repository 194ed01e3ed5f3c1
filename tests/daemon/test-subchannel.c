/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What is read from and written to the css bus. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "subchannel.h"

static struct fake_sysfs fake;
static struct sysfs *sysfs;
static struct subchannel_facts facts;

static void setup(void)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_add_subchannel(&fake, "0.0.0003");
	sysfs = fake_sysfs_open(&fake);
}

static void teardown(void)
{
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

static void expect(const char *path, const char *text)
{
	_cleanup_free_ char *found = scratch_read(&fake.scratch, path);

	ck_assert_msg(strcmp(found, text) == 0, "%s: \"%s\"", path, found);
}

START_TEST(test_only_whole_names_are_valid)
{
	ck_assert(subchannel_is_valid("0.0.0003"));
	ck_assert(subchannel_is_valid("fe.3.ffff"));
	ck_assert(!subchannel_is_valid(""));
	ck_assert(!subchannel_is_valid("3"));
	ck_assert(!subchannel_is_valid("0.0.0003/"));
	ck_assert(!subchannel_is_valid("../0.0.0003"));
	ck_assert(!subchannel_is_valid("0.0.000G"));
}
END_TEST

START_TEST(test_driver_and_override_are_read)
{
	_cleanup_free_ char *found = NULL;

	setup();
	ck_assert_int_eq(subchannel_read(sysfs, "0.0.0003", &facts), 0);
	ck_assert_str_eq(facts.driver, SUBCHANNEL_DRIVER_IO);
	ck_assert_str_eq(facts.override, "");
	fake_sysfs_set_subchannel_driver(&fake, "0.0.0003", NULL);
	ck_assert_int_eq(subchannel_override(sysfs, "0.0.0003", SUBCHANNEL_DRIVER_VFIO), 0);
	ck_assert_int_eq(subchannel_read(sysfs, "0.0.0003", &facts), 0);
	ck_assert_str_eq(facts.driver, "");
	ck_assert_str_eq(facts.override, SUBCHANNEL_DRIVER_VFIO);
	ck_assert_int_eq(subchannel_override(sysfs, "0.0.0003", ""), 0);
	found = scratch_read(&fake.scratch, "bus/css/devices/0.0.0003/driver_override");
	ck_assert_int_eq(found[0], '\n'); /* over what stood there: it is a plain file */
	scratch_write(&fake.scratch, "bus/css/devices/0.0.0003/driver_override", "\n");
	ck_assert_int_eq(subchannel_read(sysfs, "0.0.0003", &facts), 0);
	ck_assert_str_eq(facts.override, "");
	teardown();
}
END_TEST

START_TEST(test_one_that_is_not_there_is_enoent)
{
	setup();
	ck_assert(subchannel_is_there(sysfs, "0.0.0003"));
	ck_assert(!subchannel_is_there(sysfs, "0.0.0004"));
	ck_assert_int_eq(subchannel_read(sysfs, "0.0.0004", &facts), -ENOENT);
	ck_assert_int_eq(subchannel_override(sysfs, "0.0.0004", "x"), -ENOENT);
	teardown();
}
END_TEST

START_TEST(test_drivers_are_told_of_it)
{
	setup();
	ck_assert(subchannel_has_driver(sysfs, SUBCHANNEL_DRIVER_VFIO));
	ck_assert(!subchannel_has_driver(sysfs, "chsc_subchannel"));
	ck_assert_int_eq(subchannel_unbind(sysfs, "0.0.0003", SUBCHANNEL_DRIVER_IO), 0);
	expect("bus/css/drivers/io_subchannel/unbind", "0.0.0003");
	ck_assert_int_eq(subchannel_bind(sysfs, "0.0.0003", SUBCHANNEL_DRIVER_VFIO), 0);
	expect("bus/css/drivers/vfio_ccw/bind", "0.0.0003");
	ck_assert_int_eq(subchannel_bind(sysfs, "0.0.0003", "none"), -ENOENT);
	teardown();
}
END_TEST

CHECK_MAIN("subchannel", test_only_whole_names_are_valid, test_driver_and_override_are_read,
	   test_one_that_is_not_there_is_enoent, test_drivers_are_told_of_it)
