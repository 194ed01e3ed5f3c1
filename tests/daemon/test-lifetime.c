/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The words for what a lease lives as long as. */
#include <errno.h>

#include "check-main.h"
#include "lifetime.h"

START_TEST(test_every_lifetime_has_a_word_that_leads_back)
{
	int n;

	for (n = 0; n < _LIFETIME_MAX; n++)
		ck_assert_int_eq(lifetime_from_string(lifetime_to_string((enum lifetime)n)), n);
}
END_TEST

START_TEST(test_other_words_are_refused)
{
	static const char *const words[] = { "", "lease fd", "Connection", "pidfd ", "process" };
	size_t n;

	for (n = 0; n < ARRAY_SIZE(words); n++)
		ck_assert_int_eq(lifetime_from_string(words[n]), -EINVAL);
}
END_TEST

CHECK_MAIN("lifetime", test_every_lifetime_has_a_word_that_leads_back, test_other_words_are_refused)
