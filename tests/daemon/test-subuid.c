/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Whose subordinate a uid is, by files good and bad. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check-main.h"
#include "limits.h"
#include "scratch.h"
#include "subuid.h"

static struct scratch scratch;
static char *path;

static void setup(void)
{
	scratch_init(&scratch);
	ck_assert_int_gt(asprintf(&path, "%s/subuid", scratch.path), 0);
}

static void teardown(void)
{
	free(path);
	scratch_deinit(&scratch);
}

static void expect(uid_t uid, uid_t owner)
{
	uid_t found = 0;
	int r;

	r = subuid_find(path, uid, &found);
	ck_assert_msg(r == (owner != 0) && found == owner, "%u: %d, %u", uid, r, found);
}

START_TEST(test_a_uid_is_of_the_range_that_has_it)
{
	setup();
	expect(100000, 0); /* no file is no range */
	scratch_write(&scratch, "subuid", "1001:100000:65536\n1002:165536:65536\n1003:165536:1");
	expect(99999, 0);
	expect(100000, 1001);
	expect(165535, 1001);
	expect(165536, 1002); /* of two the first one counts */
	expect(231071, 1002);
	expect(231072, 0);
	teardown();
}
END_TEST

START_TEST(test_a_file_that_changes_is_read_as_it_is)
{
	setup();
	scratch_write(&scratch, "subuid", "1001:100000:10\n");
	expect(100000, 1001);
	scratch_write(&scratch, "subuid", "1002:100000:10\n");
	expect(100000, 1002);
	scratch_write(&scratch, "subuid", "");
	expect(100000, 0);
	teardown();
}
END_TEST

START_TEST(test_root_owns_none_and_names_are_looked_up)
{
	setup();
	scratch_write(&scratch, "subuid",
		      "root:100000:10\n0:100000:10\nno-such-user-:100000:10\n1001:100000:5\n");
	expect(100000, 1001);
	expect(100005, 0);
	teardown();
}
END_TEST

START_TEST(test_what_is_no_range_counts_for_nothing)
{
	static const char *const lines[] = {
		"",
		":",
		"::",
		"1001",
		"1001:100000",
		"1001:100000:",
		"1001:100000:0",
		"1001::65536",
		"1001:-1:65536",
		"1001:100000:-1",
		"1001:+100000:10",
		"1001:0x186a0:10",
		"1001: 100000:10",
		"1001:100000:10 ",
		"1001:100000:10:10",
		"1001:0:4294967295",
		"1001:1:4294967295",
		"1001:100000:4294967296",
		"1001:100000:99999999999999999999",
		"1001:18446744073709551615:200000",
		"4294967295:100000:10",
		"4294967296:100000:10",
		"#1001:100000:10",
	};
	char text[256];
	size_t n;

	setup();
	for (n = 0; n < ARRAY_SIZE(lines); n++) {
		snprintf(text, sizeof(text), "%s\n1002:100000:10\n", lines[n]);
		scratch_write(&scratch, "subuid", text);
		expect(100001, 1002);
	}
	teardown();
}
END_TEST

START_TEST(test_the_highest_range_ends_before_the_uid_that_is_none)
{
	setup();
	scratch_write(&scratch, "subuid", "1001:4294967290:5\n");
	expect(4294967294U, 1001);
	expect(4294967295U, 0);
	scratch_write(&scratch, "subuid", "1001:4294967290:6\n");
	expect(4294967294U, 0);
	teardown();
}
END_TEST

static void write_line_of(size_t size)
{
	static const char rest[] = ":100000:10\n1002:100000:10\n";
	char *text = calloc(1, size + sizeof(rest));

	/* a number with zeros before it: ten digits at most, so what is long is the name of nobody */
	memset(text, 'x', size - strlen(":100000:10"));
	strcat(text, rest);
	scratch_write(&scratch, "subuid", text);
	free(text);
}

START_TEST(test_a_line_that_is_too_long_is_passed_over)
{
	setup();
	write_line_of(LIMIT_SUBUID_LINE_BYTES);
	expect(100001, 1002);
	write_line_of(LIMIT_SUBUID_LINE_BYTES + 1);
	expect(100001, 1002);
	write_line_of(100000);
	expect(100001, 1002);
	teardown();
}
END_TEST

/* Behind so many lines none counts. */
static void write_lines(size_t count)
{
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	while (--count > 0)
		fputs("1001:100:1\n", file);
	fputs("1002:100000:10\n", file);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(test_lines_count_up_to_the_limit)
{
	setup();
	write_lines(LIMIT_SUBUID_LINES);
	expect(100001, 1002);
	write_lines(LIMIT_SUBUID_LINES + 1);
	expect(100001, 0);
	teardown();
}
END_TEST

START_TEST(test_what_cannot_be_read_is_an_error)
{
	uid_t owner;

	setup();
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_lt(subuid_find(path, 100000, &owner), 0);
	teardown();
}
END_TEST

CHECK_MAIN("subuid", test_a_uid_is_of_the_range_that_has_it,
	   test_a_file_that_changes_is_read_as_it_is, test_root_owns_none_and_names_are_looked_up,
	   test_what_is_no_range_counts_for_nothing,
	   test_the_highest_range_ends_before_the_uid_that_is_none,
	   test_a_line_that_is_too_long_is_passed_over, test_lines_count_up_to_the_limit,
	   test_what_cannot_be_read_is_an_error)
