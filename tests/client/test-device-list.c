/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/device-list.c: answers of ListDevices, several as one list, and the states of --state. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "device-list.h"
#include "loose-bus.h"
#include "option.h"

static sd_bus_message *answer(sd_bus *bus, const char *const (*rows)[4], size_t n)
{
	sd_bus_message *message = loose_bus_message(bus);

	ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "(sssso)"), 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_ge(sd_bus_message_append(message, "(sssso)", rows[i][0], rows[i][1],
						       rows[i][2], rows[i][3], "/x"),
				 0);
	ck_assert_int_ge(sd_bus_message_close_container(message), 0);
	loose_bus_seal(message);
	return message;
}

static const char *const some[][4] = {
	{ "0.0.0900", "3505/00", "host", "ccwbroker" },
	{ "0.0.0580", "3490/50", "host", "tape_34xx" },
	{ "0.1.0001", "3390/0c", "boxed", "ccwbroker" },
	{ "0.0.0581", "3490/50", "leased", "ccwbroker" },
	{ "0.0.0582", "3490/50", "a state of later", "x" },
};

static const char *const others[][4] = {
	{ "0.0.0120", "3390/0c", "no-driver", "" },
	{ "0.0.0580", "3490/50", "host", "tape_34xx" },
};

static struct device_list *read_both(sd_bus *bus)
{
	struct device_list *list = calloc(1, sizeof(*list));
	sd_bus_message *reply;

	ck_assert_ptr_nonnull(list);
	reply = answer(bus, some, ARRAY_SIZE(some));
	ck_assert_int_ge(device_list_read(list, reply), 0);
	sd_bus_message_unref(reply);
	reply = answer(bus, others, ARRAY_SIZE(others));
	ck_assert_int_ge(device_list_read(list, reply), 0);
	sd_bus_message_unref(reply);
	return list;
}

/* The ids that are left, with spaces between. */
static void expect(unsigned int states, const char *ids)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(device_list_freep) struct device_list *list = read_both(bus);
	char text[256] = "";

	device_list_finish(list, states);
	for (size_t i = 0; i < list->n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, list->rows[i].id);
	}
	ck_assert_str_eq(text, ids);
}

START_TEST(test_several_answers_are_one_list_in_order)
{
	expect(0, "0.0.0120 0.0.0580 0.0.0581 0.0.0582 0.0.0900 0.1.0001");
}
END_TEST

START_TEST(test_bound_is_what_ccwbroker_has_and_nobody_leased)
{
	expect(1U << DEVICE_LIST_BOUND, "0.0.0900 0.1.0001");
	expect(1U << DEVICE_LIST_HOST, "0.0.0580 0.0.0900");
	expect(1U << DEVICE_LIST_BOXED, "0.1.0001");
	expect(1U << DEVICE_LIST_NOT_OPERATIONAL, "");
}
END_TEST

START_TEST(test_values_of_the_option_stand_for_the_states)
{
	const struct option_row *row = option_find(&row_list, "state");
	struct options options = {};

	ck_assert_int_eq(option_store(row, "host,bound,boxed,not-operational", &options), 0);
	ck_assert_uint_eq(options.states, 15);
	ck_assert_int_eq(option_store(row, "no-driver,leased", &options), 0);
	expect(options.states, "0.0.0120 0.0.0581");
	ck_assert_int_eq(option_store(row, "leased,", &options), -EINVAL);
	ck_assert_int_eq(option_store(row, "lease", &options), -EINVAL);
}
END_TEST

START_TEST(test_an_id_that_is_none_is_a_bad_answer)
{
	static const char *const rows[][4] = { { "58g", "3490/50", "host", "x" } };
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(device_list_freep) struct device_list *list = calloc(1, sizeof(*list));
	sd_bus_message *reply = answer(bus, rows, 1);

	ck_assert_ptr_nonnull(list);
	ck_assert_int_eq(device_list_read(list, reply), -EBADMSG);
	sd_bus_message_unref(reply);
}
END_TEST

CHECK_MAIN("device-list", test_several_answers_are_one_list_in_order,
	   test_bound_is_what_ccwbroker_has_and_nobody_leased,
	   test_values_of_the_option_stand_for_the_states, test_an_id_that_is_none_is_a_bad_answer)
