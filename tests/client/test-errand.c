/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/errand.c: the words of outcomes; tests/client/cli-bus waits for real jobs and cancels one. */
#include <errno.h>

#include "check-main.h"
#include "errand.h"

START_TEST(test_each_outcome_has_its_word)
{
	ck_assert_int_eq(errand_outcome_from_string("done"), ERRAND_DONE);
	ck_assert_int_eq(errand_outcome_from_string("failed"), ERRAND_FAILED);
	ck_assert_int_eq(errand_outcome_from_string("canceled"), ERRAND_CANCELED);
}
END_TEST

START_TEST(test_another_word_is_no_outcome)
{
	ck_assert_int_eq(errand_outcome_from_string(""), -EINVAL);
	ck_assert_int_eq(errand_outcome_from_string("Done"), -EINVAL);
	ck_assert_int_eq(errand_outcome_from_string("done "), -EINVAL);
}
END_TEST

CHECK_MAIN("errand", test_each_outcome_has_its_word, test_another_word_is_no_outcome)
