/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Owns a broker without a bus, whose workers bind as they are told, for the tests of definitions. */
#include "autostart-scene.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct autostart_scene scene;

const struct ccw_id scene_tape = { 0, 0, 0x580 };

static const char *directories[2];
static char *runtime_directory, *definition_directory;
static unsigned int n_wanted;

void scene_bind(void *data, struct worker_result *result)
{
	const struct change *change = data;
	char id[CCW_ID_STRING_SIZE];

	scene.fake.scratch.fd =
		open(scene.fake.scratch.path, O_PATH | O_CLOEXEC); /* a worker has no other */
	fake_sysfs_set_driver(&scene.fake, ccw_id_format(change->id, id),
			      change->kind == CHANGE_BIND ? change->driver : change->origin.driver);
	result->r = 0;
}

void scene_refuse(void *data, struct worker_result *result)
{
	result->r = fault_set(&result->fault, FAULT_DEVICE_IN_USE, "it is mounted");
}

static void on_removed(struct job *removed, enum job_result result, void *userdata)
{
	scene.result_seen = result;
	if (++scene.n_ended == n_wanted)
		sd_event_exit(scene.event, 0);
}

static void on_added(struct job *added, void *userdata)
{
}

static const struct job_listener listener = { .added = on_added, .removed = on_removed };

static int on_time(sd_event_source *source, uint64_t usec, void *userdata)
{
	return sd_event_exit(scene.event, 0);
}

void scene_init(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fake_sysfs_init(&scene.fake);
	fake_sysfs_add_tape(&scene.fake);
	scratch_init(&scene.work);
	directories[0] = scene.work.path;
	runtime_directory = scratch_path(&scene.work, "run");
	definition_directory = scratch_path(&scene.work, "devices.d");
}

void scene_start(worker_run_t change)
{
	struct broker_config config = { .change = change };

	ck_assert_int_ge(sd_event_new(&scene.event), 0);
	config.event = scene.event;
	config.sysfs_root = scene.fake.scratch.path;
	config.proc_root = scene.work.path;
	config.runtime_directory = runtime_directory;
	config.policy_directories = directories;
	config.definition_directory = definition_directory;
	ck_assert_int_ge(broker_new(&config, &scene.broker), 0);
	ck_assert_int_ge(broker_start(scene.broker), 0);
	jobs_set_listener(broker_jobs(scene.broker), &listener, NULL);
	scene.n_ended = 0;
	scene.fault = (struct fault){};
}

void scene_stop(void)
{
	broker_free(scene.broker);
	scene.event = sd_event_unref(scene.event);
}

void scene_deinit(void)
{
	free(runtime_directory);
	free(definition_directory);
	scratch_deinit(&scene.work);
	fake_sysfs_deinit(&scene.fake);
}

/* Lets that many jobs end; 0: lets a moment pass. */
void scene_run(unsigned int n)
{
	scene.n_ended = 0;
	n_wanted = n;
	if (n == 0)
		ck_assert_int_ge(sd_event_add_time_relative(scene.event, NULL, CLOCK_MONOTONIC,
							    200000, 0, on_time, NULL),
				 0);
	ck_assert_int_ge(sd_event_loop(scene.event), 0);
}

/* An event loop that has ended is not run again. */
void scene_restart(worker_run_t change)
{
	scene_stop();
	scene_start(change);
}

void scene_add(struct ccw_id id)
{
	char name[CCW_ID_STRING_SIZE], subchannel[32];
	const struct fake_device device = { .id = ccw_id_format(id, name),
					    .subchannel = subchannel,
					    .device_type = "3490/50\n",
					    .control_unit = "3490/50\n",
					    .driver = "tape_34xx" };

	snprintf(subchannel, sizeof(subchannel), "0.1.%04x", id.devno);
	fake_sysfs_add(&scene.fake, &device);
}

void scene_define(struct ccw_id id, bool is_autostart)
{
	const struct definition definition = { id, is_autostart };

	ck_assert_int_eq(
		autostart_define(broker_autostart(scene.broker), &definition, &scene.fault), 0);
}

struct device *scene_find(struct ccw_id id)
{
	struct device *device = broker_find_device(scene.broker, id, &scene.fault);

	ck_assert_ptr_nonnull(device);
	return device;
}

enum fault_code scene_reason(const char *words)
{
	const char *text;
	enum fault_code code = device_reason(scene_find(scene_tape), &text);

	ck_assert_msg(strstr(text, words) != NULL, "%s", text);
	return code;
}
