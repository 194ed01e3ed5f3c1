/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What each step writes, when it counts as done, and how long the waiting ones wait. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "names.h"
#include "step.h"

#define MDEV		"63637762-0123-8000-8000-456789abcdef"
#define SUBCHANNEL_PATH "bus/css/devices/0.0.0003/"
#define RESCAN		"devices/css0/rescan"

static const struct ccw_id tape = { 0, 0, 0x580 };
static const struct backend vfio_ccw = { BACKEND_VFIO_CCW, "0.0.0003", MDEV };
static const struct backend ours = { .kind = BACKEND_CCWBROKER };
static struct fake_sysfs fake;
static struct sysfs *sysfs;

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

static int run(const struct backend *backend, enum plan_action action, const char *driver)
{
	const struct step_scene scene = { .sysfs = sysfs, .id = tape, .backend = backend };
	struct plan_step step = { .action = action };

	strcpy(step.driver, driver);
	return step_run(&scene, &step, 0, 1);
}

static void expect(const char *path, const char *text)
{
	_cleanup_free_ char *found = scratch_read(&fake.scratch, path);

	ck_assert_msg(strcmp(found, text) == 0, "%s: \"%s\"", path, found);
}

START_TEST(test_each_step_writes_one_thing)
{
	setup();
	scratch_write(&fake.scratch, SUBCHANNEL_PATH "mdev_supported_types/vfio_ccw-io/create", "");
	scratch_write(&fake.scratch, SUBCHANNEL_PATH MDEV "/remove", "");
	fake_sysfs_set(&fake, "0.0.0580", CCWB_DEVICE_REVOKE, "0");
	ck_assert_int_eq(run(&ours, PLAN_ONLINE, ""), 0);
	expect("bus/ccw/devices/0.0.0580/online", "1");
	ck_assert_int_eq(run(&ours, PLAN_OFFLINE, ""), 0);
	expect("bus/ccw/devices/0.0.0580/online", "0");
	ck_assert_int_eq(run(&ours, PLAN_REVOKE, ""), 0);
	expect("bus/ccw/devices/0.0.0580/" CCWB_DEVICE_REVOKE, "1");
	ck_assert_int_eq(run(&ours, PLAN_UNBIND, "tape_34xx"), 0);
	expect("bus/ccw/drivers/tape_34xx/unbind", "0.0.0580");
	ck_assert_int_eq(run(&ours, PLAN_BIND, "dasd-eckd"), 0);
	expect("bus/ccw/drivers/dasd-eckd/bind", "0.0.0580");
	ck_assert_int_eq(run(&ours, PLAN_CLAIM, ""), 0);
	expect("bus/ccw/drivers/ccwbroker/claim", "0.0.0580");
	ck_assert_int_eq(run(&ours, PLAN_UNCLAIM, ""), 0);
	expect("bus/ccw/drivers/ccwbroker/claim", "-0.0.0580");
	ck_assert_int_eq(run(&vfio_ccw, PLAN_OVERRIDE, "vfio_ccw"), 0);
	expect(SUBCHANNEL_PATH "driver_override", "vfio_ccw");
	ck_assert_int_eq(run(&vfio_ccw, PLAN_SUBCHANNEL_UNBIND, "io_subchannel"), 0);
	expect("bus/css/drivers/io_subchannel/unbind", "0.0.0003");
	ck_assert_int_eq(run(&vfio_ccw, PLAN_SUBCHANNEL_BIND, "vfio_ccw"), 0);
	expect("bus/css/drivers/vfio_ccw/bind", "0.0.0003");
	ck_assert_int_eq(run(&vfio_ccw, PLAN_MDEV_CREATE, ""), 0);
	expect(SUBCHANNEL_PATH "mdev_supported_types/vfio_ccw-io/create", MDEV);
	ck_assert_int_eq(run(&vfio_ccw, PLAN_MDEV_REMOVE, ""), 0);
	expect(SUBCHANNEL_PATH MDEV "/remove", "1");
	teardown();
}
END_TEST

START_TEST(test_what_holds_already_has_not_failed)
{
	setup();
	scratch_remove(&fake.scratch, "bus/css/drivers");
	scratch_remove(&fake.scratch, "bus/ccw/drivers");
	/* nothing can be written any more */
	ck_assert_int_eq(run(&vfio_ccw, PLAN_SUBCHANNEL_UNBIND, "vfio_ccw"), 0);
	ck_assert_int_eq(run(&vfio_ccw, PLAN_SUBCHANNEL_BIND, "io_subchannel"), 0);
	ck_assert_int_eq(run(&vfio_ccw, PLAN_MDEV_REMOVE, ""), 0);
	ck_assert_int_eq(run(&vfio_ccw, PLAN_UNBIND, "dasd-eckd"), 0);
	ck_assert_int_eq(run(&vfio_ccw, PLAN_BIND, "tape_34xx"), 0);
	ck_assert_int_eq(run(&vfio_ccw, PLAN_SUBCHANNEL_UNBIND, "io_subchannel"), -ENOENT);
	ck_assert_int_eq(run(&vfio_ccw, PLAN_SUBCHANNEL_BIND, "vfio_ccw"), -ENOENT);
	ck_assert_int_eq(run(&vfio_ccw, PLAN_MDEV_CREATE, ""), -ENOENT);
	ck_assert_int_eq(run(&vfio_ccw, PLAN_BIND, "dasd-eckd"), -ENOENT);
	teardown();
}
END_TEST

START_TEST(test_a_group_is_looked_for_where_the_backend_has_it)
{
	setup();
	fake_sysfs_set_group(&fake, "0.0.0580", 3);
	ck_assert_int_eq(run(&ours, PLAN_WAIT_GROUP, ""), 0);
	scratch_mkdir(&fake.scratch, SUBCHANNEL_PATH MDEV);
	scratch_symlink(&fake.scratch, "../../../../kernel/iommu_groups/4",
			SUBCHANNEL_PATH MDEV "/iommu_group");
	ck_assert_int_eq(run(&vfio_ccw, PLAN_WAIT_GROUP, ""), 0);
	teardown();
}
END_TEST

START_TEST(test_a_device_without_driver_has_come_back_as_well)
{
	const struct plan_step anew = { .action = PLAN_WAIT_DEVICE, .is_anew = true };
	struct step_scene scene = { .id = tape, .backend = &vfio_ccw };
	struct timespec begin, end;

	setup();
	scene.sysfs = sysfs;
	ck_assert_int_eq(run(&vfio_ccw, PLAN_WAIT_DEVICE, ""), 0);
	fake_sysfs_set_driver(&fake, "0.0.0580", NULL);
	ck_assert_int_eq(run(&vfio_ccw, PLAN_WAIT_DEVICE, ""), 0);
	/* one that has just been recognized is given a moment for its driver */
	clock_gettime(CLOCK_MONOTONIC, &begin);
	ck_assert_int_eq(step_run(&scene, &anew, 0, 1), 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ck_assert_int_ge((end.tv_sec - begin.tv_sec) * 1000 +
				 (end.tv_nsec - begin.tv_nsec) / 1000000,
			 LIMIT_DRIVER_WAIT_MS);
	teardown();
}
END_TEST

/* In the kernel's place: recognizes the tape as soon as it is told to look again. */
static pid_t start_looking(void)
{
	const struct timespec pause = { .tv_nsec = 5 * 1000 * 1000 };
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	while (pid == 0) {
		_cleanup_free_ char *found = scratch_read(&fake.scratch, RESCAN);

		if (*found) {
			fake_sysfs_add_tape(&fake);
			_exit(0);
		}
		(void)nanosleep(&pause, NULL);
	}
	return pid;
}

START_TEST(test_a_device_that_did_not_answer_is_asked_again)
{
	const struct plan_step again = { .action = PLAN_WAIT_DEVICE };
	struct step_scene scene = { .id = tape, .backend = &vfio_ccw };
	pid_t kernel;

	setup();
	scene.sysfs = sysfs;
	fake_sysfs_remove(&fake, "0.0.0580");
	scratch_write(&fake.scratch, RESCAN, "");
	kernel = start_looking();
	ck_assert_int_eq(step_run(&scene, &again, 0, 1), 0);
	ck_assert_int_eq(waitpid(kernel, NULL, 0), kernel);
	expect(RESCAN, "1");
	teardown();
}
END_TEST

START_TEST(test_a_subchannel_that_goes_takes_its_device_with_it)
{
	setup();
	fake_sysfs_remove(&fake, "0.0.0580");
	scratch_remove(&fake.scratch, "bus/css/devices/0.0.0003");
	ck_assert_int_eq(run(&vfio_ccw, PLAN_WAIT_DEVICE, ""), -ENODEV);
	teardown();
}
END_TEST

CHECK_MAIN("step", test_each_step_writes_one_thing, test_what_holds_already_has_not_failed,
	   test_a_group_is_looked_for_where_the_backend_has_it,
	   test_a_device_without_driver_has_come_back_as_well,
	   test_a_device_that_did_not_answer_is_asked_again,
	   test_a_subchannel_that_goes_takes_its_device_with_it)
