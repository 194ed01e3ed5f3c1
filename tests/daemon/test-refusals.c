/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* A flood of refusals: what is told, what is not, and whose. */
#include <string.h>

#include "check-main.h"
#include "refusals.h"

static struct refusals refusals;
static unsigned int untold;

static unsigned int count_told(uid_t uid, uint64_t now_ms, unsigned int times)
{
	unsigned int told = 0;

	while (times-- > 0)
		told += refusals_count(&refusals, uid, now_ms, &untold);
	return told;
}

START_TEST(test_a_user_is_told_of_up_to_the_limit_in_a_period)
{
	ck_assert_uint_eq(count_told(1001, 1000, LIMIT_REFUSALS), LIMIT_REFUSALS);
	ck_assert_uint_eq(count_told(1001, 1000 + LIMIT_REFUSALS_MS - 1, 5000), 0);
	ck_assert_uint_eq(count_told(1001, 1000 + LIMIT_REFUSALS_MS, 1), 1);
	ck_assert_uint_eq(untold, 5000);
	ck_assert_uint_eq(count_told(1001, 1000 + LIMIT_REFUSALS_MS, 1), 1);
	ck_assert_uint_eq(untold, 0);
}
END_TEST

START_TEST(test_one_user_does_not_silence_another)
{
	count_told(1001, 1000, 5000);
	ck_assert_uint_eq(count_told(1002, 1000, LIMIT_REFUSALS + 1), LIMIT_REFUSALS);
	ck_assert_uint_eq(count_told(0, 1000, 1), 1);
}
END_TEST

START_TEST(test_users_past_the_limit_count_as_one)
{
	uid_t uid;

	for (uid = 1; uid <= LIMIT_REFUSERS; uid++)
		ck_assert_uint_eq(count_told(uid, 1000, LIMIT_REFUSALS + 1), LIMIT_REFUSALS);
	ck_assert_uint_eq(count_told(uid, 1000, LIMIT_REFUSALS), LIMIT_REFUSALS);
	ck_assert_uint_eq(count_told(uid + 1, 1000, 100), 0);
	/* those who had enough keep their place until they have been told how much it was */
	ck_assert_uint_eq(count_told(uid + 2, 1000 + LIMIT_REFUSALS_MS, 1), 1);
	ck_assert_uint_eq(untold, 100);
	ck_assert_uint_eq(count_told(1, 1000 + LIMIT_REFUSALS_MS, 1), 1);
	ck_assert_uint_eq(untold, 1);
}
END_TEST

START_TEST(test_a_place_that_is_over_goes_to_another_user)
{
	uid_t uid;

	for (uid = 1; uid <= LIMIT_REFUSERS; uid++)
		count_told(uid, 1000, 1);
	ck_assert_uint_eq(count_told(9000, 1000 + LIMIT_REFUSALS_MS, 1), 1);
	count_told(9001, 1000 + LIMIT_REFUSALS_MS, 1);
	ck_assert_uint_eq(refusals.others.count, 0);
}
END_TEST

CHECK_MAIN("refusals", test_a_user_is_told_of_up_to_the_limit_in_a_period,
	   test_one_user_does_not_silence_another, test_users_past_the_limit_count_as_one,
	   test_a_place_that_is_over_goes_to_another_user)
