/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The way back from vfio_ccw as the worker goes it: what it writes, and what it says where it cannot go
 * on. The files have no effect; every order of steps is in test-plan-css.c, the whole way in the machine.
 */
#include <errno.h>
#include <string.h>

#include "binder-css.h"
#include "check-main.h"
#include "fake-sysfs.h"
#include "subchannel.h"

#define MDEV "63637762-0123-8000-8000-456789abcdef"

static const struct ccw_id tape = { 0, 0, 0x580 };
static const struct backend backend = { BACKEND_VFIO_CCW, "0.0.0003", MDEV };
static struct plan_origin origin;
static struct fake_sysfs fake;
static struct sysfs *sysfs;
static struct fault fault;

static void setup(void)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_add_subchannel(&fake, "0.0.0003");
	sysfs = fake_sysfs_open(&fake);
	fault = (struct fault){};
	origin = (struct plan_origin){ .driver = "tape_34xx" };
}

static void teardown(void)
{
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

static int go_back(void)
{
	const struct step_scene scene = { .sysfs = sysfs, .id = tape, .backend = &backend };

	return binder_css_return(&scene, &origin, &fault);
}

static void expect(const char *path, const char *text)
{
	_cleanup_free_ char *found = scratch_read(&fake.scratch, path);

	ck_assert_msg(strcmp(found, text) == 0, "%s: \"%s\"", path, found);
}

START_TEST(test_nothing_is_done_where_nothing_was_done)
{
	setup();
	ck_assert_int_eq(go_back(), 0);
	expect("bus/css/drivers/io_subchannel/bind", "");
	expect("bus/css/devices/0.0.0003/driver_override", "(null)");
	expect("bus/ccw/drivers/tape_34xx/bind", "");
	expect("bus/ccw/devices/0.0.0580/online", "0");
	teardown();
}
END_TEST

START_TEST(test_the_way_back_is_written)
{
	_cleanup_free_ char *override = NULL;

	setup();
	origin.is_online = true;
	fake_sysfs_set_subchannel_driver(&fake, "0.0.0003", "vfio_ccw");
	scratch_write(&fake.scratch, "bus/css/devices/0.0.0003/driver_override", "vfio_ccw\n");
	scratch_write(&fake.scratch, "bus/css/devices/0.0.0003/" MDEV "/remove", "");
	ck_assert_int_eq(go_back(), 0);
	expect("bus/css/devices/0.0.0003/" MDEV "/remove", "1");
	expect("bus/css/drivers/vfio_ccw/unbind", "0.0.0003");
	override = scratch_read(&fake.scratch, "bus/css/devices/0.0.0003/driver_override");
	ck_assert_int_eq(override[0], '\n'); /* over what stood there: it is a plain file */
	expect("bus/css/drivers/io_subchannel/bind", "0.0.0003");
	expect("bus/ccw/devices/0.0.0580/online", "1");
	teardown();
}
END_TEST

START_TEST(test_another_driver_than_the_original_is_put_right)
{
	setup();
	fake_sysfs_set_driver(&fake, "0.0.0580", "dasd-eckd");
	ck_assert_int_eq(go_back(), 0);
	expect("bus/ccw/drivers/dasd-eckd/unbind", "0.0.0580");
	expect("bus/ccw/drivers/tape_34xx/bind", "0.0.0580");
	teardown();
}
END_TEST

START_TEST(test_a_step_that_fails_is_named)
{
	static const char *const barred[][2] = {
		{ "bus/css/devices/0.0.0003/" MDEV "/remove", "remove the mediated device" },
		{ "bus/css/drivers/vfio_ccw/unbind", "unbind the subchannel from vfio_ccw" },
		{ "bus/css/drivers/io_subchannel/bind", "bind the subchannel to io_subchannel" },
		{ "bus/ccw/devices/0.0.0580/online", "wait for the device to come back" },
		{ "bus/ccw/drivers/tape_34xx/bind", "bind to tape_34xx" },
	};
	size_t n;

	for (n = 0; n < ARRAY_SIZE(barred); n++) {
		setup();
		fake_sysfs_set_driver(&fake, "0.0.0580", NULL);
		fake_sysfs_set_subchannel_driver(&fake, "0.0.0003", "vfio_ccw");
		scratch_write(&fake.scratch, "bus/css/devices/0.0.0003/" MDEV "/remove", "");
		scratch_remove(&fake.scratch, barred[n][0]);
		scratch_mkdir(&fake.scratch, barred[n][0]);
		/* a directory in a file's place: one that is there, and cannot be written */
		ck_assert_int_eq(go_back(), -EIO);
		ck_assert_int_eq(fault.code, FAULT_RESTORE_FAILED);
		ck_assert_msg(strstr(fault.text, barred[n][1]) != NULL, "%s", fault.text);
		teardown();
	}
}
END_TEST

START_TEST(test_a_subchannel_that_is_gone_took_the_device_with_it)
{
	setup();
	fake_sysfs_remove(&fake, "0.0.0580");
	scratch_remove(&fake.scratch, "bus/css/devices/0.0.0003");
	ck_assert_int_eq(go_back(), -ENODEV);
	ck_assert_int_eq(fault.code, FAULT_DEVICE_GONE);
	teardown();
}
END_TEST

START_TEST(test_a_device_on_another_subchannel_is_settled_there)
{
	setup();
	scratch_remove(&fake.scratch, "bus/css/devices/0.0.0003");
	origin.is_online = true;
	ck_assert_int_eq(go_back(), 0);
	expect("bus/ccw/devices/0.0.0580/online", "1");
	teardown();
}
END_TEST

CHECK_MAIN("binder-css", test_nothing_is_done_where_nothing_was_done, test_the_way_back_is_written,
	   test_another_driver_than_the_original_is_put_right, test_a_step_that_fails_is_named,
	   test_a_subchannel_that_is_gone_took_the_device_with_it,
	   test_a_device_on_another_subchannel_is_settled_there)
