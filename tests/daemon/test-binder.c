/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What the worker writes, and takes back when it cannot go on. The files here have no effect, so
 * each test ends where a kernel would have gone on; the whole way is tested in the machine.
 */
#include <errno.h>
#include <string.h>

#include "binder.h"
#include "check-main.h"
#include "fake-sysfs.h"
#include "names.h"

static struct fake_sysfs fake;
static struct sysfs *sysfs;
static struct binder_job job;
static struct worker_result result;

static void setup(void)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	job = (struct binder_job){ .sysfs = sysfs, .id = { 0, 0, 0x580 } };
	strcpy(job.origin.driver, "tape_34xx");
	result = (struct worker_result){ .r = 1 };
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

static void expect_online(const char *text)
{
	_cleanup_free_ char *found = fake_sysfs_get(&fake, "0.0.0580", "online");

	ck_assert_str_eq(found, text);
}

START_TEST(test_without_the_module_nothing_is_touched)
{
	setup();
	fake_sysfs_set(&fake, "0.0.0580", "online", "1\n");
	scratch_remove(&fake.scratch, "bus/ccw/drivers/ccwbroker");
	binder_acquire(&job, &result);
	ck_assert_int_eq(result.r, -EOPNOTSUPP);
	ck_assert_int_eq(result.fault.code, FAULT_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(result.fault.text, "modprobe ccwbroker"));
	expect_online("1");
	expect_driver("tape_34xx", "unbind", "");
	teardown();
}
END_TEST

START_TEST(test_a_device_in_use_is_not_touched)
{
	setup();
	fake_sysfs_set(&fake, "0.0.0580", "online", "1\n");
	fake_sysfs_set(&fake, "0.0.0580", "net/eth0/flags", "0x1003\n");
	binder_acquire(&job, &result);
	ck_assert_int_eq(result.r, -EBUSY);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_IN_USE);
	expect_online("1");
	expect_driver("tape_34xx", "unbind", "");
	expect_driver("ccwbroker", "claim", "");
	teardown();
}
END_TEST

START_TEST(test_by_force_an_interface_is_passed_over_and_told)
{
	setup();
	fake_sysfs_set(&fake, "0.0.0580", "net/eth0/flags", "0x1003\n");
	binder_probe(&job, &result);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_IN_USE);
	ck_assert_int_eq(result.r, -EBUSY);
	job.is_forced = true;
	binder_probe(&job, &result);
	ck_assert_int_eq(result.r, 0);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_IN_USE);
	ck_assert_ptr_nonnull(strstr(result.fault.text, "by force, although 0.0.0580 is in use"));
	fake_sysfs_set(&fake, "0.0.0580", "net/eth0/flags", "0x1002\n");
	result = (struct worker_result){ .r = 1 };
	binder_probe(&job, &result);
	ck_assert_int_eq(result.r, 0);
	ck_assert_str_eq(result.fault.text, "");
	teardown();
}
END_TEST

START_TEST(test_a_bind_that_fails_is_taken_back_step_by_step)
{
	setup();
	fake_sysfs_set(&fake, "0.0.0580", "online", "1\n");
	scratch_remove(&fake.scratch, "bus/ccw/drivers/ccwbroker/bind");
	scratch_mkdir(&fake.scratch, "bus/ccw/drivers/ccwbroker/bind");
	binder_acquire(&job, &result);
	ck_assert_int_lt(result.r, 0);
	ck_assert_int_eq(result.fault.code, FAULT_BIND_FAILED);
	ck_assert_ptr_nonnull(strstr(result.fault.text, "bind to ccwbroker failed"));
	expect_driver("tape_34xx", "unbind", "0.0.0580");
	expect_driver("ccwbroker", "claim", "-0.0.0580");
	expect_driver("tape_34xx", "bind", "0.0.0580");
	expect_online("1");
	teardown();
}
END_TEST

START_TEST(test_a_claim_that_failed_is_taken_back_too)
{
	setup();
	scratch_remove(&fake.scratch, "bus/ccw/drivers/ccwbroker/claim");
	scratch_symlink(&fake.scratch, "/dev/full", "bus/ccw/drivers/ccwbroker/claim");
	binder_acquire(&job, &result);
	/* which fails here as well, and that is no reason to leave out the rest */
	ck_assert_int_eq(result.fault.code, FAULT_RESTORE_FAILED);
	ck_assert_ptr_nonnull(strstr(result.fault.text, "take off the claim list"));
	expect_driver("tape_34xx", "bind", "0.0.0580");
	teardown();
}
END_TEST

START_TEST(test_another_device_of_the_same_id_is_not_touched)
{
	setup();
	job.incarnation = 1; /* no directory of the tree has this number */
	binder_acquire(&job, &result);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_GONE);
	ck_assert_ptr_nonnull(strstr(result.fault.text, "another device has come"));
	expect_driver("tape_34xx", "unbind", "");
	teardown();
}
END_TEST

/* What was known before may be of a moment ago, and of a bound device it is not looked at again. */
START_TEST(test_one_that_answers_no_more_is_not_touched)
{
	setup();
	fake_sysfs_set(&fake, "0.0.0580", "availability", "no path\n");
	binder_acquire(&job, &result);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_NOT_OPERATIONAL);
	ck_assert_ptr_nonnull(strstr(result.fault.text, "no channel path leads to it"));
	binder_probe(&job, &result);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_NOT_OPERATIONAL);
	expect_driver("tape_34xx", "unbind", "");
	teardown();
}
END_TEST

START_TEST(test_a_first_step_that_fails_leaves_nothing_to_take_back)
{
	setup();
	scratch_remove(&fake.scratch, "bus/ccw/drivers/tape_34xx/unbind");
	scratch_mkdir(&fake.scratch, "bus/ccw/drivers/tape_34xx/unbind");
	binder_acquire(&job, &result);
	ck_assert_int_eq(result.fault.code, FAULT_BIND_FAILED);
	ck_assert_ptr_nonnull(strstr(result.fault.text, "unbind from tape_34xx failed"));
	expect_driver("ccwbroker", "claim", "");
	expect_driver("tape_34xx", "bind", "");
	teardown();
}
END_TEST

START_TEST(test_a_way_back_that_is_barred_is_said)
{
	setup();
	/* it must look unbound, or the bind that fails would be taken for one already done */
	fake_sysfs_set_driver(&fake, "0.0.0580", NULL);
	strcpy(job.origin.driver, "");
	scratch_remove(&fake.scratch, "bus/ccw/drivers/ccwbroker/bind");
	scratch_mkdir(&fake.scratch, "bus/ccw/drivers/ccwbroker/bind");
	scratch_remove(&fake.scratch, "bus/ccw/drivers/ccwbroker/claim");
	scratch_symlink(&fake.scratch, "/dev/full", "bus/ccw/drivers/ccwbroker/claim");
	binder_acquire(&job, &result);
	/* /dev/full takes nothing, the taking back of a claim that may stand included */
	ck_assert_int_eq(result.fault.code, FAULT_RESTORE_FAILED);
	ck_assert_ptr_nonnull(strstr(result.fault.text, "claim"));
	teardown();
}
END_TEST

START_TEST(test_a_device_that_cannot_be_held_to_its_commands_is_not_given)
{
	setup();
	/* bound already, by hand, to a module that knows no mask */
	fake_sysfs_set_driver(&fake, "0.0.0580", "ccwbroker");
	fake_sysfs_set_group(&fake, "0.0.0580", 7);
	scratch_mkdir(&fake.scratch, "kernel/iommu_groups/7");
	job.terms.is_masked = true;
	job.terms.commands[0] = 0x20;
	binder_acquire(&job, &result);
	ck_assert_int_lt(result.r, 0);
	ck_assert_int_eq(result.fault.code, FAULT_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(result.fault.text, "held to some commands"));
	ck_assert_uint_eq(result.n_fds, 0);
	teardown();
}
END_TEST

START_TEST(test_restoring_writes_the_way_back)
{
	_cleanup_free_ char *revoked = NULL;

	setup();
	fake_sysfs_set_driver(&fake, "0.0.0580", "ccwbroker");
	fake_sysfs_set(&fake, "0.0.0580", CCWB_DEVICE_REVOKE, "");
	job.origin.is_online = true;
	binder_restore(&job, &result);
	ck_assert_int_eq(result.r, 0);
	revoked = fake_sysfs_get(&fake, "0.0.0580", CCWB_DEVICE_REVOKE);
	ck_assert_str_eq(revoked, "1");
	expect_driver("ccwbroker", "unbind", "0.0.0580");
	expect_driver("ccwbroker", "claim", "-0.0.0580");
	expect_driver("tape_34xx", "bind", "0.0.0580");
	expect_online("1");
	teardown();
}
END_TEST

START_TEST(test_a_restore_that_fails_says_where)
{
	setup();
	fake_sysfs_set_driver(&fake, "0.0.0580", NULL);
	scratch_remove(&fake.scratch, "bus/ccw/drivers/tape_34xx");
	binder_restore(&job, &result);
	ck_assert_int_eq(result.r, -EIO);
	ck_assert_int_eq(result.fault.code, FAULT_RESTORE_FAILED);
	ck_assert_ptr_nonnull(strstr(result.fault.text, "bind to tape_34xx failed"));
	teardown();
}
END_TEST

START_TEST(test_a_device_that_is_gone_leaves_the_claim_list)
{
	setup();
	fake_sysfs_remove(&fake, "0.0.0580");
	binder_restore(&job, &result);
	ck_assert_int_eq(result.r, -ENODEV);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_GONE);
	expect_driver("ccwbroker", "claim", "-0.0.0580");
	result = (struct worker_result){};
	binder_acquire(&job, &result);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_GONE);
	teardown();
}
END_TEST

START_TEST(test_one_that_was_to_stay_and_that_another_driver_has_is_left)
{
	setup();
	strcpy(job.origin.driver, "ccwbroker");
	job.is_yielding = true;
	binder_restore(&job, &result); /* it is with tape_34xx, as the kernel puts it */
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_GONE);
	expect_driver("ccwbroker", "claim", "-0.0.0580");
	expect_driver("ccwbroker", "bind", "");
	expect_driver("tape_34xx", "unbind", "");
	teardown();
}
END_TEST

START_TEST(test_what_a_job_has_bound_elsewhere_is_taken_from_there)
{
	setup();
	fake_sysfs_set_driver(&fake, "0.0.0580", "dasd-eckd");
	strcpy(job.origin.by_job, "dasd-eckd");
	job.origin.is_online = true;
	binder_restore(&job, &result);
	ck_assert_int_eq(result.r, 0);
	expect_driver("dasd-eckd", "unbind", "0.0.0580");
	expect_driver("tape_34xx", "bind", "0.0.0580");
	expect_online("1");
	teardown();
}
END_TEST

START_TEST(test_another_device_is_not_taken_from_its_driver)
{
	setup();
	fake_sysfs_set_driver(&fake, "0.0.0580", "dasd-eckd");
	strcpy(job.origin.by_job, "dasd-eckd");
	job.incarnation = 1;
	binder_restore(&job, &result);
	ck_assert_int_eq(result.r, 0);
	expect_driver("dasd-eckd", "unbind", "");
	expect_driver("tape_34xx", "bind", "");
	teardown();
}
END_TEST

START_TEST(test_one_that_the_host_uses_by_now_stays_where_a_job_has_put_it)
{
	setup();
	fake_sysfs_set_driver(&fake, "0.0.0580", "dasd-eckd");
	strcpy(job.origin.by_job, "dasd-eckd");
	fake_sysfs_set(&fake, "0.0.0580", "online", "1\n");
	fake_sysfs_set(&fake, "0.0.0580", "net/eth0/flags", "0x1003\n");
	binder_restore(&job, &result);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_IN_USE);
	expect_online("1");
	expect_driver("dasd-eckd", "unbind", "");
	teardown();
}
END_TEST

CHECK_MAIN("binder", test_what_a_job_has_bound_elsewhere_is_taken_from_there,
	   test_another_device_is_not_taken_from_its_driver,
	   test_one_that_the_host_uses_by_now_stays_where_a_job_has_put_it,
	   test_one_that_was_to_stay_and_that_another_driver_has_is_left,
	   test_a_device_that_cannot_be_held_to_its_commands_is_not_given,
	   test_without_the_module_nothing_is_touched,
	   test_by_force_an_interface_is_passed_over_and_told, test_a_device_in_use_is_not_touched,
	   test_a_bind_that_fails_is_taken_back_step_by_step,
	   test_a_claim_that_failed_is_taken_back_too,
	   test_another_device_of_the_same_id_is_not_touched,
	   test_one_that_answers_no_more_is_not_touched,
	   test_a_first_step_that_fails_leaves_nothing_to_take_back,
	   test_a_way_back_that_is_barred_is_said, test_restoring_writes_the_way_back,
	   test_a_restore_that_fails_says_where, test_a_device_that_is_gone_leaves_the_claim_list)
