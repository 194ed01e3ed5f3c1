/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Questions at which a worker looks: their answers, their limits, and what is left of them. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "check-main.h"
#include "fake-sysfs.h"
#include "inquiry.h"
#include "limits.h"

static struct fake_sysfs fake;
static struct binder_job job;
static struct inquiry_desk desk;
static const struct answer yes;
static enum answer_kind said;
static int n_said;
static struct fault fault;

static void find_nothing(void *data, struct worker_result *result)
{
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

static void setup(worker_run_t probe)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fake_sysfs_init(&fake);
	job = (struct binder_job){ .sysfs = fake_sysfs_open(&fake) };
	desk = (struct inquiry_desk){ .probe = probe };
	ck_assert_int_ge(sd_event_new(&desk.event), 0);
}

static void teardown(void)
{
	inquiry_desk_deinit(&desk);
	sd_event_unref(desk.event);
	sysfs_free(job.sysfs);
	fake_sysfs_deinit(&fake);
}

static void on_answer(const struct answer *answer, void *userdata)
{
	said = answer->kind;
	n_said++;
}

static int ask(uid_t uid, struct inquiry **ret)
{
	return inquiry_new(&desk, uid, &job, &yes, on_answer, NULL, ret, &fault);
}

static enum answer_kind ask_and_wait(void)
{
	struct inquiry *inquiry;
	int before = n_said;

	ck_assert_int_eq(ask(1, &inquiry), 0);
	ck_assert_int_eq(n_said, before); /* never from within */
	while (n_said == before)
		ck_assert_int_ge(sd_event_run(desk.event, 10000000), 0);
	ck_assert_ptr_null(desk.first);
	return said;
}

START_TEST(test_the_worker_has_the_last_word)
{
	setup(find_nothing);
	ck_assert_int_eq(ask_and_wait(), ANSWER_YES);
	desk.probe = find_use;
	ck_assert_int_eq(ask_and_wait(), ANSWER_IN_USE);
	desk.probe = die;
	ck_assert_int_eq(ask_and_wait(), ANSWER_NA);
	teardown();
}
END_TEST

START_TEST(test_one_user_and_all_together_have_so_many)
{
	struct inquiry *inquiry;
	uid_t uid;
	int n;

	setup(find_nothing);
	for (uid = 1; uid <= LIMIT_INQUIRIES / LIMIT_INQUIRIES_PER_UID; uid++) {
		for (n = 0; n < LIMIT_INQUIRIES_PER_UID; n++)
			ck_assert_int_eq(ask(uid, &inquiry), 0);
		ck_assert_int_eq(ask(uid, &inquiry), -ENOBUFS);
		ck_assert_int_eq(fault.code, FAULT_LIMITS_EXCEEDED);
	}
	ck_assert_int_eq(ask(99, &inquiry), -ENOBUFS);
	inquiry_free(desk.first);
	ck_assert_int_eq(ask(99, &inquiry), 0);
	teardown();
	ck_assert_int_eq(n_said, 0);
}
END_TEST

CHECK_MAIN("inquiry", test_the_worker_has_the_last_word,
	   test_one_user_and_all_together_have_so_many)
