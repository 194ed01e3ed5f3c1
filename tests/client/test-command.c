/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/command.c with fds that nobody gave. With the broker's, and with the directories
 * that it is asked for: tests/vm/cases/qemu-guest.sh and run.
 */
#include <stdlib.h>
#include <string.h>

#include "check-main.h"
#include "command.h"

/* As the broker gives them by group, by iommufd and by path. */
static const struct command_fd fds[] = {
	{ "0.0.0580", "container" }, { "0.0.0580", "group" },	{ "0.0.0580", "device" },
	{ "0.0.0580", "lease" },     { "0.0.0581", "iommufd" }, { "0.0.0581", "device" },
	{ "0.0.0581", "lease" },     { "0.0.0582", "lease" },
};

static enum exit_code expand(char *word, char **ret)
{
	char *command[] = { (char *)"true", word, NULL };
	enum exit_code code = command_expand(NULL, command, fds, ARRAY_SIZE(fds), 3);

	ck_assert_str_eq(command[0], "true");
	*ret = command[1];
	return code;
}

START_TEST(test_fds_have_the_numbers_that_the_command_finds)
{
	char *got;

	ck_assert_int_eq(
		expand((char *)"{container-fd:580} {group-fd:580} {device-fd:580} {lease-fd:580} "
			       "{iommufd-fd:581} {device-fd:581} {lease-fd:581} {lease-fd:582}",
		       &got),
		EXIT_CODE_OK);
	ck_assert_str_eq(got, "3 4 5 6 7 8 9 10");
	free(got);
}
END_TEST

START_TEST(test_a_word_without_is_not_touched)
{
	char word[] = "plain", braces[] = "{x}", *got;

	ck_assert_int_eq(expand(word, &got), EXIT_CODE_OK);
	ck_assert_ptr_eq(got, word);
	ck_assert_int_eq(expand(braces, &got), EXIT_CODE_OK);
	ck_assert_str_eq(got, "{x}");
	free(got);
}
END_TEST

START_TEST(test_what_is_not_there_is_wrong_usage)
{
	char *got;

	ck_assert_int_eq(expand((char *)"{iommufd-fd:580}", &got), EXIT_CODE_USAGE);
	ck_assert_int_eq(expand((char *)"{device-fd:582}", &got), EXIT_CODE_USAGE);
	ck_assert_int_eq(expand((char *)"{device-fd:583}", &got), EXIT_CODE_USAGE);
	ck_assert_int_eq(expand((char *)"{device-fd:tape}", &got), EXIT_CODE_USAGE);
}
END_TEST

CHECK_MAIN("command", test_fds_have_the_numbers_that_the_command_finds,
	   test_a_word_without_is_not_touched, test_what_is_not_there_is_wrong_usage)
