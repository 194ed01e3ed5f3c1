/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Files of definitions that are changed under the daemon, and read again. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "autostart-scene.h"
#include "check-main.h"
#include "limits.h"

#define FILE_OF_TAPE "devices.d/0.0.0580.json"
#define TEXT_OF_TAPE "{ \"version\": 1, \"device\": \"0.0.0580\", \"autostart\": true }"

static int reload(void)
{
	scene.fault = (struct fault){};
	return broker_reload(scene.broker, &scene.fault);
}

START_TEST(test_files_that_come_and_go_are_taken_up_by_a_reload)
{
	scene_init();
	scene_start(scene_bind);
	scratch_write(&scene.work, FILE_OF_TAPE, TEXT_OF_TAPE);
	ck_assert_int_ge(reload(), 0);
	scene_run(1);
	ck_assert(scene_find(scene_tape)->is_bound && scene_find(scene_tape)->is_autostart);
	scene_restart(scene_bind);
	ck_assert_int_ge(reload(), 0);
	scene_run(0);
	ck_assert_uint_eq(scene.n_ended, 0);
	ck_assert(scene_find(scene_tape)->is_bound);
	scratch_remove(&scene.work, FILE_OF_TAPE);
	scene_restart(scene_bind); /* one that is gone by then is not noticed, but for a note */
	scene_run(0);
	ck_assert(scene_find(scene_tape)->is_bound && !scene_find(scene_tape)->is_defined);
	scratch_write(&scene.work, FILE_OF_TAPE, TEXT_OF_TAPE);
	scene_restart(scene_bind);
	scratch_remove(&scene.work, FILE_OF_TAPE);
	ck_assert_int_ge(reload(), 0);
	ck_assert(!scene_find(scene_tape)->is_defined);
	scene_run(1);
	ck_assert_str_eq(scene_find(scene_tape)->facts.driver, "tape_34xx");
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_a_bad_file_leaves_what_it_said_and_the_others_are_read)
{
	const struct definition idle = { .id = scene_tape };
	_cleanup_free_ char *text = NULL;

	scene_init();
	scratch_write(&scene.work, FILE_OF_TAPE, TEXT_OF_TAPE);
	scene_start(scene_bind);
	scene_run(1);
	scene_restart(scene_bind);
	scratch_write(&scene.work, FILE_OF_TAPE, "{ \"version\": 2 }");
	scratch_write(&scene.work, "devices.d/0.0.0700.json",
		      "{ \"version\": 1, \"device\": \"0.0.0700\", \"autostart\": false }");
	ck_assert_int_eq(autostart_check_reload(broker_autostart(scene.broker), &scene.fault),
			 -EBADMSG);
	ck_assert_ptr_nonnull(strstr(scene.fault.text, "0.0.0580.json"));
	ck_assert_uint_eq(definitions_count(autostart_definitions(broker_autostart(scene.broker))),
			  1);
	ck_assert_int_eq(reload(), -EBADMSG);
	ck_assert_int_eq(scene.fault.code, FAULT_DEFINITION_INVALID);
	ck_assert_ptr_nonnull(strstr(scene.fault.text, "0.0.0580.json"));
	ck_assert_ptr_nonnull(strstr(scene.fault.text, "another version"));
	ck_assert_uint_eq(definitions_count(autostart_definitions(broker_autostart(scene.broker))),
			  2);
	ck_assert(scene_find(scene_tape)->is_bound && scene_find(scene_tape)->is_autostart);
	/* it is left alone, whatever is asked */
	ck_assert_int_lt(autostart_define(broker_autostart(scene.broker), &idle, &scene.fault), 0);
	ck_assert_int_eq(scene.fault.code, FAULT_DEFINITION_FAILED);
	ck_assert_int_lt(
		autostart_undefine(broker_autostart(scene.broker), scene_tape, &scene.fault), 0);
	ck_assert_int_eq(scene.fault.code, FAULT_DEFINITION_FAILED);
	text = scratch_read(&scene.work, FILE_OF_TAPE);
	ck_assert_str_eq(text, "{ \"version\": 2 }");
	/* until it is mended */
	scratch_write(&scene.work, FILE_OF_TAPE, TEXT_OF_TAPE);
	ck_assert_int_ge(reload(), 0);
	ck_assert_int_eq(autostart_define(broker_autostart(scene.broker), &idle, &scene.fault), 0);
	scene_stop();
	scene_deinit();
}
END_TEST

START_TEST(test_too_many_files_leave_all_definitions_as_they_were)
{
	char name[64], text[128];
	unsigned int n;

	scene_init();
	scratch_write(&scene.work, FILE_OF_TAPE, TEXT_OF_TAPE);
	scene_start(scene_bind);
	scene_run(1);
	scene_restart(scene_bind);
	for (n = 0; n < LIMIT_DEFINITIONS; n++) {
		snprintf(name, sizeof(name), "devices.d/0.1.%04x.json", n);
		snprintf(text, sizeof(text),
			 "{ \"version\": 1, \"device\": \"0.1.%04x\", \"autostart\": false }", n);
		scratch_write(&scene.work, name, text);
	}
	/* whichever of them is read last is one too many */
	ck_assert_int_lt(reload(), 0);
	ck_assert(scene_find(scene_tape)->is_bound && scene_find(scene_tape)->is_autostart);
	scratch_remove(&scene.work, name);
	ck_assert_int_ge(reload(), 0);
	ck_assert_uint_eq(definitions_count(autostart_definitions(broker_autostart(scene.broker))),
			  LIMIT_DEFINITIONS);
	scene_stop();
	scene_deinit();
}
END_TEST

static void wait_there(void *data, struct worker_result *result)
{
	const struct change *change = data;

	if (change->kind == CHANGE_BIND)
		poll(NULL, 0, 30000);
	result->r = 0;
}

static int on_file_gone(sd_event_source *source, uint64_t usec, void *userdata)
{
	ck_assert(scene_find(scene_tape)->has_job);
	ck_assert_int_lt(
		autostart_undefine(broker_autostart(scene.broker), scene_tape, &scene.fault), 0);
	ck_assert_int_eq(scene.fault.code, FAULT_OPERATION_IN_PROGRESS);
	scratch_remove(&scene.work, FILE_OF_TAPE);
	ck_assert_int_ge(reload(), 0);
	return 0;
}

START_TEST(test_one_that_is_being_bound_when_its_file_goes_is_not)
{
	scene_init();
	scratch_write(&scene.work, FILE_OF_TAPE, TEXT_OF_TAPE);
	scene_start(wait_there);
	ck_assert_int_ge(sd_event_add_time_relative(scene.event, NULL, CLOCK_MONOTONIC, 200000, 0,
						    on_file_gone, NULL),
			 0);
	scene_run(1);
	ck_assert_int_eq(scene.result_seen, JOB_CANCELED);
	ck_assert(!scene_find(scene_tape)->is_bound && !scene_find(scene_tape)->is_defined);
	ck_assert_int_eq(scene_reason(""), FAULT_NONE);
	ck_assert_str_eq(scene_find(scene_tape)->facts.driver, "tape_34xx");
	scene_stop();
	scene_deinit();
}
END_TEST

CHECK_MAIN("autostart-reload", test_files_that_come_and_go_are_taken_up_by_a_reload,
	   test_a_bad_file_leaves_what_it_said_and_the_others_are_read,
	   test_too_many_files_leave_all_definitions_as_they_were,
	   test_one_that_is_being_bound_when_its_file_goes_is_not)
