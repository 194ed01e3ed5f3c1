/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* When defined devices are bound: at the start, anew after a failure, never in a storm. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
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
static const char *directories[2];
static char *runtime_directory, *definition_directory;
static unsigned int n_ended, n_wanted;
static enum job_result result_seen;

static const struct ccw_id tape = { 0, 0, 0x580 };

static void bind_it(void *data, struct worker_result *result)
{
	const struct change *change = data;
	char id[CCW_ID_STRING_SIZE];

	fake.scratch.fd = open(fake.scratch.path, O_PATH | O_CLOEXEC); /* a worker has no other */
	fake_sysfs_set_driver(&fake, ccw_id_format(change->id, id),
			      change->kind == CHANGE_BIND ? change->driver : change->origin.driver);
	result->r = 0;
}

static void refuse(void *data, struct worker_result *result)
{
	result->r = fault_set(&result->fault, FAULT_DEVICE_IN_USE, "it is mounted");
}

static void on_removed(struct job *removed, enum job_result result, void *userdata)
{
	result_seen = result;
	if (++n_ended == n_wanted)
		sd_event_exit(event, 0);
}

static void on_added(struct job *added, void *userdata)
{
}

static const struct job_listener listener = { .added = on_added, .removed = on_removed };

static int on_time(sd_event_source *source, uint64_t usec, void *userdata)
{
	return sd_event_exit(event, 0);
}

static void init(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fake_sysfs_init(&fake);
	fake_sysfs_add_tape(&fake);
	scratch_init(&work);
	directories[0] = work.path;
	runtime_directory = scratch_path(&work, "run");
	definition_directory = scratch_path(&work, "devices.d");
}

static void start(worker_run_t change)
{
	struct broker_config config = { .change = change };

	ck_assert_int_ge(sd_event_new(&event), 0);
	config.event = event;
	config.sysfs_root = fake.scratch.path;
	config.proc_root = work.path;
	config.runtime_directory = runtime_directory;
	config.policy_directories = directories;
	config.definition_directory = definition_directory;
	ck_assert_int_ge(broker_new(&config, &broker), 0);
	ck_assert_int_ge(broker_start(broker), 0);
	jobs_set_listener(broker_jobs(broker), &listener, NULL);
	n_ended = 0;
	fault = (struct fault){};
}

static void stop(void)
{
	broker_free(broker);
	event = sd_event_unref(event);
}

static void deinit(void)
{
	free(runtime_directory);
	free(definition_directory);
	scratch_deinit(&work);
	fake_sysfs_deinit(&fake);
}

/* Lets that many jobs end; 0: lets a moment pass. */
static void run(unsigned int n)
{
	n_ended = 0;
	n_wanted = n;
	if (n == 0)
		ck_assert_int_ge(sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, 200000, 0,
							    on_time, NULL),
				 0);
	ck_assert_int_ge(sd_event_loop(event), 0);
}

/* An event loop that has ended is not run again. */
static void restart(worker_run_t change)
{
	stop();
	start(change);
}

static void add(struct ccw_id id)
{
	char name[CCW_ID_STRING_SIZE], subchannel[32];
	const struct fake_device device = { .id = ccw_id_format(id, name),
					    .subchannel = subchannel,
					    .device_type = "3490/50\n",
					    .control_unit = "3490/50\n",
					    .driver = "tape_34xx" };

	snprintf(subchannel, sizeof(subchannel), "0.1.%04x", id.devno);
	fake_sysfs_add(&fake, &device);
}

static void define(struct ccw_id id, bool is_autostart)
{
	const struct definition definition = { id, is_autostart };

	ck_assert_int_eq(autostart_define(broker_autostart(broker), &definition, &fault), 0);
}

static struct device *find(struct ccw_id id)
{
	struct device *device = broker_find_device(broker, id, &fault);

	ck_assert_ptr_nonnull(device);
	return device;
}

START_TEST(test_a_defined_device_is_bound_now_and_at_every_start)
{
	init();
	start(bind_it);
	define(tape, true);
	ck_assert(find(tape)->is_defined && find(tape)->is_autostart);
	run(1);
	ck_assert_int_eq(result_seen, JOB_DONE);
	ck_assert(find(tape)->is_bound);
	ck_assert_str_eq(find(tape)->facts.driver, CCWB_DRIVER);
	ck_assert_str_eq(find(tape)->origin.driver, "tape_34xx");
	/* as after a restart of the machine: at home, and /run empty */
	stop();
	fake_sysfs_set_driver(&fake, "0.0.0580", "tape_34xx");
	scratch_remove(&work, "run/leases/0.0.0580.json");
	start(bind_it);
	run(1);
	ck_assert(find(tape)->is_bound);
	/* one that is bound has nothing to be done */
	restart(bind_it);
	run(0);
	ck_assert_uint_eq(n_ended, 0);
	ck_assert(find(tape)->is_bound);
	stop();
	deinit();
}
END_TEST

START_TEST(test_without_autostart_nothing_happens)
{
	init();
	start(bind_it);
	define(tape, false);
	run(0);
	ck_assert_uint_eq(n_ended, 0);
	ck_assert(find(tape)->is_defined && !find(tape)->is_autostart);
	stop();
	deinit();
}
END_TEST

static int on_change(sd_event_source *source, uint64_t usec, void *userdata)
{
	ck_assert_uint_eq(n_ended, 1); /* one attempt until now */
	fake_sysfs_set(&fake, "0.0.0580", "online", "1\n");
	return registry_refresh(broker_registry(broker), tape);
}

START_TEST(test_one_that_fails_is_tried_again_when_it_changes_and_not_before)
{
	init();
	start(refuse);
	define(tape, true);
	ck_assert_int_ge(sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, 1000000, 0,
						    on_change, NULL),
			 0);
	run(2);
	ck_assert_int_eq(result_seen, JOB_FAILED);
	ck_assert_int_eq(find(tape)->state, DEVICE_HOST);
	ck_assert_str_eq(find(tape)->facts.driver, "tape_34xx");
	stop();
	deinit();
}
END_TEST

START_TEST(test_undefining_gives_it_back)
{
	init();
	start(bind_it);
	define(tape, true);
	run(1);
	restart(bind_it);
	ck_assert_int_eq(autostart_undefine(broker_autostart(broker), tape, &fault), 0);
	ck_assert(!find(tape)->is_defined);
	ck_assert_int_eq(autostart_undefine(broker_autostart(broker), tape, &fault), -ENOENT);
	run(1);
	ck_assert_str_eq(find(tape)->facts.driver, "tape_34xx");
	ck_assert(!find(tape)->is_bound);
	stop();
	deinit();
}
END_TEST

START_TEST(test_who_restores_a_bound_device_is_not_fought)
{
	struct job *job;

	init();
	start(bind_it);
	define(tape, true);
	run(1);
	restart(bind_it);
	ck_assert_int_eq(
		job_begin(broker_jobs(broker), CHANGE_RESTORE, find(tape), "", &job, &fault), 0);
	run(0);
	ck_assert_uint_eq(n_ended, 1);
	ck_assert_str_eq(find(tape)->facts.driver, "tape_34xx");
	stop();
	deinit();
}
END_TEST

START_TEST(test_more_than_there_can_be_jobs_are_all_bound)
{
	const unsigned int count = LIMIT_JOBS + 2;
	struct ccw_id id = { 0, 1, 0 };

	init();
	for (id.devno = 0; id.devno < count; id.devno++)
		add(id);
	start(bind_it);
	for (id.devno = 0; id.devno < count; id.devno++)
		define(id, true);
	run(count);
	for (id.devno = 0; id.devno < count; id.devno++)
		ck_assert(find(id)->is_bound);
	stop();
	deinit();
}
END_TEST

START_TEST(test_a_device_that_appears_is_bound)
{
	const struct ccw_id id = { 0, 1, 0x700 };

	init();
	start(bind_it);
	define(id, true); /* which is not there yet */
	add(id);
	(void)registry_refresh(broker_registry(broker), id);
	run(1);
	ck_assert(find(id)->is_bound);
	stop();
	deinit();
}
END_TEST

START_TEST(test_only_what_is_defined_can_be_changed)
{
	const struct definition definition = { tape, true };

	init();
	start(bind_it);
	ck_assert_int_eq(autostart_set(broker_autostart(broker), &definition, &fault), -ENOENT);
	ck_assert_int_eq(fault.code, FAULT_NOT_DEFINED);
	define(tape, false);
	ck_assert_int_eq(autostart_set(broker_autostart(broker), &definition, &fault), 0);
	run(1);
	ck_assert(find(tape)->is_bound);
	stop();
	deinit();
}
END_TEST

CHECK_MAIN("autostart", test_a_defined_device_is_bound_now_and_at_every_start,
	   test_without_autostart_nothing_happens,
	   test_one_that_fails_is_tried_again_when_it_changes_and_not_before,
	   test_undefining_gives_it_back, test_who_restores_a_bound_device_is_not_fought,
	   test_more_than_there_can_be_jobs_are_all_bound, test_a_device_that_appears_is_bound,
	   test_only_what_is_defined_can_be_changed)
