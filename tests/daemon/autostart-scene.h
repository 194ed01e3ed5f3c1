/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "broker.h"
#include "fake-sysfs.h"
#include "scratch.h"

/* A machine with one tape drive, and a broker; what happened in it. Every test has its own. */
struct autostart_scene {
	struct fake_sysfs fake;
	struct scratch work; /* definitions in devices.d, leases in run */
	sd_event *event;
	struct broker *broker;
	struct fault fault;
	unsigned int n_ended; /* jobs, in this run */
	enum job_result result_seen;
};

extern struct autostart_scene scene;
extern const struct ccw_id scene_tape;

/* Two ways of workers: they do it, or find it mounted. */
void scene_bind(void *data, struct worker_result *result);
void scene_refuse(void *data, struct worker_result *result);

void scene_init(void);
void scene_start(worker_run_t change);
void scene_stop(void);
void scene_deinit(void);

/* Lets that many jobs end; 0: lets a moment pass. An event loop that has ended is not run again. */
void scene_run(unsigned int n);
void scene_restart(worker_run_t change);

/* One more tape drive. */
void scene_add(struct ccw_id id);
void scene_define(struct ccw_id id, bool is_autostart);
struct device *scene_find(struct ccw_id id);

/* Why the tape is not bound; fails the test unless it has those words. */
enum fault_code scene_reason(const char *words);
