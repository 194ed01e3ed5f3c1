/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* A record can be sent wherever the tests run: what answers is the system's matter. */
#include <time.h>

#include "check-main.h"
#include "kaudit.h"
#include "scratch.h"

START_TEST(test_sending_never_waits_and_opens_at_most_one_fd)
{
	int before = scratch_count_fds(), n;
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (n = 0; n < 3; n++)
		ck_assert_int_le(kaudit_send("op=ccwbroker-test", false), 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ck_assert_int_lt(end.tv_sec - start.tv_sec, 5);
	ck_assert_int_le(scratch_count_fds(), before + 1);
}
END_TEST

CHECK_MAIN("kaudit", test_sending_never_waits_and_opens_at_most_one_fd)
