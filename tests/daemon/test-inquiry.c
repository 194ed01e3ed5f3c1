/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Questions at which a worker looks: what comes of them, their limits, and what is left of them. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "inquiry.h"
#include "limits.h"

static struct fake_sysfs fake;
static struct sysfs *sysfs;
static struct inquiry_desk desk;
static struct worker_result said;
static int n_said;
static struct fault fault;

static void find_nothing(void *data, struct worker_result *result)
{
	result->detail = *(const unsigned int *)data;
	result->r = 0;
}

static void find_use(void *data, struct worker_result *result)
{
	result->r = fault_set(&result->fault, FAULT_DEVICE_IN_USE, "mounted");
}

static void die(void *data, struct worker_result *result)
{
	raise(SIGKILL);
}

static void setup(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fake_sysfs_init(&fake);
	sysfs = fake_sysfs_open(&fake);
	desk = (struct inquiry_desk){};
	ck_assert_int_ge(sd_event_new(&desk.event), 0);
}

static void teardown(void)
{
	inquiry_desk_deinit(&desk);
	sd_event_unref(desk.event);
	sysfs_free(sysfs);
	fake_sysfs_deinit(&fake);
}

static void on_looked(struct worker_result *result, void *userdata)
{
	ck_assert_ptr_eq(userdata, &fault);
	said = *result;
	n_said++;
}

static int ask(uid_t uid, worker_run_t run, struct inquiry **ret)
{
	unsigned int number = 580;

	return inquiry_new(&desk, uid, sysfs, run, &number, on_looked, &fault, ret, &fault);
}

static void ask_and_wait(worker_run_t run)
{
	struct inquiry *inquiry;
	int before = n_said;

	ck_assert_int_eq(ask(1, run, &inquiry), 0);
	ck_assert_int_eq(n_said, before); /* never from within */
	while (n_said == before)
		ck_assert_int_ge(sd_event_run(desk.event, 10000000), 0);
	ck_assert_ptr_null(desk.first);
}

START_TEST(test_what_the_worker_finds_is_told)
{
	setup();
	ask_and_wait(find_nothing);
	ck_assert_int_eq(said.r, 0);
	ck_assert_uint_eq(said.detail, 580);
	ask_and_wait(find_use);
	ck_assert_int_lt(said.r, 0);
	ck_assert_int_eq(said.fault.code, FAULT_DEVICE_IN_USE);
	teardown();
}
END_TEST

START_TEST(test_a_worker_that_dies_has_a_reason)
{
	setup();
	ask_and_wait(die);
	ck_assert_int_lt(said.r, 0);
	ck_assert_int_eq(said.fault.code, FAULT_BIND_FAILED);
	ck_assert_ptr_nonnull(strstr(said.fault.text, "nobody could look at the device"));
	teardown();
}
END_TEST

START_TEST(test_one_user_and_all_together_have_so_many)
{
	struct inquiry *inquiry;
	uid_t uid;
	int n;

	setup();
	for (uid = 1; uid <= LIMIT_INQUIRIES / LIMIT_INQUIRIES_PER_UID; uid++) {
		for (n = 0; n < LIMIT_INQUIRIES_PER_UID; n++)
			ck_assert_int_eq(ask(uid, find_nothing, &inquiry), 0);
		ck_assert_int_eq(ask(uid, find_nothing, &inquiry), -ENOBUFS);
		ck_assert_int_eq(fault.code, FAULT_LIMITS_EXCEEDED);
	}
	ck_assert_int_eq(ask(99, find_nothing, &inquiry), -ENOBUFS);
	inquiry_free(desk.first);
	ck_assert_int_eq(ask(99, find_nothing, &inquiry), 0);
	teardown();
	ck_assert_int_eq(n_said, 0);
}
END_TEST

CHECK_MAIN("inquiry", test_what_the_worker_finds_is_told, test_a_worker_that_dies_has_a_reason,
	   test_one_user_and_all_together_have_so_many)
