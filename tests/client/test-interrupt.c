/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/interrupt.c: which signals come to the handler, and which go on to end a process. */
#include <signal.h>

#include "check-main.h"
#include "interrupt.h"
#include "macro.h"

static int count;

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	ck_assert_ptr_eq(userdata, &count);
	count++;
	return 0;
}

/* How many of the three come to the handler; tests run in a process of their own each. */
static int count_caught(bool has_hangup)
{
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	int r;

	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_eq(interrupt_catch(event, has_hangup, on_signal, &count) < 0, 0);
	ck_assert_ptr_ne(signal(SIGHUP, has_hangup ? SIG_DFL : SIG_IGN), SIG_ERR);
	ck_assert_int_eq(raise(SIGINT), 0);
	ck_assert_int_eq(raise(SIGTERM), 0);
	ck_assert_int_eq(raise(SIGHUP), 0);
	while ((r = sd_event_run(event, 0)) > 0)
		continue;
	ck_assert_int_eq(r, 0);
	return count;
}

START_TEST(test_an_interrupt_and_a_termination_come)
{
	ck_assert_int_eq(count_caught(false), 2);
}
END_TEST

START_TEST(test_the_end_of_a_terminal_comes_where_it_is_asked_for)
{
	ck_assert_int_eq(count_caught(true), 3);
}
END_TEST

CHECK_MAIN("interrupt", test_an_interrupt_and_a_termination_come,
	   test_the_end_of_a_terminal_comes_where_it_is_asked_for)
