/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The numbers of the kernel module, and those who have none. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "names.h"
#include "statistics.h"

static const struct ccw_id tape = { 0, 0, 0x580 };
static struct fake_sysfs fake;
static struct sysfs *sysfs;
static struct statistics statistics;
static struct fault fault;

static void setup(void)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	fault = (struct fault){};
}

static void teardown(void)
{
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

static int read_of(enum backend_kind kind)
{
	const struct backend backend = { .kind = kind };

	return statistics_read(sysfs, tape, &backend, &statistics, &fault);
}

START_TEST(test_what_the_module_knows_is_read)
{
	setup();
	fake_sysfs_set(&fake, "0.0.0580", CCWB_DEVICE_STATISTICS "/programs",
		       "18446744073709551615\n");
	fake_sysfs_set(&fake, "0.0.0580", CCWB_DEVICE_STATISTICS "/pins", "0\n");
	ck_assert_int_eq(read_of(BACKEND_CCWBROKER), 0);
	ck_assert_uint_eq(statistics.count, 2);
	ck_assert_str_eq(statistics.entries[0].name, "programs");
	ck_assert_uint_eq(statistics.entries[0].value, UINT64_MAX);
	ck_assert_str_eq(statistics.entries[1].name, "pins");
	ck_assert_uint_eq(statistics.entries[1].value, 0);
	fake_sysfs_set(&fake, "0.0.0580", CCWB_DEVICE_STATISTICS "/pins", "-1\n");
	ck_assert_int_eq(read_of(BACKEND_CCWBROKER), -EBADMSG);
	teardown();
}
END_TEST

START_TEST(test_a_device_that_is_not_there_has_none)
{
	setup();
	ck_assert_int_lt(read_of(BACKEND_CCWBROKER), 0);
	ck_assert_int_eq(fault.code, FAULT_DEVICE_GONE);
	teardown();
}
END_TEST

START_TEST(test_vfio_ccw_has_none_and_that_is_said)
{
	setup();
	ck_assert_int_lt(read_of(BACKEND_VFIO_CCW), 0);
	ck_assert_int_eq(fault.code, FAULT_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(fault.text, "keeps no statistics"));
	teardown();
}
END_TEST

CHECK_MAIN("statistics", test_what_the_module_knows_is_read,
	   test_a_device_that_is_not_there_has_none, test_vfio_ccw_has_none_and_that_is_said)
