/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Jobs without a bus: their number, what stands against them, and the way back of one that dies. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "broker.h"
#include "check-main.h"
#include "fake-sysfs.h"
#include "limits.h"
#include "names.h"

static struct fake_sysfs fake;
static struct scratch work;
static sd_event *event;
static struct broker *broker;
static struct fault fault;
static struct job *job;
static const char *directories[2];
static char *runtime_directory;
static int ended;

static void take_long(void *data, struct worker_result *result)
{
	const struct change *change = data;

	if (change->kind != CHANGE_RESTORE)
		poll(NULL, 0, 30000);
	result->r = 0;
}

static void take_a_moment(void *data, struct worker_result *result)
{
	poll(NULL, 0, 300);
	result->r = 0;
}

static void refuse(void *data, struct worker_result *result)
{
	result->r = fault_set(&result->fault, FAULT_BIND_FAILED, "no");
}

static void never(void *data, struct worker_result *result)
{
	result->r = fault_set(&result->fault, FAULT_RESTORE_FAILED, "never");
}

/* It is elsewhere then, and nobody can see where. */
static void bind_and_hide(void *data, struct worker_result *result)
{
	struct fake_sysfs seen = fake;

	seen.scratch.fd = open(seen.scratch.path, O_PATH | O_CLOEXEC);
	scratch_remove(&seen.scratch, "bus/ccw/devices/0.0.0580/driver");
	fake_sysfs_set(&seen, "0.0.0580", "driver", "no link");
	result->r = 0;
}

static void on_removed(struct job *removed, enum job_result result, void *userdata)
{
	ended = (int)result;
	sd_event_exit(event, 0);
}

static void on_added(struct job *added, void *userdata)
{
}

static const struct job_listener listener = { .added = on_added, .removed = on_removed };

static void setup(worker_run_t change)
{
	struct broker_config config = { .change = change };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fake_sysfs_init(&fake);
	fake_sysfs_add_names(&fake, LIMIT_JOBS);
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
	ck_assert_int_ge(broker_start(broker), 0);
	jobs_set_listener(broker_jobs(broker), &listener, NULL);
	ended = -1;
}

static void teardown(void)
{
	broker_free(broker);
	event = sd_event_unref(event);
	free(runtime_directory);
	scratch_deinit(&work);
	fake_sysfs_deinit(&fake);
}

static int begin(struct ccw_id id, enum change_kind kind)
{
	struct device *device = broker_find_device(broker, id, &fault);

	ck_assert_ptr_nonnull(device);
	fault = (struct fault){};
	return job_begin(broker_jobs(broker), kind, device, "dasd-eckd", &job, &fault);
}

static const struct ccw_id tape = { 0, 0, 0x580 };

static void on_end(struct job *removed, enum job_result result, void *userdata)
{
	ended = (int)result;
}

START_TEST(test_a_stop_waits_for_its_end)
{
	static const struct job_listener quiet = { .added = on_added, .removed = on_end };

	setup(take_a_moment);
	jobs_set_listener(broker_jobs(broker), &quiet, NULL);
	ck_assert_int_eq(begin(tape, CHANGE_BIND), 0);
	broker_stop(broker);
	ck_assert_int_ge(sd_event_loop(event), 0);
	ck_assert_int_eq(ended, JOB_DONE);
	teardown();
}
END_TEST

START_TEST(test_so_many_jobs_and_no_more)
{
	struct ccw_id id = { 0, 1, 0 };

	setup(take_long);
	for (id.devno = 0; id.devno < LIMIT_JOBS; id.devno++)
		ck_assert_int_eq(begin(id, CHANGE_BIND), 0);
	ck_assert_ptr_nonnull(jobs_find(broker_jobs(broker), LIMIT_JOBS));
	ck_assert_int_eq(begin(tape, CHANGE_BIND), -ENOBUFS);
	ck_assert_int_eq(fault.code, FAULT_LIMITS_EXCEEDED);
	teardown();
}
END_TEST

START_TEST(test_a_device_has_one_job_at_a_time)
{
	setup(take_long);
	ck_assert_int_eq(begin(tape, CHANGE_RESET), 0);
	ck_assert_int_eq(begin(tape, CHANGE_BIND), -EALREADY);
	ck_assert_int_eq(fault.code, FAULT_OPERATION_IN_PROGRESS);
	teardown();
}
END_TEST

START_TEST(test_one_that_is_canceled_is_undone)
{
	setup(take_long);
	ck_assert_int_eq(begin(tape, CHANGE_BIND), 0);
	job_cancel(job);
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(ended, JOB_CANCELED);
	ck_assert_ptr_null(jobs_next(broker_jobs(broker), NULL));
	ck_assert_int_eq(broker_find_device(broker, tape, &fault)->state, DEVICE_HOST);
	ck_assert(!scratch_has(&work, "run/leases/0.0.0580.json"));
	teardown();
}
END_TEST

START_TEST(test_one_that_is_refused_leaves_all_as_it_was)
{
	setup(refuse);
	ck_assert_int_eq(begin(tape, CHANGE_BIND), 0);
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(ended, JOB_FAILED);
	ck_assert_int_eq(broker_find_device(broker, tape, &fault)->state, DEVICE_HOST);
	ck_assert(!scratch_has(&work, "run/leases/0.0.0580.json"));
	teardown();
}
END_TEST

START_TEST(test_one_that_cannot_be_undone_is_failed_and_remembered)
{
	setup(never);
	ck_assert_int_eq(begin(tape, CHANGE_BIND), 0);
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(ended, JOB_FAILED);
	ck_assert_int_eq(broker_find_device(broker, tape, &fault)->state, DEVICE_FAILED);
	ck_assert(scratch_has(&work, "run/leases/0.0.0580.json"));
	ck_assert_int_eq(begin(tape, CHANGE_BIND), -EIO);
	teardown();
}
END_TEST

/* By what was known of it before it would be at home, and where that is forgotten. */
START_TEST(test_one_whose_device_cannot_be_seen_is_failed_and_remembered)
{
	setup(bind_and_hide);
	ck_assert_int_eq(begin(tape, CHANGE_BIND), 0);
	ck_assert_int_eq(sd_event_loop(event), 0);
	ck_assert_int_eq(ended, JOB_FAILED);
	ck_assert(scratch_has(&work, "run/leases/0.0.0580.json"));
	scratch_remove(&fake.scratch, "bus/ccw/devices/0.0.0580/driver");
	fake_sysfs_set_driver(&fake, "0.0.0580", CCWB_DRIVER);
	ck_assert_int_eq(broker_find_device(broker, tape, &fault)->state, DEVICE_FAILED);
	ck_assert_str_eq(broker_find_device(broker, tape, &fault)->origin.driver, "tape_34xx");
	teardown();
}
END_TEST

CHECK_MAIN("job", test_a_stop_waits_for_its_end, test_so_many_jobs_and_no_more,
	   test_a_device_has_one_job_at_a_time, test_one_that_is_canceled_is_undone,
	   test_one_that_is_refused_leaves_all_as_it_was,
	   test_one_that_cannot_be_undone_is_failed_and_remembered,
	   test_one_whose_device_cannot_be_seen_is_failed_and_remembered)
