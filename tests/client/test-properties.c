/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/properties.c: every type, unknown names, wrong types. */
#include <string.h>

#include "check-main.h"
#include "loose-bus.h"
#include "properties.h"

struct sample {
	char *name;
	char *path;
	bool flag;
	double part;
	char *pair[2];
	char *missing;
};

static const struct property table[] = {
	{ "Name", PROPERTY_STRING, offsetof(struct sample, name) },
	{ "Path", PROPERTY_STRING, offsetof(struct sample, path) },
	{ "Flag", PROPERTY_BOOL, offsetof(struct sample, flag) },
	{ "Part", PROPERTY_DOUBLE, offsetof(struct sample, part) },
	{ "Pair", PROPERTY_PAIR, offsetof(struct sample, pair) },
	{ "Missing", PROPERTY_STRING, offsetof(struct sample, missing) },
	{},
};

START_TEST(test_every_type_goes_to_its_place)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = loose_bus_message(bus);
	struct sample sample = {};

	ck_assert_int_ge(sd_bus_message_append(message, "a{sv}", 6, "Pair", "(ss)", "a", "b",
					       "Part", "d", 0.5, "Other", "as", 1, "x", "Flag", "b",
					       1, "Path", "o", "/p", "Name", "s", "n"),
			 0);
	loose_bus_seal(message);
	ck_assert_int_ge(properties_read(message, table, &sample), 0);
	ck_assert_str_eq(sample.name, "n");
	ck_assert_str_eq(sample.path, "/p");
	ck_assert(sample.flag);
	ck_assert(sample.part == 0.5);
	ck_assert_str_eq(sample.pair[0], "a");
	ck_assert_str_eq(sample.pair[1], "b");
	ck_assert_ptr_null(sample.missing);
	properties_free(table, &sample);
	ck_assert_ptr_null(sample.name);
	ck_assert_ptr_null(sample.pair[1]);
}
END_TEST

START_TEST(test_a_name_that_comes_twice_leaks_nothing)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = loose_bus_message(bus);
	struct sample sample = {};

	ck_assert_int_ge(
		sd_bus_message_append(message, "a{sv}", 2, "Name", "s", "a", "Name", "s", "b"), 0);
	loose_bus_seal(message);
	ck_assert_int_ge(properties_read(message, table, &sample), 0);
	ck_assert_str_eq(sample.name, "b");
	properties_free(table, &sample);
}
END_TEST

static void expect_refused(const char *name, const char *type, const char *value)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = loose_bus_message(bus);
	struct sample sample = {};

	ck_assert_int_ge(sd_bus_message_append(message, "a{sv}", 2, "Path", "o", "/p", name, type,
					       value),
			 0);
	loose_bus_seal(message);
	ck_assert_int_lt(properties_read(message, table, &sample), 0);
	properties_free(table, &sample);
}

START_TEST(test_wrong_types_are_refused)
{
	expect_refused("Name", "g", "s");
	expect_refused("Flag", "s", "yes");
	expect_refused("Pair", "s", "x");
}
END_TEST

START_TEST(test_another_message_is_refused)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = loose_bus_message(bus);
	struct sample sample = {};

	ck_assert_int_ge(sd_bus_message_append(message, "s", "x"), 0);
	loose_bus_seal(message);
	ck_assert_int_lt(properties_read(message, table, &sample), 0);
	properties_free(table, &sample);
}
END_TEST

CHECK_MAIN("properties", test_every_type_goes_to_its_place,
	   test_a_name_that_comes_twice_leaks_nothing, test_wrong_types_are_refused,
	   test_another_message_is_refused)
