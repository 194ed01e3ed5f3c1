/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "macro.h"
#include "worker.h"

/*
 * Worker processes that stay, and what waits for one. Of each lane no more than LIMIT_UNDER_WAY tasks
 * are under way, of one user in it no more than LIMIT_UNDER_WAY_PER_UID; the others wait, and users
 * take turns: before a user's oldest task at most one waiting task of each other user is begun. What is
 * late counts no more: the kernel has it, and nothing else is to wait for that.
 */
struct crew;

/* One errand of one user, waiting or under way. */
struct task;

/* So that what is taken never keeps what is given back from going, nor the other way round. */
enum crew_lane {
	CREW_TAKE,
	CREW_RETURN,
	_CREW_LANE_MAX,
};

struct task_order {
	enum crew_lane lane;
	uid_t uid;
	worker_run_t run;
	const void *data; /* copied; nothing in it is pointed to but what was there with the crew */
	size_t size;
	worker_done_t done; /* the task is over, and freed by whoever has it, here or later */
	worker_late_t late;
	void *userdata;
};

/* keep_fd as for worker_new. The first process is forked here, as long as the daemon is small. */
_must_check_ int crew_new(sd_event *event, int keep_fd, struct crew **ret);

/* There are no tasks any more. */
void crew_free(struct crew *crew);
DEFINE_CLEANUP(struct crew *, crew_free)

/* done and late are never called from in here. The caller owns *ret. */
_must_check_ int task_new(struct crew *crew, const struct task_order *order, struct task **ret);

/* Ends it as well; done does not follow. */
void task_free(struct task *task);

/* Whether late has been called: its end is not to be waited for. */
bool task_is_late(const struct task *task);

/* What it is at; nothing has begun while it waits. */
void task_read_progress(const struct task *task, struct worker_progress *ret);
