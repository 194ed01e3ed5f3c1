/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The quick look: every difference that counts is seen, and what is the same is not read anew. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "glance.h"

#define TAPE "0.0.0580"

static const struct ccw_id tape = { 0, 0, 0x580 };
static struct fake_sysfs fake;
static struct sysfs *sysfs;
static struct sysfs_facts facts;
static int directory;

static void setup(void)
{
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	ck_assert_int_eq(sysfs_read(sysfs, tape, &facts, NULL), 0);
	directory = glance_open(sysfs, tape, &facts);
	ck_assert_int_ge(directory, 0);
}

static void teardown(void)
{
	macro_close(directory);
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

static void expect(bool is_bound)
{
	ck_assert_int_eq(glance_is_bound(directory, facts.driver), is_bound);
}

START_TEST(test_what_is_the_same_is_seen_to_be)
{
	setup();
	expect(true);
	fake_sysfs_set(&fake, TAPE, "online", "1\n"); /* no decision hangs on it */
	expect(true);
	teardown();
}
END_TEST

START_TEST(test_another_driver_is_seen)
{
	setup();
	fake_sysfs_set_driver(&fake, TAPE, "ccwbroker");
	expect(false);
	fake_sysfs_set_driver(&fake, TAPE, NULL);
	expect(false);
	fake_sysfs_set_driver(&fake, TAPE, facts.driver); /* the device itself has stayed */
	expect(true);
	teardown();
}
END_TEST

START_TEST(test_another_device_in_its_place_is_seen)
{
	setup();
	fake_sysfs_remove(&fake, TAPE);
	expect(false);
	fake_sysfs_add_tape(&fake); /* with the same driver */
	expect(false);
	teardown();
}
END_TEST

START_TEST(test_another_device_than_is_known_is_not_opened)
{
	setup();
	facts.incarnation++;
	ck_assert_int_eq(glance_open(sysfs, tape, &facts), -ESTALE);
	fake_sysfs_remove(&fake, TAPE);
	ck_assert_int_eq(glance_open(sysfs, tape, &facts), -ENOENT);
	teardown();
}
END_TEST

CHECK_MAIN("glance", test_what_is_the_same_is_seen_to_be, test_another_driver_is_seen,
	   test_another_device_in_its_place_is_seen,
	   test_another_device_than_is_known_is_not_opened)
