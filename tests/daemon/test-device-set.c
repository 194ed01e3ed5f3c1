/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Which devices a set holds, and what may describe one. */
#include <string.h>

#include "check-main.h"
#include "device-set.h"
#include "macro.h"

static const struct device_traits tape = { { 0, 0, 0x580 }, "3490/50", "3490/50" };
static const struct device_traits disk = { { 0, 0, 0x120 }, "3390/0c", "3990/E9" };

START_TEST(test_type_patterns_are_checked)
{
	static const char *const good[] = { "3490", "3490/50", "3490/*", "abCD/eF" };
	static const char *const bad[] = { "",	       "349",	  "34900",   "3490/", "3490/5",
					   "3490/500", "3490/**", "3490-50", "*",     "349g",
					   "3490/5g",  " 3490",	  "n/a" };
	size_t n;

	for (n = 0; n < ARRAY_SIZE(good); n++)
		ck_assert_msg(device_set_type_is_valid(good[n]), "%s", good[n]);
	for (n = 0; n < ARRAY_SIZE(bad); n++)
		ck_assert_msg(!device_set_type_is_valid(bad[n]), "%s", bad[n]);
}
END_TEST

START_TEST(test_an_empty_set_holds_everything)
{
	struct device_set set = {};

	ck_assert(device_set_holds(&set, &tape));
	device_set_deinit(&set);
}
END_TEST

START_TEST(test_both_lists_must_hold_the_device)
{
	struct device_set set = { .n_ranges = 1, .n_types = 1 };

	set.ranges = calloc(1, sizeof(*set.ranges));
	set.ranges->first = set.ranges->last = tape.id;
	set.types = calloc(1, sizeof(*set.types));
	set.types[0] = strdup("3490/*");
	ck_assert(device_set_holds(&set, &tape));
	ck_assert(!device_set_holds(&set, &disk));
	set.ranges->first = set.ranges->last = disk.id;
	ck_assert(!device_set_holds(&set, &tape));
	ck_assert(!device_set_holds(&set, &disk));
	memcpy(set.types[0], "3990", 4); /* by its control unit */
	ck_assert(device_set_holds(&set, &disk));
	device_set_deinit(&set);
	ck_assert(device_set_holds(&set, &tape));
}
END_TEST

CHECK_MAIN("device-set", test_type_patterns_are_checked, test_an_empty_set_holds_everything,
	   test_both_lists_must_hold_the_device)
