/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/selection.c without a broker: order, duplicates, the most devices, and one status for all. What the
 * broker is asked is in tests/client/sessions/ids.session.
 */
#include <string.h>

#include "check-main.h"
#include "selection.h"

static enum exit_code expand(const char *word, unsigned int max, struct selection **ret)
{
	static const struct options options;
	enum exit_code code;

	code = selection_new(&row_info, &options, (char *const[]){ (char *)word }, 1, max, ret);
	return code ? code : selection_expand(*ret);
}

START_TEST(test_devices_come_once_and_in_order)
{
	_cleanup_(selection_freep) struct selection *selection = NULL;

	ck_assert_int_eq(expand("590,580-582,581,590", SELECTION_MAX, &selection), EXIT_CODE_OK);
	ck_assert_uint_eq(selection_count(selection), 4);
	ck_assert_str_eq(selection_get(selection, 0), "0.0.0590");
	ck_assert_str_eq(selection_get(selection, 3), "0.0.0582");
	ck_assert(selection_has_words(selection));
}
END_TEST

START_TEST(test_256_devices_and_not_one_more)
{
	struct selection *selection = NULL;

	ck_assert_int_eq(expand("1000-10ff", SELECTION_MAX, &selection), EXIT_CODE_OK);
	ck_assert_uint_eq(selection_count(selection), SELECTION_MAX);
	selection = selection_free(selection);
	ck_assert_int_eq(expand("1000-1100", SELECTION_MAX, &selection), EXIT_CODE_USAGE);
	selection_free(selection);
}
END_TEST

START_TEST(test_a_verb_may_take_fewer)
{
	struct selection *selection = NULL;

	ck_assert_int_eq(expand("1000,1000", 1, &selection), EXIT_CODE_OK);
	selection = selection_free(selection);
	ck_assert_int_eq(expand("1000-1001", 1, &selection), EXIT_CODE_USAGE);
	selection_free(selection);
}
END_TEST

START_TEST(test_no_range_runs_over_the_last_id)
{
	_cleanup_(selection_freep) struct selection *selection = NULL;

	ck_assert_int_eq(expand("fffe-ffff", SELECTION_MAX, &selection), EXIT_CODE_OK);
	ck_assert_uint_eq(selection_count(selection), 2);
}
END_TEST

/* The last digit of an id is the status of that device. */
static enum exit_code visit(const char *id, void *userdata)
{
	unsigned int *n = userdata;

	(*n)++;
	switch (id[strlen(id) - 1]) {
	case 'f':
		return EXIT_CODE_UNREACHABLE;
	case 'e':
		return EXIT_CODE_ABORTED;
	default:
		return (enum exit_code)(id[strlen(id) - 1] - '0');
	}
}

static void expect_each(const char *word, enum exit_code code, unsigned int n_visited)
{
	_cleanup_(selection_freep) struct selection *selection = NULL;
	unsigned int n = 0;

	ck_assert_int_eq(expand(word, SELECTION_MAX, &selection), EXIT_CODE_OK);
	ck_assert_int_eq(selection_each(selection, visit, &n), code);
	ck_assert_uint_eq(n, n_visited);
}

START_TEST(test_one_status_for_all)
{
	expect_each("10,20", EXIT_CODE_OK, 2);
	expect_each("13,23", EXIT_CODE_NOT_FOUND, 2);
	expect_each("13,24", EXIT_CODE_NOT_FOUND, 2);
	expect_each("13,20", EXIT_CODE_PARTIAL, 2);
	expect_each("10,23", EXIT_CODE_PARTIAL, 2);
	expect_each("10,2f,30", EXIT_CODE_UNREACHABLE, 2);
	expect_each("10,2e,30", EXIT_CODE_ABORTED, 2);
}
END_TEST

CHECK_MAIN("selection", test_devices_come_once_and_in_order, test_256_devices_and_not_one_more,
	   test_a_verb_may_take_fewer, test_no_range_runs_over_the_last_id, test_one_status_for_all)
