/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/lease-list.c: reading, finding, JSON. */
#include <json-c/json.h>
#include <string.h>

#include "check-main.h"
#include "lease-list.h"
#include "loose-bus.h"

#define SINCE 1700000000000000ULL

static struct lease_list *read_two(void)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = loose_bus_message(bus);
	struct lease_list *list = NULL;

	ck_assert_int_ge(sd_bus_message_append(message, "a(ssussto)", 2, "l1", "0.0.0580", 0,
					       "backup", "active", (uint64_t)SINCE, "/l1", "l2",
					       "0.0.0120", 4294967294U, "x y", "releasing",
					       (uint64_t)SINCE + 1, "/l2"),
			 0);
	loose_bus_seal(message);
	ck_assert_int_ge(lease_list_read(message, &list), 0);
	return list;
}

START_TEST(test_all_rows_are_read)
{
	_cleanup_(lease_list_freep) struct lease_list *list = read_two();

	ck_assert_uint_eq(list->n, 2);
	ck_assert_str_eq(list->rows[0].id, "l1");
	ck_assert_str_eq(list->rows[0].user, "root");
	ck_assert_str_eq(list->rows[0].who, "backup");
	ck_assert_str_eq(list->rows[1].state, "releasing");
	ck_assert_str_eq(list->rows[1].user, "4294967294");
	ck_assert(list->rows[1].since_usec == SINCE + 1);
}
END_TEST

START_TEST(test_a_lease_is_found_by_its_device)
{
	_cleanup_(lease_list_freep) struct lease_list *list = read_two();

	ck_assert_str_eq(lease_list_find(list, "0.0.0120")->id, "l2");
	ck_assert_ptr_null(lease_list_find(list, "0.0.0121"));
}
END_TEST

START_TEST(test_nobody_has_anything)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = loose_bus_message(bus);
	_cleanup_(lease_list_freep) struct lease_list *list = NULL;

	ck_assert_int_ge(sd_bus_message_append(message, "a(ssussto)", 0), 0);
	loose_bus_seal(message);
	ck_assert_int_ge(lease_list_read(message, &list), 0);
	ck_assert_uint_eq(list->n, 0);
}
END_TEST

START_TEST(test_another_signature_is_refused)
{
	_cleanup_(sd_bus_unrefp) sd_bus *bus = loose_bus_new();
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = loose_bus_message(bus);
	struct lease_list *list = NULL;

	ck_assert_int_ge(sd_bus_message_append(message, "a(ss)", 1, "l1", "0.0.0580"), 0);
	loose_bus_seal(message);
	ck_assert_int_lt(lease_list_read(message, &list), 0);
	ck_assert_ptr_null(list);
}
END_TEST

START_TEST(test_json_of_a_lease)
{
	_cleanup_(lease_list_freep) struct lease_list *list = read_two();
	struct json_object *object = lease_list_row_to_json(&list->rows[0]);

	ck_assert_str_eq(
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN),
		"{\"lease\":\"l1\",\"device\":\"0.0.0580\",\"uid\":0,\"user\":\"root\",\"who\":\"backup\",\"state\":\"active\",\"since_usec\":1700000000000000}");
	json_object_put(object);
}
END_TEST

START_TEST(test_json_has_the_terms_when_they_are_known)
{
	_cleanup_(lease_list_freep) struct lease_list *list = read_two();
	struct json_object *object;
	const char *text;

	ck_assert_str_eq(list->rows[0].path, "/l1");
	list->rows[0].lifetime = strdup("pidfd");
	list->rows[0].profile = strdup("full");
	list->rows[0].rule = strdup("");
	object = lease_list_row_to_json(&list->rows[0]);
	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	ck_assert_ptr_nonnull(
		strstr(text, "\"lifetime\":\"pidfd\",\"profile\":\"full\",\"rule\":null}"));
	json_object_put(object);
}
END_TEST

CHECK_MAIN("lease-list", test_all_rows_are_read, test_a_lease_is_found_by_its_device,
	   test_nobody_has_anything, test_another_signature_is_refused, test_json_of_a_lease,
	   test_json_has_the_terms_when_they_are_known)
