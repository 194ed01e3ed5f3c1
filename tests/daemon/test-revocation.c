/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The deadline of a holder: set, shortened, not prolonged, and due. */
#include "check-main.h"
#include "revocation.h"

static int n_due;

static void on_due(void *userdata)
{
	n_due++;
}

START_TEST(test_a_deadline_can_only_come_nearer)
{
	struct revocation revocation = {};

	ck_assert_int_eq(revocation_set(&revocation, 500, "first"), 1);
	ck_assert_int_eq(revocation_set(&revocation, 501, "later"), 0);
	ck_assert_int_eq(revocation_set(&revocation, 500, "the same"), 0);
	ck_assert_str_eq(revocation.reason, "first");
	ck_assert_int_eq(revocation_set(&revocation, 499, "sooner"), 1);
	ck_assert_str_eq(revocation.reason, "sooner");
	ck_assert_uint_eq(revocation.deadline, 499);
	revocation_deinit(&revocation);
	revocation_deinit(&revocation);
}
END_TEST

START_TEST(test_it_is_due_once_and_from_the_loop)
{
	struct revocation revocation = {};
	sd_event *event;
	uint64_t now;

	ck_assert_int_ge(sd_event_new(&event), 0);
	ck_assert_int_ge(sd_event_now(event, CLOCK_MONOTONIC, &now), 0);
	ck_assert_int_eq(revocation_set(&revocation, now + 3600 * 1000000ULL, "far"), 1);
	ck_assert_int_ge(revocation_arm(&revocation, event, on_due, NULL), 0);
	ck_assert_int_eq(sd_event_run(event, 10000), 0);
	/* long passed, as after a restart */
	ck_assert_int_eq(revocation_set(&revocation, 1, "now"), 1);
	ck_assert_int_ge(revocation_arm(&revocation, event, on_due, NULL), 0);
	ck_assert_int_eq(n_due, 0);
	ck_assert_int_gt(sd_event_run(event, 1000000), 0);
	ck_assert_int_eq(sd_event_run(event, 10000), 0);
	ck_assert_int_eq(n_due, 1);
	revocation_deinit(&revocation);
	sd_event_unref(event);
}
END_TEST

CHECK_MAIN("revocation", test_a_deadline_can_only_come_nearer,
	   test_it_is_due_once_and_from_the_loop)
