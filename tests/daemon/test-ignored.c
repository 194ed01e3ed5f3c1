/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The kernel's list of devices that it does not look for. */
#include <string.h>

#include "check-main.h"
#include "ignored.h"
#include "scratch.h"

static struct scratch proc;

START_TEST(test_ids_and_ranges_are_found)
{
	static const struct {
		struct ccw_id id;
		bool is_ignored;
	} cases[] = {
		{ { 0, 0, 0x57f }, false }, { { 0, 0, 0x580 }, true },	{ { 0, 0, 0x581 }, false },
		{ { 0, 0, 0x5ff }, false }, { { 0, 0, 0x600 }, true },	{ { 0, 0, 0xffff }, true },
		{ { 0, 1, 0x600 }, false }, { { 0, 3, 0xffff }, true },
	};
	_cleanup_free_ char *list = NULL;
	size_t n;

	scratch_init(&proc);
	scratch_write(&proc, "cio_ignore", "0.0.0580\n0.0.0600-0.0.ffff\n0.3.ffff\n");
	ck_assert_int_eq(ignored_read(proc.path, &list), 0);
	for (n = 0; n < ARRAY_SIZE(cases); n++)
		ck_assert_msg(ignored_contains(list, cases[n].id) == cases[n].is_ignored, "%zu", n);
	scratch_deinit(&proc);
}
END_TEST

START_TEST(test_without_a_list_nothing_is_ignored)
{
	_cleanup_free_ char *list = NULL, *other = NULL;

	scratch_init(&proc);
	ck_assert_int_eq(ignored_read(proc.path, &list), 0);
	ck_assert_str_eq(list, "");
	ck_assert_int_eq(ignored_read("/nonexistent", &other), 0);
	ck_assert_str_eq(other, "");
	ck_assert(!ignored_contains(list, (struct ccw_id){ 0, 0, 0 }));
	scratch_deinit(&proc);
}
END_TEST

START_TEST(test_lines_come_one_by_one_and_a_monster_is_the_end)
{
	const char *list = "0.0.0580\n0.0.0600-0.0.ffff\n0.0.0000000000000000000000\n0.0.0001\n";
	char line[2 * CCW_ID_STRING_SIZE];

	ck_assert(ignored_next(&list, line));
	ck_assert_str_eq(line, "0.0.0580");
	ck_assert(ignored_next(&list, line));
	ck_assert_str_eq(line, "0.0.0600-0.0.ffff");
	ck_assert(!ignored_next(&list, line));
	list = "0.0.0580";
	ck_assert(ignored_next(&list, line));
	ck_assert(!ignored_next(&list, line));
}
END_TEST

CHECK_MAIN("ignored", test_ids_and_ranges_are_found, test_without_a_list_nothing_is_ignored,
	   test_lines_come_one_by_one_and_a_monster_is_the_end)
