/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the processes that stay, their number, and the order in which tasks come to them. Knows
 * nothing of what a task does.
 *
 * A task that finds a process free is under way at once. Otherwise it waits for one to get free, and
 * only when none has for a moment more are forked: what is quick needs few of them.
 */
#include "crew.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "limits.h"
#include "log.h"

#define PATIENCE_USEC 40000
#define RETRY_USEC    200000 /* when no process can be forked */

struct hand {
	struct crew *crew;
	struct worker *worker;
	struct task *task; /* NULL: free, or at a task that nobody wants any more */
	bool has_begun;	   /* any task */
	struct hand *next;
};

/* A user's tasks of one lane; there is one as long as there are any. */
struct owner {
	enum crew_lane lane;
	uid_t uid;
	unsigned int count;
	unsigned int under_way; /* without those that are late */
	uint64_t turn;		/* when one of them was begun last */
	struct owner *next;
};

struct task {
	struct crew *crew;
	struct owner *owner;
	struct hand *hand; /* NULL: it waits, or is over */
	bool is_late;
	bool is_waiting;
	worker_run_t run;
	worker_done_t done;
	worker_late_t late;
	void *userdata;
	struct task *next; /* while it waits */
	size_t size;
	unsigned char data[];
};

struct crew {
	sd_event *event;
	int keep_fd;
	struct hand *hands;
	struct owner *owners;
	struct task *waiting; /* who came first is first */
	unsigned int under_way[_CREW_LANE_MAX];
	uint64_t turn;
	uint64_t moved; /* microseconds: when a process got free last */
	sd_event_source *patience;
};

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- owners ---- */

/* One that is new stands behind those who have had their turn. */
static struct owner *owner_get(struct crew *crew, enum crew_lane lane, uid_t uid)
{
	struct owner *owner = crew->owners;

	while (owner && (owner->lane != lane || owner->uid != uid))
		owner = owner->next;
	if (!owner) {
		owner = calloc(1, sizeof(*owner));
		if (!owner)
			return NULL;
		owner->lane = lane;
		owner->uid = uid;
		owner->turn = crew->turn;
		owner->next = crew->owners;
		crew->owners = owner;
	}
	owner->count++;
	return owner;
}

static void owner_put(struct crew *crew, struct owner *owner)
{
	struct owner **at = &crew->owners;

	if (--owner->count > 0)
		return;
	while (*at != owner)
		at = &(*at)->next;
	*at = owner->next;
	free(owner);
}

/* ---- hands ---- */

static void hand_free(struct hand *hand)
{
	struct hand **at = &hand->crew->hands;

	while (*at && *at != hand)
		at = &(*at)->next;
	if (*at)
		*at = hand->next;
	worker_free(hand->worker);
	free(hand);
}

static void dispatch(struct crew *crew, bool may_fork); /* whose processes call back into it */
static int hand_new(struct crew *crew, struct hand **ret);

static void on_gone(struct worker *worker, void *userdata)
{
	struct hand *hand = userdata;
	struct crew *crew = hand->crew;
	bool has_begun = hand->has_begun;

	hand_free(hand);
	/* one that dies of its task is replaced at once; one that cannot even begin would be for ever */
	if (has_begun && !crew->hands)
		(void)hand_new(crew, &hand); /* else with the next task */
	dispatch(crew, false);
}

static int hand_new(struct crew *crew, struct hand **ret)
{
	struct hand *hand = calloc(1, sizeof(*hand));
	int r;

	if (!hand)
		return -ENOMEM;
	hand->crew = crew;
	r = worker_new_staying(crew->event, crew->keep_fd, on_gone, hand, &hand->worker);
	if (r < 0) {
		free(hand);
		return r;
	}
	hand->next = crew->hands;
	*ret = crew->hands = hand;
	return 0;
}

static struct hand *find_free_hand(const struct crew *crew)
{
	struct hand *hand = crew->hands;

	while (hand && !worker_is_free(hand->worker))
		hand = hand->next;
	return hand;
}

/* Those that a burst has left. */
static void dismiss_most(struct crew *crew)
{
	unsigned int idle = 0;
	struct hand *hand;

	for (hand = crew->hands; hand; hand = hand->next)
		if (worker_is_free(hand->worker) && ++idle > LIMIT_IDLE_WORKERS)
			worker_dismiss(hand->worker);
}

/* ---- tasks ---- */

static void leave_queue(struct task *task)
{
	struct task **at = &task->crew->waiting;

	while (*at != task)
		at = &(*at)->next;
	*at = task->next;
	task->is_waiting = false;
}

/* It is under way no more, as far as the limits go. */
static void stop_counting(struct task *task)
{
	task->owner->under_way--;
	task->crew->under_way[task->owner->lane]--;
}

static void detach(struct task *task)
{
	task->hand->task = NULL;
	task->hand = NULL;
	if (!task->is_late)
		stop_counting(task);
}

static void on_done(struct worker_result *result, void *userdata)
{
	struct hand *hand = userdata;
	struct crew *crew = hand->crew;
	struct task *task = hand->task;

	crew->moved = now_usec();
	if (task)
		detach(task);
	dispatch(crew, false); /* the process has its next task while we look at this one */
	if (task)
		task->done(result, task->userdata); /* may free the task */
}

static void on_late(const struct worker_progress *progress, void *userdata)
{
	struct hand *hand = userdata;
	struct crew *crew = hand->crew;
	struct task *task = hand->task;

	if (task) {
		task->is_late = true;
		stop_counting(task);
		task->late(progress, task->userdata); /* may free the task */
	}
	dispatch(crew, false);
}

static bool may_begin(const struct crew *crew, const struct owner *owner)
{
	return owner->under_way < LIMIT_UNDER_WAY_PER_UID &&
	       crew->under_way[owner->lane] < LIMIT_UNDER_WAY;
}

/* Of those whose turn is longest ago, the one that came first. */
static struct task *find_next(const struct crew *crew)
{
	struct task *task, *next = NULL;

	for (task = crew->waiting; task; task = task->next)
		if (may_begin(crew, task->owner) &&
		    (!next || task->owner->turn < next->owner->turn))
			next = task;
	return next;
}

static int begin(struct task *task, struct hand *hand)
{
	struct crew *crew = task->crew;
	int r;

	r = worker_give(hand->worker, task->run, task->data, task->size, on_done, hand);
	if (r < 0) {
		worker_kill(hand->worker); /* it has ended already, which is told in a moment */
		return r;
	}
	r = worker_watch(hand->worker, on_late);
	if (r < 0) /* no reason to do nothing at all */
		log_warning_errno(r, "the steps of a worker have no time limit");
	leave_queue(task);
	hand->has_begun = true;
	hand->task = task;
	task->hand = hand;
	task->owner->under_way++;
	task->owner->turn = ++crew->turn;
	crew->under_way[task->owner->lane]++;
	return 0;
}

static void be_patient(struct crew *crew, uint64_t usec)
{
	int enabled = SD_EVENT_OFF;

	(void)sd_event_source_get_enabled(crew->patience, &enabled);
	if (enabled != SD_EVENT_OFF)
		return;
	/* cannot fail: the source is ours, and so are the values */
	(void)sd_event_source_set_time_relative(crew->patience, usec);
	(void)sd_event_source_set_enabled(crew->patience, SD_EVENT_ONESHOT);
}

/* As many as there are processes for; others wait for one. */
static void dispatch(struct crew *crew, bool may_fork)
{
	struct task *task;
	struct hand *hand;

	while ((task = find_next(crew))) {
		hand = find_free_hand(crew);
		if (!hand && (may_fork || !crew->hands) && hand_new(crew, &hand) < 0) {
			be_patient(crew, RETRY_USEC);
			return;
		}
		if (!hand) {
			be_patient(crew, PATIENCE_USEC);
			return;
		}
		(void)begin(task, hand); /* else it waits for another one */
	}
	dismiss_most(crew);
}

static int on_patience(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct crew *crew = userdata;

	dispatch(crew, now_usec() >= crew->moved + PATIENCE_USEC);
	return 0;
}

/* ---- public ---- */

int crew_new(sd_event *event, int keep_fd, struct crew **ret)
{
	_cleanup_(crew_freep) struct crew *crew = calloc(1, sizeof(*crew));
	struct hand *hand;
	int r;

	if (!crew)
		return -ENOMEM;
	crew->event = event;
	crew->keep_fd = keep_fd;
	r = sd_event_add_time(event, &crew->patience, CLOCK_MONOTONIC, 0, 1, on_patience, crew);
	if (r >= 0)
		r = sd_event_source_set_enabled(crew->patience, SD_EVENT_OFF);
	if (r < 0)
		return r;
	(void)hand_new(crew, &hand); /* the first task tries again */
	*ret = TAKE_PTR(crew);
	return 0;
}

void crew_free(struct crew *crew)
{
	if (!crew)
		return;
	assert(!crew->owners);
	while (crew->hands)
		hand_free(crew->hands);
	sd_event_source_disable_unref(crew->patience);
	free(crew);
}

int task_new(struct crew *crew, const struct task_order *order, struct task **ret)
{
	struct task *task, **at;
	struct hand *hand;
	int r;

	assert(order->size <= WORKER_DATA_SIZE);
	/* who can get no process at all is told now */
	if (!crew->hands) {
		r = hand_new(crew, &hand);
		if (r < 0)
			return r;
	}
	task = calloc(1, sizeof(*task) + order->size);
	if (!task)
		return -ENOMEM;
	task->crew = crew;
	task->owner = owner_get(crew, order->lane, order->uid);
	if (!task->owner) {
		free(task);
		return -ENOMEM;
	}
	task->run = order->run;
	task->done = order->done;
	task->late = order->late;
	task->userdata = order->userdata;
	task->size = order->size;
	memcpy(task->data, order->data, order->size);
	task->is_waiting = true;
	for (at = &crew->waiting; *at;)
		at = &(*at)->next;
	*at = task;
	dispatch(crew, false);
	*ret = task;
	return 0;
}

void task_free(struct task *task)
{
	struct hand *hand;

	if (!task)
		return;
	if (task->is_waiting)
		leave_queue(task);
	hand = task->hand;
	if (hand) {
		detach(task);
		worker_kill(hand->worker);
	}
	owner_put(task->crew, task->owner);
	free(task);
}

bool task_is_late(const struct task *task)
{
	return task->is_late;
}

void task_read_progress(const struct task *task, struct worker_progress *ret)
{
	*ret = (struct worker_progress){};
	if (task->hand)
		worker_read_progress(task->hand->worker, ret);
}
