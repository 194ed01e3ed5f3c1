/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The wait for the last close, on plain files that have no notices. */
#include <errno.h>

#include "backend.h"
#include "check-main.h"
#include "fake-sysfs.h"
#include "names.h"
#include "usage.h"

#define TAPE "0.0.0580"

static const struct ccw_id tape = { 0, 0, 0x580 };
static const struct backend ours = { .kind = BACKEND_CCWBROKER };
static const struct backend vfio_ccw = {
	.kind = BACKEND_VFIO_CCW,
	.subchannel = "0.0.0003",
	.mdev = "63637762-0123-8000-8000-456789abcdef",
};
static struct fake_sysfs fake;
static struct sysfs *sysfs;
static sd_event *event;
static struct usage *usage;
static int calls;

static void on_closed(void *userdata)
{
	calls++;
	usage = (usage_free(usage), NULL);
	sd_event_exit(event, 0);
}

static int on_time(sd_event_source *source, uint64_t now, void *userdata)
{
	ck_assert_int_eq(calls, 0);
	fake_sysfs_set(&fake, TAPE, userdata, "0\n");
	return 0;
}

static void start(const char *is_open, const char *fds)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_set(&fake, TAPE, CCWB_DEVICE_OPEN, is_open);
	if (fds)
		fake_sysfs_set(&fake, TAPE, CCWB_DEVICE_FDS, fds);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sd_event_new(&event), 0);
	ck_assert_int_eq(usage_new(event, sysfs, tape, &ours, on_closed, NULL, &usage), 0);
	ck_assert_int_eq(calls, 0); /* never from within */
}

static void finish(void)
{
	event = sd_event_unref(event);
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

/* The loop ends with the call, which must not come before file has turned to 0. */
static void run_until_closed(const char *file)
{
	ck_assert_int_eq(sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, 300000, 0,
						    on_time, (void *)file),
			 0);
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(calls, 1);
}

START_TEST(test_a_closed_device_is_told_from_the_loop)
{
	start("0\n", NULL);
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(calls, 1);
	finish();
}
END_TEST

START_TEST(test_an_open_device_is_waited_for)
{
	start("1\n", "0\n");
	run_until_closed(CCWB_DEVICE_OPEN);
	finish();
}
END_TEST

START_TEST(test_an_fd_that_could_still_open_it_is_waited_for)
{
	start("0\n", "1\n");
	run_until_closed(CCWB_DEVICE_FDS);
	finish();
}
END_TEST

START_TEST(test_patience_with_an_open_device_ends)
{
	start("1\n", "1\n");
	ck_assert_int_eq(sd_event_loop(event), 0); /* nobody closes it */
	ck_assert_int_eq(calls, 1);
	finish();
}
END_TEST

START_TEST(test_patience_with_an_fd_that_could_open_it_ends)
{
	start("0\n", "1\n");
	ck_assert_int_eq(sd_event_loop(event), 0); /* nobody closes it */
	ck_assert_int_eq(calls, 1);
	finish();
}
END_TEST

START_TEST(test_a_device_that_is_not_bound_cannot_be_waited_for)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sd_event_new(&event), 0);
	ck_assert_int_eq(usage_new(event, sysfs, tape, &ours, on_closed, NULL, &usage), -ENOENT);
	finish();
}
END_TEST

START_TEST(test_one_that_is_freed_calls_nobody)
{
	start("0\n", "0\n");
	usage_free(usage);
	ck_assert_int_eq(sd_event_run(event, 0), 0);
	ck_assert_int_eq(calls, 0);
	finish();
}
END_TEST

START_TEST(test_a_group_whose_node_cannot_be_open_is_closed)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sd_event_new(&event), 0);
	ck_assert_int_eq(usage_new(event, sysfs, tape, &vfio_ccw, on_closed, NULL, &usage),
			 -ENOENT);
	/* no machine has as many groups: there is no such node */
	scratch_mkdir(&fake.scratch,
		      "bus/css/devices/0.0.0003/63637762-0123-8000-8000-456789abcdef");
	scratch_symlink(
		&fake.scratch, "../../../../kernel/iommu_groups/4000000000",
		"bus/css/devices/0.0.0003/63637762-0123-8000-8000-456789abcdef/iommu_group");
	scratch_write(&fake.scratch, "class/vfio/4000000000/dev", "1:3");
	ck_assert_int_eq(usage_new(event, sysfs, tape, &vfio_ccw, on_closed, NULL, &usage), 0);
	ck_assert_int_eq(calls, 0); /* never from within */
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(calls, 1);
	finish();
}
END_TEST

CHECK_MAIN("usage", test_a_closed_device_is_told_from_the_loop, test_an_open_device_is_waited_for,
	   test_patience_with_an_open_device_ends, test_patience_with_an_fd_that_could_open_it_ends,
	   test_an_fd_that_could_still_open_it_is_waited_for,
	   test_a_device_that_is_not_bound_cannot_be_waited_for,
	   test_one_that_is_freed_calls_nobody, test_a_group_whose_node_cannot_be_open_is_closed)
