/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Command masks on their way: only ever less than what is there, and seen to have arrived. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "mask.h"
#include "names.h"

#define ALL	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define BUT_13	"ffffefffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define ONLY_02 "2000000000000000000000000000000000000000000000000000000000000000"

static struct fake_sysfs fake;
static struct sysfs *sysfs;
static const struct ccw_id tape = { 0, 0, 0x580 };
static uint8_t commands[PLAN_COMMANDS_SIZE];

static void setup(const char *now)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	fake_sysfs_set(&fake, "0.0.0580", CCWB_DEVICE_COMMANDS, now);
	sysfs = fake_sysfs_open(&fake);
	memset(commands, 0xff, sizeof(commands));
}

static void teardown(void)
{
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

static void expect(const char *text)
{
	_cleanup_free_ char *found = fake_sysfs_get(&fake, "0.0.0580", CCWB_DEVICE_COMMANDS);

	ck_assert_str_eq(found, text);
}

START_TEST(test_everything_leaves_what_binding_has_forbidden)
{
	setup(BUT_13);
	ck_assert_int_eq(mask_set(sysfs, tape, commands, false), 0);
	expect(BUT_13);
	teardown();
}
END_TEST

START_TEST(test_a_command_that_binding_has_forbidden_is_not_given)
{
	setup(BUT_13);
	memset(commands, 0, sizeof(commands));
	commands[0] = 0x20; /* 02 */
	commands[2] = 0x10; /* 13 */
	ck_assert_int_eq(mask_set(sysfs, tape, commands, false), 0);
	expect(ONLY_02);
	teardown();
}
END_TEST

START_TEST(test_anew_starts_from_what_binding_has_set)
{
	setup(ONLY_02);							  /* of the lease before */
	ck_assert_int_eq(mask_set(sysfs, tape, commands, true), -ENOENT); /* an older module */
	expect(ONLY_02);
	fake_sysfs_set(&fake, "0.0.0580", CCWB_DEVICE_COMMANDS_BOUND, BUT_13 "\n");
	ck_assert_int_eq(mask_set(sysfs, tape, commands, false), 0);
	expect(ONLY_02);
	ck_assert_int_eq(mask_set(sysfs, tape, commands, true), 0);
	expect(BUT_13);
	teardown();
}
END_TEST

START_TEST(test_what_the_module_does_not_take_is_no_success)
{
	setup(ALL);
	commands[0] = 0;
	scratch_remove(&fake.scratch, "bus/ccw/devices/0.0.0580/" CCWB_DEVICE_COMMANDS);
	ck_assert_int_eq(mask_set(sysfs, tape, commands, false), -ENOENT);
	fake_sysfs_set(&fake, "0.0.0580", CCWB_DEVICE_COMMANDS, "ff\n");
	ck_assert_int_eq(mask_set(sysfs, tape, commands, false), -EBADMSG);
	fake_sysfs_set(&fake, "0.0.0580", CCWB_DEVICE_COMMANDS, "x" ALL);
	ck_assert_int_eq(mask_set(sysfs, tape, commands, false), -EBADMSG);
	teardown();
}
END_TEST

CHECK_MAIN("mask", test_everything_leaves_what_binding_has_forbidden,
	   test_a_command_that_binding_has_forbidden_is_not_given,
	   test_anew_starts_from_what_binding_has_set,
	   test_what_the_module_does_not_take_is_no_success)
