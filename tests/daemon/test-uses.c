/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* A list of uses comes out of the worker as it went in, and not longer than it may be. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "scratch.h"
#include "uses.h"

static const char name[] = "0.0.0580";
static struct scratch scratch;
static struct fake_sysfs fake;
static struct sysfs *sysfs;
static char *proc;
static struct worker_result result;
static struct inuse_use uses[LIMIT_USES];

static void setup(void)
{
	scratch_init(&scratch);
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	sysfs = fake_sysfs_open(&fake);
	scratch_mkdir(&scratch, "self");
	proc = scratch_path(&scratch, ".");
	result = (struct worker_result){};
}

static void teardown(void)
{
	while (result.n_fds > 0)
		macro_close(result.fds[--result.n_fds]);
	free(proc);
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
	scratch_deinit(&scratch);
}

static int look(void)
{
	struct uses_job job = { .sysfs = sysfs, .proc_root = proc };

	ck_assert_int_eq(ccw_id_parse(name, &job.id), 0);
	uses_run(&job, &result);
	return uses_read(&result, uses);
}

/* As many interfaces that are up. */
static void add_uses(unsigned int count)
{
	char file[64];

	while (count-- > 0) {
		snprintf(file, sizeof(file), "net/e%u/flags", count);
		fake_sysfs_set(&fake, name, file, "0x1003\n");
	}
}

START_TEST(test_a_free_device_has_none)
{
	setup();
	ck_assert_int_eq(look(), 0);
	ck_assert_uint_eq(result.n_fds, 0);
	teardown();
}
END_TEST

START_TEST(test_a_use_is_told)
{
	setup();
	add_uses(1);
	ck_assert_int_eq(look(), 1);
	ck_assert_int_eq(uses[0].kind, INUSE_INTERFACE);
	ck_assert_str_eq(uses[0].object, "e0");
	ck_assert(strstr(uses[0].fault.text, "ip link set e0 down"));
	teardown();
}
END_TEST

START_TEST(test_only_so_many_are_told)
{
	setup();
	add_uses(LIMIT_USES);
	ck_assert_int_eq(look(), LIMIT_USES);
	teardown();
	setup();
	add_uses(LIMIT_USES + 1);
	ck_assert_int_eq(look(), LIMIT_USES);
	teardown();
}
END_TEST

START_TEST(test_a_device_that_is_gone_is_an_error)
{
	setup();
	fake_sysfs_remove(&fake, name);
	ck_assert_int_lt(look(), 0);
	ck_assert_int_eq(result.fault.code, FAULT_DEVICE_GONE);
	teardown();
}
END_TEST

START_TEST(test_a_result_that_contradicts_itself_is_refused)
{
	setup();
	result.detail = 1; /* and no fd */
	ck_assert_int_eq(uses_read(&result, uses), -EBADMSG);
	result.detail = LIMIT_USES + 1;
	ck_assert_int_eq(uses_read(&result, uses), -EBADMSG);
	teardown();
}
END_TEST

CHECK_MAIN("uses", test_a_free_device_has_none, test_a_use_is_told, test_only_so_many_are_told,
	   test_a_device_that_is_gone_is_an_error, test_a_result_that_contradicts_itself_is_refused)
