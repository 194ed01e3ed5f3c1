/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/tree.c: what counts as one control unit, the strokes, and descriptions that are none. */
#include <errno.h>
#include <json-c/json.h>

#include "check-main.h"
#include "tree.h"

#define DEVICE(id, unit, paths)                                                                    \
	"{\"id\": \"" id "\", \"control_unit\": \"" unit "\", \"device_type\": \"3390/0c\", "      \
	"\"driver\": null, \"state\": \"no-driver\", \"channel_paths\": [" paths "]}"

static int print(const char *text, char **ret)
{
	struct json_object *description = json_tokener_parse(text);
	size_t size;
	FILE *out = open_memstream(ret, &size);
	int r;

	ck_assert_ptr_nonnull(description);
	ck_assert_ptr_nonnull(out);
	r = tree_print(out, description, false);
	ck_assert_int_eq(fclose(out), 0);
	json_object_put(description);
	return r;
}

static void expect(const char *text, const char *tree)
{
	_cleanup_free_ char *printed = NULL;

	ck_assert_int_eq(print(text, &printed), 0);
	ck_assert_str_eq(printed, tree);
}

START_TEST(test_a_control_unit_is_one_by_type_and_paths)
{
	expect("{\"devices\": [" DEVICE("0.0.0002", "3990/e9", "[0,64,true]") ", " DEVICE(
		       "0.0.0001", "3990/e9",
		       "[0,64,false]") ", " DEVICE("0.0.0003", "3990/e9",
						   "[0,64,true],[1,65,true]") ", " DEVICE("0.0.0004",
											  "2105/e8",
											  "[0,64,true]") "]}",
	       "channel subsystem 0\n"
	       "|- control unit 2105/e8, channel path 0.40\n"
	       "|  `- 0.0.0004  3390/0c  -  no-driver\n"
	       "|- control unit 3990/e9, channel path 0.40\n"
	       "|  |- 0.0.0001  3390/0c  -  no-driver, not by 0.40\n"
	       "|  `- 0.0.0002  3390/0c  -  no-driver\n"
	       "`- control unit 3990/e9, channel paths 0.40 0.41\n"
	       "   `- 0.0.0003  3390/0c  -  no-driver\n");
}
END_TEST

START_TEST(test_no_device_is_no_tree)
{
	expect("{\"devices\": []}", "");
}
END_TEST

START_TEST(test_eight_paths_and_not_one_more_are_read)
{
	expect("{\"devices\": [" DEVICE(
		       "0.0.0001", "n/a",
		       "[0,16,true],[1,17,true],[2,18,true],[3,19,true],[4,20,true],"
		       "[5,21,true],[6,22,true],[7,23,true],[8,24,true]") "]}",
	       "channel subsystem 0\n"
	       "`- control unit n/a, channel paths 0.10 0.11 0.12 0.13 0.14 0.15 0.16 0.17\n"
	       "   `- 0.0.0001  3390/0c  -  no-driver\n");
}
END_TEST

START_TEST(test_what_is_no_description_is_refused)
{
	static const char *const none[] = { "{}",
					    "[]",
					    "{\"devices\": 1}",
					    "{\"devices\": [{}]}",
					    "{\"devices\": [{\"id\": \"x\"}]}",
					    "{\"devices\": [1]}" };

	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		_cleanup_free_ char *printed = NULL;

		ck_assert_msg(print(none[i], &printed) == -EBADMSG, "%s", none[i]);
	}
}
END_TEST

CHECK_MAIN("tree", test_a_control_unit_is_one_by_type_and_paths, test_no_device_is_no_tree,
	   test_eight_paths_and_not_one_more_are_read, test_what_is_no_description_is_refused)
