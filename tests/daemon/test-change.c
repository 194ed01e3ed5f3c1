/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What is written to bind by request, and back again; the sweep shows the rest (test-step-sweep.c). */
#include <errno.h>
#include <string.h>

#include "change.h"
#include "check-main.h"
#include "fake-sysfs.h"

static struct fake_sysfs fake;
static struct sysfs *sysfs;
static struct change change;
static struct worker_result result;

static void setup(enum change_kind kind, const char *driver)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_set(&fake, "0.0.0580", "online", "1\n");
	sysfs = fake_sysfs_open(&fake);
	change = (struct change){ .sysfs = sysfs, .id = { 0, 0, 0x580 }, .kind = kind };
	strcpy(change.driver, driver);
	result = (struct worker_result){};
}

static void teardown(void)
{
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

static void expect_driver(const char *driver, const char *file, const char *text)
{
	_cleanup_free_ char *found = fake_sysfs_get_driver(&fake, driver, file);

	ck_assert_msg(strcmp(found, text) == 0, "%s/%s: %s", driver, file, found);
}

START_TEST(test_a_driver_that_is_not_there_is_not_bound_to)
{
	setup(CHANGE_BIND, "vmur");
	change_run(&change, &result);
	ck_assert_int_eq(result.fault.code, FAULT_NOT_SUPPORTED);
	expect_driver("tape_34xx", "unbind", "");
	teardown();
}
END_TEST

START_TEST(test_binding_goes_the_way_of_the_plan)
{
	setup(CHANGE_BIND, "ccwbroker");
	change_run(&change, &result);
	ck_assert_int_eq(result.r, 0);
	expect_driver("tape_34xx", "unbind", "0.0.0580");
	expect_driver("ccwbroker", "claim", "0.0.0580");
	expect_driver("ccwbroker", "bind", "0.0.0580");
	teardown();
}
END_TEST

START_TEST(test_a_bind_that_fails_is_taken_back)
{
	_cleanup_free_ char *online = NULL;

	setup(CHANGE_BIND, "ccwbroker");
	scratch_remove(&fake.scratch, "bus/ccw/drivers/ccwbroker/bind");
	scratch_mkdir(&fake.scratch, "bus/ccw/drivers/ccwbroker/bind");
	change_run(&change, &result);
	ck_assert_int_eq(result.fault.code, FAULT_BIND_FAILED);
	expect_driver("ccwbroker", "claim", "-0.0.0580");
	expect_driver("tape_34xx", "bind", "0.0.0580");
	online = fake_sysfs_get(&fake, "0.0.0580", "online");
	ck_assert_str_eq(online, "1");
	teardown();
}
END_TEST

START_TEST(test_one_that_is_gone_is_said_to_be)
{
	setup(CHANGE_RESET, "");
	fake_sysfs_remove(&fake, "0.0.0580");
	change_run(&change, &result);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_GONE);
	teardown();
}
END_TEST

START_TEST(test_a_rehearsal_says_what_would_be_refused_and_writes_nothing)
{
	setup(CHANGE_BIND, "ccwbroker");
	change_rehearse(&change, &result);
	ck_assert_int_eq(result.r, 0);
	expect_driver("tape_34xx", "unbind", "");
	expect_driver("ccwbroker", "claim", "");
	strcpy(change.driver, "vmur");
	change_rehearse(&change, &result);
	ck_assert_int_eq(result.fault.code, FAULT_NOT_SUPPORTED);
	fake_sysfs_remove(&fake, "0.0.0580");
	result = (struct worker_result){};
	change.kind = CHANGE_RESET;
	change_rehearse(&change, &result);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_GONE);
	teardown();
}
END_TEST

CHECK_MAIN("change", test_a_rehearsal_says_what_would_be_refused_and_writes_nothing,
	   test_a_driver_that_is_not_there_is_not_bound_to, test_binding_goes_the_way_of_the_plan,
	   test_a_bind_that_fails_is_taken_back, test_one_that_is_gone_is_said_to_be)
