/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/device-word.c: each form of DEV, and what is none, with the reason that is given. */
#include <errno.h>
#include <string.h>

#include "check-main.h"
#include "device-word.h"

/* The items of a list as text, with spaces between, or the reason why not. */
static const char *read_list(const char *list, bool is_by_path)
{
	static char text[4096];
	char first[CCW_ID_STRING_SIZE], last[CCW_ID_STRING_SIZE];
	struct device_word word;
	const char *why = NULL;
	size_t used = 0;
	int r;

	text[0] = '\0';
	while ((r = device_word_next(&list, is_by_path, &word, &why)) > 0) {
		const char *space = used ? " " : "";

		ccw_id_format(word.first, first);
		ccw_id_format(word.last, last);
		switch (word.kind) {
		case DEVICE_WORD_RANGE:
			used += (size_t)sprintf(text + used, "%s%s-%s", space, first, last);
			break;
		case DEVICE_WORD_NODE:
			used += (size_t)sprintf(text + used, "%s%s", space, word.node);
			break;
		case DEVICE_WORD_SUBCHANNEL:
			used += (size_t)sprintf(text + used, "%ssub %s", space, first);
			break;
		case DEVICE_WORD_CHANNEL_PATH:
			used += (size_t)sprintf(text + used, "%schp %x.%02x", space, word.cssid,
						word.chpid);
			break;
		}
	}
	if (r == 0)
		return text;
	ck_assert_int_eq(r, -EINVAL);
	return why;
}

static void expect(const char *list, const char *items)
{
	ck_assert_str_eq(read_list(list, false), items);
}

static void refuse(const char *list, bool is_by_path, const char *part)
{
	const char *why = read_list(list, is_by_path);

	ck_assert_msg(strstr(why, part) != NULL, "%s: %s", list, why);
}

START_TEST(test_an_id_has_long_and_short_forms)
{
	expect("0.0.0580", "0.0.0580-0.0.0580");
	expect("580", "0.0.0580-0.0.0580");
	expect("0x580", "0.0.0580-0.0.0580");
	expect("0XaBc", "0.0.0abc-0.0.0abc");
	expect("fe.3.ffff", "fe.3.ffff-fe.3.ffff");
}
END_TEST

START_TEST(test_a_range_may_leave_out_the_set)
{
	expect("0.0.0580-0.0.058f", "0.0.0580-0.0.058f");
	expect("580-58f", "0.0.0580-0.0.058f");
	expect("0.1.0580-058f", "0.1.0580-0.1.058f");
	expect("0x580-0x58f", "0.0.0580-0.0.058f");
	expect("580-580", "0.0.0580-0.0.0580");
}
END_TEST

START_TEST(test_a_list_mixes_all_forms)
{
	expect("580,590-592", "0.0.0580-0.0.0580 0.0.0590-0.0.0592");
	expect("/dev/ntape0,schid:3,0.1.1", "/dev/ntape0 sub 0.0.0003 0.1.0001-0.1.0001");
	expect("/dev/vfio/12", "/dev/vfio/12");
	expect("schid:0.1.ffff", "sub 0.1.ffff");
	expect("", "");
}
END_TEST

START_TEST(test_by_path_takes_subchannels_and_channel_paths)
{
	ck_assert_str_eq(read_list("0.0.0003,3,0.40,chp1.f", true),
			 "sub 0.0.0003 sub 0.0.0003 chp 0.40 chp 1.0f");
	refuse("0.0.0003-0.0.0005", true, "is no subchannel");
	refuse("/dev/dasda", true, "is no subchannel");
	refuse("ff.00", true, "is no subchannel");
	refuse("0.100", true, "is no subchannel");
	refuse("0.", true, "is no subchannel");
	refuse("chp", true, "is no subchannel");
}
END_TEST

START_TEST(test_what_is_wrong_is_said)
{
	static const char *const none[] = { "no-id",	"-",	     "580-",  "-580", "580-590-5",
					    "0.4.0580", "ff.0.1",    "12345", "0x",   "0x0.0.1",
					    "schid:",	"schid:1-2", " 580",  "580 ", "0.0.580x" };

	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		refuse(none[i], false, "is no device id");
	refuse("590-580", false, "goes down");
	refuse("0.0.0580-0.1.0590", false, "two subchannel sets");
	refuse("580,,590", false, "an empty place");
	refuse("580,", false, "an empty place");
	refuse(",580", false, "an empty place");
	refuse("/etc/passwd", false, "is no node");
	refuse("/dev/", false, "is no node");
	refuse("/dev/../etc", false, "is no node");
}
END_TEST

START_TEST(test_a_node_has_at_most_255_bytes)
{
	char node[LIMIT_NODE_PATH_BYTES + 2];

	memset(node, 'x', sizeof(node));
	memcpy(node, "/dev/", 5);
	node[LIMIT_NODE_PATH_BYTES] = '\0';
	expect(node, node);
	node[LIMIT_NODE_PATH_BYTES] = 'x';
	node[LIMIT_NODE_PATH_BYTES + 1] = '\0';
	refuse(node, false, "at most 255 bytes");
}
END_TEST

/* Where it stays is where the complaint points at. */
START_TEST(test_after_a_mistake_the_list_stands_at_it)
{
	const char *list = "580,no-id,590", *why;
	struct device_word word;

	ck_assert_int_eq(device_word_next(&list, false, &word, &why), 1);
	ck_assert_int_eq(device_word_next(&list, false, &word, &why), -EINVAL);
	ck_assert_str_eq(list, "no-id,590");
}
END_TEST

CHECK_MAIN("device-word", test_an_id_has_long_and_short_forms, test_a_range_may_leave_out_the_set,
	   test_a_list_mixes_all_forms, test_by_path_takes_subchannels_and_channel_paths,
	   test_what_is_wrong_is_said, test_a_node_has_at_most_255_bytes,
	   test_after_a_mistake_the_list_stands_at_it)
