/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The broker without a bus: the order of checks, and what it says of itself. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "broker.h"
#include "check-main.h"
#include "fake-sysfs.h"

static const struct ccw_id tape = { 0, 0, 0x580 };
static const struct subject root = { .uid = 0, .user = (char *)"root" };
static const struct subject alice = { .uid = 1001, .user = (char *)"alice" };

static struct fake_sysfs fake;
static struct scratch work;
static sd_event *event;
static struct broker *broker;
static struct fault fault;
static const char *directories[2];
static char *runtime_directory;
static int n_outcomes;
static int outcome;

static void fail_to_take(void *data, struct worker_result *result)
{
	result->r = fault_set(&result->fault, FAULT_DEVICE_IN_USE, "in use");
}

static void give_back(void *data, struct worker_result *result)
{
	result->r = 0;
}

static int on_outcome(struct lease *lease, struct worker_result *result, void *userdata)
{
	n_outcomes++;
	outcome = result->r;
	sd_event_exit(event, 0);
	return 0;
}

static void setup(void)
{
	struct broker_config config = { .acquire = fail_to_take, .restore = give_back };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	scratch_init(&work);
	directories[0] = work.path;
	runtime_directory = scratch_path(&work, "run");
	ck_assert_int_ge(sd_event_new(&event), 0);
	config.event = event;
	config.sysfs_root = fake.scratch.path;
	config.proc_root = work.path;
	config.runtime_directory = runtime_directory;
	config.policy_directories = directories;
	ck_assert_int_ge(broker_new(&config, &broker), 0);
}

static void teardown(void)
{
	broker_free(broker);
	event = sd_event_unref(event);
	free(runtime_directory);
	scratch_deinit(&work);
	fake_sysfs_deinit(&fake);
}

static int acquire(struct ccw_id id, const struct subject *subject)
{
	static const struct broker_wish wish = { .who = "" };
	struct lease *lease;

	fault = (struct fault){};
	return broker_acquire(broker, id, subject, &wish, on_outcome, NULL, &lease, &fault);
}

START_TEST(test_who_may_not_have_a_device_does_not_learn_of_its_lease)
{
	setup();
	ck_assert_int_ge(broker_start(broker), 0);
	ck_assert_int_eq(acquire((struct ccw_id){ 0, 0, 0x999 }, &root), -ENOENT);
	ck_assert_int_eq(fault.code, FAULT_NO_SUCH_DEVICE);
	ck_assert_int_eq(acquire(tape, &root), 0);
	ck_assert_int_eq(acquire(tape, &root), -EALREADY);
	ck_assert_int_eq(fault.code, FAULT_OPERATION_IN_PROGRESS);
	ck_assert_int_eq(acquire(tape, &alice), -EACCES);
	ck_assert_int_eq(fault.code, FAULT_ACCESS_DENIED);
	ck_assert_int_eq(n_outcomes, 0); /* never from within */
	ck_assert_int_ge(sd_event_loop(event), 0);
	ck_assert_int_eq(n_outcomes, 1);
	ck_assert_int_eq(outcome, -EBUSY);
	ck_assert_uint_eq(broker_count_leases(broker), 0);
	teardown();
}
END_TEST

START_TEST(test_a_device_is_had_before_any_event_of_it)
{
	setup();
	fake_sysfs_remove(&fake, "0.0.0580");
	ck_assert_int_ge(broker_start(broker), 0);
	ck_assert_int_eq(acquire(tape, &root), -ENOENT);
	fake_sysfs_add_tape(&fake);
	ck_assert_int_eq(acquire(tape, &root), 0);
	ck_assert_int_ge(sd_event_loop(event), 0);
	/* and the event of one that is gone by now is still on its way */
	fake_sysfs_remove(&fake, "0.0.0580");
	ck_assert_int_eq(acquire(tape, &root), -ENOENT);
	ck_assert_int_eq(fault.code, FAULT_NO_SUCH_DEVICE);
	teardown();
}
END_TEST

START_TEST(test_an_ignored_device_is_told_from_one_that_is_not_there)
{
	setup();
	scratch_write(&work, "cio_ignore", "0.0.0900-0.0.09ff\n");
	ck_assert_int_ge(broker_start(broker), 0);
	ck_assert_int_eq(acquire((struct ccw_id){ 0, 0, 0x999 }, &root), -ENOENT);
	ck_assert_int_eq(fault.code, FAULT_NO_SUCH_DEVICE);
	ck_assert_ptr_nonnull(strstr(fault.text, "cio_ignore --remove 0.0.0999"));
	ck_assert_int_eq(acquire((struct ccw_id){ 0, 0, 0xa00 }, &root), -ENOENT);
	ck_assert_ptr_null(strstr(fault.text, "ignore"));
	teardown();
}
END_TEST

START_TEST(test_what_cannot_answer_is_refused_and_what_might_is_tried)
{
	setup();
	ck_assert_int_ge(broker_start(broker), 0);
	fake_sysfs_set(&fake, "0.0.0580", "availability", "no path\n");
	ck_assert_int_eq(acquire(tape, &root), -ENXIO);
	ck_assert_int_eq(fault.code, FAULT_DEVICE_NOT_OPERATIONAL);
	fake_sysfs_set(&fake, "0.0.0580", "availability", "no device\n");
	ck_assert_int_eq(acquire(tape, &root), -ENXIO);
	ck_assert_int_eq(acquire(tape, &alice), -EACCES); /* of which alice is told nothing */
	fake_sysfs_set(&fake, "0.0.0580", "availability", "boxed\n");
	ck_assert_int_eq(acquire(tape, &root), 0);
	ck_assert_int_ge(sd_event_loop(event), 0);
	teardown();
}
END_TEST

START_TEST(test_a_bad_policy_does_not_keep_the_daemon_from_starting)
{
	setup();
	scratch_write(&work, "policy.json", "{");
	ck_assert_int_ge(broker_start(broker), 0);
	ck_assert_ptr_nonnull(strstr(broker_policy_problem(broker), "policy.json:1"));
	ck_assert_int_eq(acquire(tape, &alice), -EACCES);
	ck_assert_int_eq(acquire(tape, &root), 0);
	scratch_write(&work, "policy.json", "{}");
	ck_assert_int_ge(broker_reload(broker, &fault), 0);
	ck_assert_ptr_null(broker_policy_problem(broker));
	ck_assert_int_ge(sd_event_loop(event), 0);
	teardown();
}
END_TEST

START_TEST(test_an_idle_broker_stops_at_once)
{
	setup();
	ck_assert_int_ge(broker_start(broker), 0);
	broker_stop(broker);
	ck_assert_int_ge(sd_event_loop(event), 0);
	teardown();
}
END_TEST

START_TEST(test_a_busy_broker_stops_when_its_workers_are_done)
{
	setup();
	ck_assert_int_ge(broker_start(broker), 0);
	ck_assert_int_eq(acquire(tape, &root), 0);
	broker_stop(broker);
	ck_assert_int_eq(acquire(tape, &root), -EALREADY);
	ck_assert_ptr_nonnull(strstr(fault.text, "about to stop"));
	ck_assert_int_ge(sd_event_loop(event), 0);
	ck_assert_int_eq(n_outcomes, 1);
	teardown();
}
END_TEST

START_TEST(test_a_lease_that_is_not_there_cannot_be_released)
{
	setup();
	ck_assert_int_ge(broker_start(broker), 0);
	ck_assert_int_eq(broker_release(broker, "l0123456789abcdef", 0, false, &fault), -ENOENT);
	ck_assert_int_eq(fault.code, FAULT_NO_SUCH_LEASE);
	teardown();
}
END_TEST

START_TEST(test_nothing_starts_without_its_directories)
{
	const struct broker_config config = {
		.sysfs_root = "/nonexistent",
		.runtime_directory = "/nonexistent/run",
		.policy_directories = directories,
	};
	int before = scratch_count_fds();

	ck_assert_int_eq(broker_new(&config, &broker), -ENOENT);
	ck_assert_int_eq(scratch_count_fds(), before);
}
END_TEST

CHECK_MAIN("broker", test_who_may_not_have_a_device_does_not_learn_of_its_lease,
	   test_a_device_is_had_before_any_event_of_it,
	   test_an_ignored_device_is_told_from_one_that_is_not_there,
	   test_what_cannot_answer_is_refused_and_what_might_is_tried,
	   test_a_bad_policy_does_not_keep_the_daemon_from_starting,
	   test_an_idle_broker_stops_at_once, test_a_busy_broker_stops_when_its_workers_are_done,
	   test_a_lease_that_is_not_there_cannot_be_released,
	   test_nothing_starts_without_its_directories)
