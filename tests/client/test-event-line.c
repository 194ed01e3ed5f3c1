/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/event-line.c: how an event looks, and the keys of properties. */
#include <json-c/json.h>
#include <string.h>
#include <time.h>

#include "check-main.h"
#include "event-line.h"

static void expect(const char *event, const char *line)
{
	struct json_object *object = json_tokener_parse(event);
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(object);
	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(setenv("TZ", "UTC0", 1), 0);
	tzset();
	event_line_print(out, object);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(text, line);
	json_object_put(object);
}

START_TEST(test_members_follow_in_their_order)
{
	expect("{\"time_usec\": 1700000000000000, \"event\": \"changed\", \"device\": \"0.0.0580\", "
	       "\"changes\": {\"state\": \"host\", \"online\": true, \"lease\": null}}",
	       "2023-11-14 22:13:20 changed device=0.0.0580 state=host online=true lease=-\n");
}
END_TEST

START_TEST(test_sentences_stand_in_quotes_and_do_nothing_to_the_terminal)
{
	expect("{\"time_usec\": 1700000000000000, \"event\": \"job-removed\", "
	       "\"reason\": \"it is \\u001b[1m\\n\"}",
	       "2023-11-14 22:13:20 job-removed reason=\"it is ?[1m?\"\n");
}
END_TEST

START_TEST(test_keys_are_those_of_describe)
{
	static const char *const keys[][2] = { { "State", "state" },
					       { "StateReason", "state_reason" },
					       { "OwnerUID", "owner_uid" },
					       { "NLeases", "n_leases" },
					       { "", "" } };
	char key[64], little[4];

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		event_line_key(keys[i][0], key, sizeof(key));
		ck_assert_str_eq(key, keys[i][1]);
	}
	event_line_key("StateReason", little, sizeof(little));
	ck_assert_uint_lt(strlen(little), sizeof(little));
}
END_TEST

CHECK_MAIN("event-line", test_members_follow_in_their_order,
	   test_sentences_stand_in_quotes_and_do_nothing_to_the_terminal,
	   test_keys_are_those_of_describe)
