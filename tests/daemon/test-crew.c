/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Processes that stay: who gets one when, how many there are at most, and what one errand leaves. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check-main.h"
#include "crew.h"
#include "limits.h"
#include "scratch.h"

#define TASKS 80

/* Seen by all processes. */
static struct shared {
	atomic_uint running, most, begun;
	atomic_bool go;
} * shared;

struct entry {
	struct task *task;
	struct worker_result result;
	unsigned int place; /* in the order of ends, from 1; 0: not yet */
	bool was_late;
};

static sd_event *event;
static struct crew *crew;
static struct entry entries[TASKS];
static unsigned int n_entries, n_over;

static void setup(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ck_assert(shared != MAP_FAILED);
	n_entries = n_over = 0;
	memset(entries, 0, sizeof(entries));
	ck_assert_int_eq(sd_event_new(&event), 0);
	ck_assert_int_eq(crew_new(event, -1, &crew), 0);
}

static void teardown(void)
{
	unsigned int n;

	for (n = 0; n < n_entries; n++)
		task_free(entries[n].task);
	crew_free(crew);
	event = sd_event_unref(event);
	munmap(shared, sizeof(*shared));
}

static void on_done(struct worker_result *result, void *userdata)
{
	struct entry *entry = userdata;

	entry->result = *result;
	entry->place = ++n_over;
	entry->task = (task_free(entry->task), NULL);
}

static void on_late(const struct worker_progress *progress, void *userdata)
{
	struct entry *entry = userdata;

	entry->was_late = true;
	ck_assert(task_is_late(entry->task));
}

static struct entry *order(enum crew_lane lane, uid_t uid, worker_run_t run, int value)
{
	struct entry *entry = &entries[n_entries++];
	const struct task_order order = {
		.lane = lane,
		.uid = uid,
		.run = run,
		.data = &value,
		.size = sizeof(value),
		.done = on_done,
		.late = on_late,
		.userdata = entry,
	};

	ck_assert_uint_le(n_entries, TASKS);
	ck_assert_int_eq(task_new(crew, &order, &entry->task), 0);
	return entry;
}

static void wait_over(unsigned int count)
{
	while (n_over < count)
		ck_assert_int_ge(sd_event_run(event, UINT64_MAX), 0);
}

/* Lets things happen; what is not to happen has this long for it. */
static void run_for(unsigned int rounds)
{
	while (rounds-- > 0)
		ck_assert_int_ge(sd_event_run(event, 10000), 0);
}

static void answer(void *data, struct worker_result *result)
{
	result->r = *(int *)data;
	result->detail = (unsigned int)getpid();
}

START_TEST(test_one_process_does_one_errand_after_the_other)
{
	int n;

	setup();
	for (n = 0; n < 5; n++) {
		order(CREW_TAKE, 1, answer, n + 7);
		wait_over((unsigned int)n + 1);
	}
	for (n = 0; n < 5; n++) {
		ck_assert_int_eq(entries[n].result.r, n + 7);
		ck_assert_uint_eq(entries[n].place, (unsigned int)n + 1);
		ck_assert_uint_ne(entries[n].result.detail, (unsigned int)getpid());
	}
	ck_assert_uint_eq(entries[0].result.detail, entries[1].result.detail);
	teardown();
}
END_TEST

static void leave_one_open(void *data, struct worker_result *result)
{
	result->r = scratch_count_fds();
	if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
		result->r = -1;
	result->fds[result->n_fds++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

START_TEST(test_nothing_of_one_errand_is_there_in_the_next)
{
	int before;

	setup();
	order(CREW_TAKE, 1, leave_one_open, 0);
	wait_over(1);
	before = scratch_count_fds();
	order(CREW_TAKE, 2, leave_one_open, 0);
	wait_over(2);
	ck_assert_int_eq(entries[0].result.r, 4); /* standard ones and the socket */
	ck_assert_int_eq(entries[1].result.r, 4);
	ck_assert_int_eq(scratch_count_fds(), before); /* nor here: nobody took it */
	teardown();
}
END_TEST

static void wait_for_go(void *data, struct worker_result *result)
{
	unsigned int now, most;

	atomic_fetch_add(&shared->begun, 1);
	now = atomic_fetch_add(&shared->running, 1) + 1;
	most = atomic_load(&shared->most);
	while (now > most && !atomic_compare_exchange_weak(&shared->most, &most, now))
		; /* another one was quicker */
	while (!atomic_load(&shared->go))
		poll(NULL, 0, 1);
	atomic_fetch_sub(&shared->running, 1);
	result->r = 0;
}

static void wait_running(unsigned int count)
{
	while (atomic_load(&shared->running) < count)
		ck_assert_int_ge(sd_event_run(event, 10000), 0);
}

START_TEST(test_one_user_has_so_many_under_way_and_no_more)
{
	unsigned int n;

	setup();
	for (n = 0; n <= LIMIT_UNDER_WAY_PER_UID; n++)
		order(CREW_TAKE, 1, wait_for_go, 0);
	wait_running(LIMIT_UNDER_WAY_PER_UID);
	run_for(10);
	ck_assert_uint_eq(atomic_load(&shared->begun), LIMIT_UNDER_WAY_PER_UID);
	/* somebody else's is begun at once, as slow as his may be */
	order(CREW_TAKE, 2, wait_for_go, 0);
	wait_running(LIMIT_UNDER_WAY_PER_UID + 1);
	atomic_store(&shared->go, true);
	wait_over(LIMIT_UNDER_WAY_PER_UID + 2);
	teardown();
}
END_TEST

static void fill_lane(enum crew_lane lane)
{
	unsigned int n;

	for (n = 0; n <= LIMIT_UNDER_WAY; n++)
		order(lane, 1 + n / LIMIT_UNDER_WAY_PER_UID, wait_for_go, 0);
}

static void try_lane(enum crew_lane lane)
{
	struct entry *other;

	setup();
	fill_lane(lane);
	wait_running(LIMIT_UNDER_WAY);
	run_for(10);
	ck_assert_uint_eq(atomic_load(&shared->begun), LIMIT_UNDER_WAY);
	/* and does not keep the other one waiting */
	other = order(lane == CREW_TAKE ? CREW_RETURN : CREW_TAKE, 1, answer, 3);
	wait_over(1);
	ck_assert_int_eq(other->result.r, 3);
	atomic_store(&shared->go, true);
	wait_over(LIMIT_UNDER_WAY + 2);
	ck_assert_uint_eq(atomic_load(&shared->most), LIMIT_UNDER_WAY);
	teardown();
}

START_TEST(test_so_many_are_taken_at_a_time_and_no_more)
{
	try_lane(CREW_TAKE);
}
END_TEST

START_TEST(test_so_many_are_given_back_at_a_time_and_no_more)
{
	try_lane(CREW_RETURN);
}
END_TEST

/*
 * How many tasks the process that had this one had before. Not how many had ended: a process that has
 * just been forked for a task may take its time.
 */
static unsigned int count_before(const struct entry *entry)
{
	unsigned int n, count = 0;

	for (n = 0; n < n_entries; n++)
		if (entries[n].result.detail == entry->result.detail &&
		    entries[n].place < entry->place)
			count++;
	return count;
}

/* In counts: whatever one user has waiting, no more than one of it goes before what another asks for. */
START_TEST(test_who_floods_keeps_others_behind_one_more_of_his_only)
{
	struct entry *other;
	unsigned int n;

	setup();
	for (n = 0; n < LIMIT_PENDING_PER_UID; n++)
		order(CREW_TAKE, 1, answer, 0);
	other = order(CREW_TAKE, 2, answer, 0);
	wait_over(LIMIT_PENDING_PER_UID + 1);
	ck_assert_uint_le(count_before(other), 1 + 1);
	teardown();
}
END_TEST

START_TEST(test_one_by_one_is_no_way_to_the_front)
{
	struct entry *waiting, *last = NULL;
	unsigned int n;

	setup();
	order(CREW_TAKE, 1, answer, 0);
	waiting = order(CREW_TAKE, 2, answer, 0);
	/* one user asks anew as soon as he has his answer */
	for (n = 0; n < 10 && waiting->place == 0; n++) {
		wait_over(n + 1);
		last = order(CREW_TAKE, 1, answer, 0);
	}
	ck_assert_ptr_nonnull(last);
	wait_over(n_entries);
	ck_assert_uint_le(count_before(waiting), 1);
	teardown();
}
END_TEST

static void die(void *data, struct worker_result *result)
{
	_exit(*(int *)data);
}

START_TEST(test_a_process_that_dies_is_replaced)
{
	setup();
	order(CREW_TAKE, 1, die, 7);
	order(CREW_TAKE, 1, answer, 5);
	wait_over(2);
	ck_assert_int_lt(entries[0].result.r, 0);
	ck_assert_int_eq(entries[0].result.fault.code, FAULT_NONE);
	ck_assert_ptr_nonnull(strstr(entries[0].result.fault.text, "status 7"));
	ck_assert_int_eq(entries[1].result.r, 5);
	teardown();
}
END_TEST

static void hang(void *data, struct worker_result *result)
{
	worker_step(0, 1, 50, "hang");
	for (;;)
		pause();
}

START_TEST(test_what_is_late_is_told_ended_and_counts_no_more)
{
	unsigned int n;

	setup();
	for (n = 0; n < LIMIT_UNDER_WAY_PER_UID; n++)
		order(CREW_RETURN, 1, hang, 0);
	order(CREW_RETURN, 1, answer, 4);
	wait_over(LIMIT_UNDER_WAY_PER_UID + 1);
	for (n = 0; n < LIMIT_UNDER_WAY_PER_UID; n++) {
		ck_assert(entries[n].was_late);
		ck_assert_ptr_nonnull(strstr(entries[n].result.fault.text, "signal 9"));
	}
	ck_assert_int_eq(entries[n].result.r, 4);
	ck_assert(!entries[n].was_late);
	teardown();
}
END_TEST

START_TEST(test_a_task_that_is_freed_is_never_told_of)
{
	struct entry *under_way, *waiting;
	unsigned int n;

	setup();
	for (n = 0; n < LIMIT_UNDER_WAY_PER_UID + 1; n++)
		order(CREW_TAKE, 1, wait_for_go, 0);
	wait_running(LIMIT_UNDER_WAY_PER_UID);
	under_way = &entries[0];
	waiting = &entries[n - 1];
	waiting->task = (task_free(waiting->task), NULL);
	under_way->task = (task_free(under_way->task), NULL);
	order(CREW_TAKE, 1, answer, 1);
	wait_over(1);
	ck_assert_uint_eq(entries[n].place, 1);
	atomic_store(&shared->go, true);
	wait_over(LIMIT_UNDER_WAY_PER_UID);
	run_for(5);
	ck_assert_uint_eq(under_way->place, 0);
	ck_assert_uint_eq(waiting->place, 0);
	ck_assert_uint_eq(atomic_load(&shared->begun), LIMIT_UNDER_WAY_PER_UID);
	teardown();
}
END_TEST

START_TEST(test_after_a_burst_few_processes_stay)
{
	int without, each;
	unsigned int n;

	setup();
	without = scratch_count_fds();
	each = 2; /* a socket and, where the library uses them, a pidfd */
	for (n = 0; n < LIMIT_UNDER_WAY_PER_UID; n++)
		order(CREW_TAKE, 1, wait_for_go, 0);
	wait_running(LIMIT_UNDER_WAY_PER_UID);
	ck_assert_int_gt(scratch_count_fds(), without);
	atomic_store(&shared->go, true);
	wait_over(LIMIT_UNDER_WAY_PER_UID);
	/* the test's time limit is the limit */
	while (scratch_count_fds() > without + (LIMIT_IDLE_WORKERS - 1) * each)
		run_for(1);
	teardown();
}
END_TEST

CHECK_MAIN("crew", test_so_many_are_taken_at_a_time_and_no_more,
	   test_so_many_are_given_back_at_a_time_and_no_more,
	   test_one_process_does_one_errand_after_the_other,
	   test_nothing_of_one_errand_is_there_in_the_next,
	   test_one_user_has_so_many_under_way_and_no_more,
	   test_who_floods_keeps_others_behind_one_more_of_his_only,
	   test_one_by_one_is_no_way_to_the_front, test_a_process_that_dies_is_replaced,
	   test_what_is_late_is_told_ended_and_counts_no_more,
	   test_a_task_that_is_freed_is_never_told_of, test_after_a_burst_few_processes_stay)
