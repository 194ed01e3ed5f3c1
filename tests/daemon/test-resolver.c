/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Lookups off the event loop: answers, silence, death, and what is remembered. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "check-main.h"
#include "limits.h"
#include "resolver.h"
#include "scratch.h"

#define MUTE 4000000001U /* and above: no answer */
#define DEAD 1666
#define LIAR 1667

static sd_event *event;
static struct resolver *resolver;
static struct fault told;
static int answers;

/* Plays the account database: name "uN" in group N. */
static void fake_run(void *data, struct worker_result *result)
{
	uid_t uid = *(uid_t *)data;
	int fd = memfd_create("fake", MFD_CLOEXEC);

	while (uid >= MUTE)
		pause();
	if (uid == DEAD || uid == 0)
		kill(getpid(), SIGKILL);
	if (uid == LIAR)
		dprintf(fd, "what?");
	else
		dprintf(fd, "%u%cu%u%c0%c%u%cgroup%c", uid, 0, uid, 0, 0, uid, 0, 0);
	lseek(fd, 0, SEEK_SET);
	result->r = 0;
	result->fds[result->n_fds++] = fd;
}

/* Time enough for a busy machine, where it is not the matter. */
static void setup_with_life(unsigned int life_ms)
{
	struct resolver_config config = {
		.run = fake_run,
		.patience_ms = 3000,
		.life_ms = life_ms,
	};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ck_assert_int_eq(sd_event_new(&event), 0);
	config.event = event;
	ck_assert_int_eq(resolver_new(&config, &resolver), 0);
	answers = 0;
}

static void setup(void)
{
	setup_with_life(600000);
}

static void teardown(void)
{
	resolver = (resolver_free(resolver), NULL);
	event = sd_event_unref(event);
}

static void on_done(const struct fault *fault, void *userdata)
{
	told = *fault;
	answers++;
}

static void ask(uid_t uid, struct resolver_wait **ret)
{
	struct fault fault = {};

	ck_assert_int_eq(resolver_ask(resolver, uid, on_done, NULL, ret, &fault), 0);
}

static void run_until(int wanted)
{
	while (answers < wanted)
		ck_assert_int_ge(sd_event_run(event, 5000000), 1);
}

static bool knows(uid_t uid)
{
	struct subject subject;

	if (resolver_get(resolver, uid, &subject) <= 0)
		return false;
	ck_assert_uint_eq(subject.uid, uid);
	subject_deinit(&subject);
	return true;
}

START_TEST(test_an_answer_is_known_to_all_who_asked_for_it)
{
	int before = scratch_count_fds();
	struct resolver_wait *one, *two;
	struct subject subject;

	setup();
	ck_assert(!knows(1001));
	ask(1001, &one);
	ask(1001, &two);
	ck_assert(!knows(1001));
	run_until(2);
	ck_assert_int_eq(told.code, FAULT_NONE);
	ck_assert_int_eq(resolver_get(resolver, 1001, &subject), 1);
	ck_assert_str_eq(subject.user, "u1001");
	ck_assert_uint_eq(subject.gids[0], 1001);
	subject_deinit(&subject);
	ck_assert(!knows(1002));
	teardown();
	ck_assert_int_eq(scratch_count_fds(), before);
}
END_TEST

START_TEST(test_silence_delays_only_who_is_asked_for)
{
	struct resolver_wait *mute, *other;

	setup();
	ask(MUTE, &mute);
	ask(1001, &other);
	run_until(1);
	ck_assert_int_eq(told.code, FAULT_NONE);
	ck_assert(knows(1001));
	run_until(2);
	ck_assert_int_eq(told.code, FAULT_ACCESS_DENIED);
	ck_assert_ptr_nonnull(strstr(told.text, "does not answer"));
	ck_assert(!knows(MUTE));
	teardown();
}
END_TEST

START_TEST(test_death_and_nonsense_are_refusals)
{
	struct resolver_wait *wait;

	setup();
	ask(DEAD, &wait);
	run_until(1);
	ck_assert_int_eq(told.code, FAULT_ACCESS_DENIED);
	ck_assert_ptr_nonnull(strstr(told.text, "signal 9"));
	ask(LIAR, &wait);
	run_until(2);
	ck_assert_int_eq(told.code, FAULT_ACCESS_DENIED);
	ck_assert(!knows(LIAR));
	teardown();
}
END_TEST

START_TEST(test_root_is_known_without_the_database)
{
	struct resolver_wait *wait;
	struct subject subject;

	setup();
	ask(0, &wait);
	run_until(1);
	ck_assert_int_eq(told.code, FAULT_NONE);
	ck_assert_int_eq(resolver_get(resolver, 0, &subject), 1);
	ck_assert_str_eq(subject.user, "root");
	ck_assert_uint_eq(subject.n_groups, 1);
	subject_deinit(&subject);
	teardown();
}
END_TEST

START_TEST(test_who_does_not_wait_any_more_is_not_told)
{
	struct resolver_wait *one, *two;

	setup();
	ask(MUTE, &one);
	ask(MUTE, &two);
	resolver_wait_free(one);
	ck_assert_int_eq(sd_event_run(event, 0), 0);
	resolver_wait_free(two);
	/* nobody waits: the process has been killed */
	ck_assert_int_ge(sd_event_run(event, 5000000), 1);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ask(1001, &one);
	run_until(1);
	ck_assert(knows(1001));
	teardown();
}
END_TEST

START_TEST(test_lookups_end_at_the_limit_but_not_for_root)
{
	struct resolver_wait *waits[LIMIT_LOOKUPS], *wait;
	struct fault fault = {};
	unsigned int n;

	setup();
	for (n = 0; n < LIMIT_LOOKUPS; n++)
		ask(MUTE + n, &waits[n]);
	ck_assert_int_lt(resolver_ask(resolver, MUTE + n, on_done, NULL, &wait, &fault), 0);
	ck_assert_int_eq(fault.code, FAULT_LIMITS_EXCEEDED);
	ask(MUTE, &wait); /* one that is under way already */
	ask(0, &wait);
	run_until(1);
	ck_assert(knows(0));
	teardown();
}
END_TEST

START_TEST(test_accounts_end_at_the_limit_with_the_oldest)
{
	struct resolver_wait *wait;
	int n;

	setup();
	for (n = 0; n < LIMIT_ACCOUNTS; n++) {
		ask(2000 + (uid_t)n, &wait);
		run_until(n + 1);
		ck_assert_int_eq(told.code, FAULT_NONE);
	}
	ck_assert(knows(2000) && knows(2000 + LIMIT_ACCOUNTS - 1));
	ask(2000 + LIMIT_ACCOUNTS, &wait);
	run_until(LIMIT_ACCOUNTS + 1);
	ck_assert(!knows(2000));
	ck_assert(knows(2001) && knows(2000 + LIMIT_ACCOUNTS));
	teardown();
}
END_TEST

START_TEST(test_what_is_known_is_forgotten_after_a_while)
{
	struct resolver_wait *wait;

	setup_with_life(100);
	ask(1001, &wait);
	run_until(1);
	ck_assert_int_eq(told.code, FAULT_NONE);
	usleep(150000);
	ck_assert(!knows(1001));
	teardown();
}
END_TEST

static void run_for(uid_t uid)
{
	struct resolver_config config = { .run = resolver_run, .patience_ms = 5000 };
	struct resolver_wait *wait;

	setup();
	resolver_free(resolver);
	config.event = event;
	ck_assert_int_eq(resolver_new(&config, &resolver), 0);
	ask(uid, &wait);
	run_until(1);
}

START_TEST(test_the_real_database_is_asked)
{
	struct subject subject;

	run_for(0);
	ck_assert_int_eq(resolver_get(resolver, 0, &subject), 1);
	ck_assert_str_eq(subject.user, "root");
	subject_deinit(&subject);
	teardown();
	run_for(4123456789U);
	ck_assert_int_eq(resolver_get(resolver, 4123456789U, &subject), 1);
	ck_assert_str_eq(subject.user, "4123456789");
	subject_deinit(&subject);
	teardown();
}
END_TEST

CHECK_MAIN("resolver", test_an_answer_is_known_to_all_who_asked_for_it,
	   test_silence_delays_only_who_is_asked_for, test_death_and_nonsense_are_refusals,
	   test_root_is_known_without_the_database, test_who_does_not_wait_any_more_is_not_told,
	   test_lookups_end_at_the_limit_but_not_for_root,
	   test_accounts_end_at_the_limit_with_the_oldest,
	   test_what_is_known_is_forgotten_after_a_while, test_the_real_database_is_asked)
