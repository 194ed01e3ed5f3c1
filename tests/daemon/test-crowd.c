/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Shares: the more wait, the less of it is one connection's, and in the end nobody's. */
#include "check-main.h"
#include "crowd.h"
#include "limits.h"
#include "macro.h"

START_TEST(test_the_share_shrinks_at_each_limit)
{
	ck_assert_uint_eq(crowd_share(0), LIMIT_STRANGER_CALLS);
	ck_assert_uint_eq(crowd_share(LIMIT_STRANGERS_MANY - 1), LIMIT_STRANGER_CALLS);
	ck_assert_uint_eq(crowd_share(LIMIT_STRANGERS_MANY), LIMIT_CALLS_OF_MANY);
	ck_assert_uint_eq(crowd_share(LIMIT_STRANGERS_CROWD - 1), LIMIT_CALLS_OF_MANY);
	ck_assert_uint_eq(crowd_share(LIMIT_STRANGERS_CROWD), 1);
	ck_assert_uint_eq(crowd_share(LIMIT_STRANGERS - 1), 1);
	ck_assert_uint_eq(crowd_share(LIMIT_STRANGERS), 0);
	ck_assert_uint_eq(crowd_share(LIMIT_STRANGERS + 1), 0);
}
END_TEST

/* 256 is what a bus lets one user have. */
START_TEST(test_a_user_with_all_his_connections_leaves_room_for_others)
{
	unsigned int count = 0, of_each[256] = {}, n, pass;

	for (pass = 0; pass < LIMIT_STRANGER_CALLS; pass++)
		for (n = 0; n < ARRAY_SIZE(of_each); n++)
			if (of_each[n] < crowd_share(count)) {
				of_each[n]++;
				count++;
			}
	ck_assert_uint_lt(count, LIMIT_STRANGERS);
	ck_assert_uint_gt(crowd_share(count), 0);
}
END_TEST

CHECK_MAIN("crowd", test_the_share_shrinks_at_each_limit,
	   test_a_user_with_all_his_connections_leaves_room_for_others)
