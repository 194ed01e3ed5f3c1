/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* When defined devices are bound: at the start, anew after a failure, never in a storm. */
#include <errno.h>
#include <string.h>

#include "autostart-scene.h"
#include "check-main.h"
#include "limits.h"
#include "names.h"

START_TEST(test_a_defined_device_is_bound_now_and_at_every_start)
{
	scene_init();
	scene_start(scene_bind);
	scene_define(scene_tape, true);
	ck_assert(scene_find(scene_tape)->is_defined && scene_find(scene_tape)->is_autostart);
	scene_run(1);
	ck_assert_int_eq(scene.result_seen, JOB_DONE);
	ck_assert(scene_find(scene_tape)->is_bound);
	ck_assert_str_eq(scene_find(scene_tape)->facts.driver, CCWB_DRIVER);
	ck_assert_str_eq(scene_find(scene_tape)->origin.driver, "tape_34xx");
	/* as after a restart of the machine: at home, and /run empty */
	scene_stop();
	fake_sysfs_set_driver(&scene.fake, "0.0.0580", "tape_34xx");
	scratch_remove(&scene.work, "run/leases/0.0.0580.json");
	scene_start(scene_bind);
	scene_run(1);
	ck_assert(scene_find(scene_tape)->is_bound);
	/* one that is bound has nothing to be done */
	scene_restart(scene_bind);
	scene_run(0);
	ck_assert_uint_eq(scene.n_ended, 0);
	ck_assert(scene_find(scene_tape)->is_bound);
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_without_autostart_nothing_happens)
{
	scene_init();
	scene_start(scene_bind);
	scene_define(scene_tape, false);
	scene_run(0);
	ck_assert_uint_eq(scene.n_ended, 0);
	ck_assert(scene_find(scene_tape)->is_defined && !scene_find(scene_tape)->is_autostart);
	scene_stop();
	scene_deinit();
}
END_TEST

static int on_change(sd_event_source *source, uint64_t usec, void *userdata)
{
	ck_assert_uint_eq(scene.n_ended, 1); /* one attempt until now */
	fake_sysfs_set(&scene.fake, "0.0.0580", "online", "1\n");
	return registry_refresh(broker_registry(scene.broker), scene_tape);
}

START_TEST(test_one_that_fails_is_tried_again_when_it_changes_and_not_before)
{
	scene_init();
	scene_start(scene_refuse);
	scene_define(scene_tape, true);
	ck_assert_int_ge(sd_event_add_time_relative(scene.event, NULL, CLOCK_MONOTONIC, 1000000, 0,
						    on_change, NULL),
			 0);
	scene_run(2);
	ck_assert_int_eq(scene.result_seen, JOB_FAILED);
	ck_assert_int_eq(scene_find(scene_tape)->state, DEVICE_HOST);
	ck_assert_str_eq(scene_find(scene_tape)->facts.driver, "tape_34xx");
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_undefining_gives_it_back)
{
	scene_init();
	scene_start(scene_bind);
	scene_define(scene_tape, true);
	scene_run(1);
	scene_restart(scene_bind);
	ck_assert_int_eq(
		autostart_undefine(broker_autostart(scene.broker), scene_tape, &scene.fault), 0);
	ck_assert(!scene_find(scene_tape)->is_defined);
	ck_assert_int_eq(autostart_undefine(broker_autostart(scene.broker), scene_tape,
					    &scene.fault),
			 -ENOENT);
	scene_run(1);
	ck_assert_str_eq(scene_find(scene_tape)->facts.driver, "tape_34xx");
	ck_assert(!scene_find(scene_tape)->is_bound);
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_who_restores_a_bound_device_is_not_fought)
{
	struct job *job;

	scene_init();
	scene_start(scene_bind);
	scene_define(scene_tape, true);
	scene_run(1);
	scene_restart(scene_bind);
	ck_assert_int_eq(job_begin(broker_jobs(scene.broker), CHANGE_RESTORE,
				   scene_find(scene_tape), "", &job, &scene.fault),
			 0);
	scene_run(0);
	ck_assert_uint_eq(scene.n_ended, 1);
	ck_assert_str_eq(scene_find(scene_tape)->facts.driver, "tape_34xx");
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_more_than_there_can_be_jobs_are_all_bound)
{
	const unsigned int count = LIMIT_JOBS + 2;
	struct ccw_id id = { 0, 1, 0 };

	scene_init();
	for (id.devno = 0; id.devno < count; id.devno++)
		scene_add(id);
	scene_start(scene_bind);
	for (id.devno = 0; id.devno < count; id.devno++)
		scene_define(id, true);
	scene_run(count);
	for (id.devno = 0; id.devno < count; id.devno++)
		ck_assert(scene_find(id)->is_bound);
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_a_device_that_appears_is_bound)
{
	const struct ccw_id id = { 0, 1, 0x700 };

	scene_init();
	scene_start(scene_bind);
	scene_define(id, true); /* which is not there yet */
	scene_add(id);
	(void)registry_refresh(broker_registry(scene.broker), id);
	scene_run(1);
	ck_assert(scene_find(id)->is_bound);
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_only_what_is_defined_can_be_changed)
{
	const struct definition definition = { scene_tape, true };

	scene_init();
	scene_start(scene_bind);
	ck_assert_int_eq(autostart_set(broker_autostart(scene.broker), &definition, &scene.fault),
			 -ENOENT);
	ck_assert_int_eq(scene.fault.code, FAULT_NOT_DEFINED);
	scene_define(scene_tape, false);
	ck_assert_int_eq(autostart_set(broker_autostart(scene.broker), &definition, &scene.fault),
			 0);
	scene_run(1);
	ck_assert(scene_find(scene_tape)->is_bound);
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_the_device_says_why_it_is_not_bound)
{
	scene_init();
	scene_start(scene_refuse);
	scene_define(scene_tape, true);
	ck_assert_int_eq(scene_reason(""), FAULT_NONE);
	scene_run(1);
	ck_assert_int_eq(scene_reason("it is mounted"), FAULT_DEVICE_IN_USE);
	ck_assert_int_eq(scene_reason("ccwctl autostart 0.0.0580 on"), FAULT_DEVICE_IN_USE);
	scene_define(scene_tape, false);
	ck_assert_int_eq(scene_reason(""), FAULT_NONE);
	scene_restart(scene_refuse);
	scene_define(scene_tape, true);
	scene_run(1);
	ck_assert_int_eq(scene_reason("it is mounted"), FAULT_DEVICE_IN_USE);
	ck_assert_int_eq(
		autostart_undefine(broker_autostart(scene.broker), scene_tape, &scene.fault), 0);
	ck_assert_int_eq(scene_reason(""), FAULT_NONE);
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_a_reason_goes_when_the_device_is_bound)
{
	scene_init();
	scene_start(scene_refuse);
	scene_define(scene_tape, true);
	scene_run(1);
	ck_assert_int_eq(scene_reason("it is mounted"), FAULT_DEVICE_IN_USE);
	fake_sysfs_set_driver(&scene.fake, "0.0.0580", CCWB_DRIVER); /* by hand */
	(void)scene_find(scene_tape);
	ck_assert_int_eq(scene_reason(""), FAULT_NONE);
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_a_driver_that_is_just_being_loaded_comes_first)
{
	scene_init();
	fake_sysfs_set_driver(&scene.fake, "0.0.0580", NULL);
	scene_start(scene_bind);
	scene_define(scene_tape, true);
	scene_run(0);
	ck_assert_uint_eq(scene.n_ended, 0);
	scene_stop();
	scene_start(scene_bind);
	fake_sysfs_set_driver(&scene.fake, "0.0.0580", "tape_34xx");
	(void)scene_find(scene_tape);
	scene_run(1);
	ck_assert_str_eq(scene_find(scene_tape)->origin.driver, "tape_34xx");
	scene_restart(scene_bind);
	ck_assert_int_eq(
		autostart_undefine(broker_autostart(scene.broker), scene_tape, &scene.fault), 0);
	scene_run(1);
	/* and one that has none at all is bound nevertheless */
	fake_sysfs_set_driver(&scene.fake, "0.0.0580", NULL);
	scene_restart(scene_bind);
	scene_define(scene_tape, true);
	scene_run(1);
	ck_assert(scene_find(scene_tape)->is_bound);
	scene_stop();
	scene_deinit();
}
END_TEST

CHECK_MAIN("autostart", test_a_defined_device_is_bound_now_and_at_every_start,
	   test_without_autostart_nothing_happens,
	   test_one_that_fails_is_tried_again_when_it_changes_and_not_before,
	   test_undefining_gives_it_back, test_who_restores_a_bound_device_is_not_fought,
	   test_more_than_there_can_be_jobs_are_all_bound, test_a_device_that_appears_is_bound,
	   test_only_what_is_defined_can_be_changed, test_the_device_says_why_it_is_not_bound,
	   test_a_reason_goes_when_the_device_is_bound,
	   test_a_driver_that_is_just_being_loaded_comes_first)
