/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/load.c: reading the broker's numbers, rates, and numbers for a column. */
#include <errno.h>

#include "check-main.h"
#include "load.h"
#include "loose-bus.h"

#define SECOND 1000000

START_TEST(test_numbers_are_read_and_unknown_ones_passed_over)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = loose_bus_message(bus);
	struct load load = {};

	ck_assert_int_ge(sd_bus_message_append(message, "a{st}", 6, "programs", 1ULL, "bytes_in",
					       2ULL, "later", 77ULL, "bytes_out", 3ULL, "refused",
					       4ULL, "errors", UINT64_MAX),
			 0);
	loose_bus_seal(message);
	ck_assert_int_eq(load_read(message, &load), 0);
	ck_assert(load.is_counted);
	ck_assert_uint_eq(load.programs, 1);
	ck_assert_uint_eq(load.bytes_read, 2);
	ck_assert_uint_eq(load.bytes_written, 3);
	ck_assert_uint_eq(load.refused, 4);
	ck_assert_uint_eq(load.errors, UINT64_MAX);
}
END_TEST

START_TEST(test_another_answer_is_an_error)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = loose_bus_message(bus);
	struct load load = {};

	ck_assert_int_ge(sd_bus_message_append(message, "a{su}", 1, "programs", 1), 0);
	loose_bus_seal(message);
	ck_assert_int_lt(load_read(message, &load), 0);
	ck_assert(!load.is_counted);
}
END_TEST

START_TEST(test_a_rate_is_of_two_looks_at_one_lease)
{
	const struct load looks[] = {
		{ .lease = "l1", .is_counted = true, .at_usec = SECOND, .programs = 10 },
		{ .lease = "l2", .is_counted = true, .at_usec = SECOND, .bytes_read = 1000 },
	};
	struct load now = {
		.lease = "l2",
		.is_counted = true,
		.at_usec = 3 * SECOND,
		.programs = 3,
		.bytes_read = 5000,
		.bytes_written = 1,
	};
	struct load_rate rate = {};

	ck_assert_ptr_eq(load_find(looks, 2, "l2"), &looks[1]);
	ck_assert_ptr_null(load_find(looks, 1, "l2"));
	ck_assert_ptr_null(load_find(looks, 2, "l"));
	ck_assert(load_compare(&looks[1], &now, &rate));
	ck_assert_uint_eq(rate.programs, 2); /* 1.5 */
	ck_assert_uint_eq(rate.bytes_read, 2000);
	ck_assert_uint_eq(rate.bytes_written, 1); /* 0.5 */
	now.bytes_read = 500;			  /* it was bound anew */
	ck_assert(load_compare(&looks[1], &now, &rate));
	ck_assert_uint_eq(rate.bytes_read, 250);
}
END_TEST

START_TEST(test_without_two_looks_there_is_none)
{
	struct load before = { .is_counted = true, .at_usec = SECOND };
	struct load now = { .is_counted = true, .at_usec = SECOND };
	struct load_rate rate;

	ck_assert(!load_compare(NULL, &now, &rate));
	ck_assert(!load_compare(&before, &now, &rate));
	now.at_usec++;
	ck_assert(load_compare(&before, &now, &rate));
	before.is_counted = false;
	ck_assert(!load_compare(&before, &now, &rate));
	before.is_counted = true;
	now.is_counted = false;
	ck_assert(!load_compare(&before, &now, &rate));
}
END_TEST

START_TEST(test_numbers_fit_into_a_column)
{
	static const struct {
		uint64_t number;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1.0K" },
		{ 1999, "1.9K" },
		{ 999999, "999.9K" },
		{ 1000000, "1.0M" },
		{ 12345678901, "12.3G" },
		{ UINT64_MAX, "18.4E" },
	};
	char text[16];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		load_format(rows[i].number, text, sizeof(text));
		ck_assert_str_eq(text, rows[i].text);
	}
}
END_TEST

CHECK_MAIN("load", test_numbers_are_read_and_unknown_ones_passed_over,
	   test_another_answer_is_an_error, test_a_rate_is_of_two_looks_at_one_lease,
	   test_without_two_looks_there_is_none, test_numbers_fit_into_a_column)
