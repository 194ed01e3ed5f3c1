/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Messages on standard error: one line each, cut rather than lost, levels. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "check-main.h"
#include "io.h"
#include "limits.h"
#include "log.h"

static int capture(void)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	log_init("test");
	return fd;
}

static char *captured(int fd)
{
	char *text;

	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(io_read_fd(fd, 65536, &text, NULL), 0);
	return text;
}

START_TEST(test_a_message_is_one_line_with_the_program)
{
	_cleanup_close_ int fd = capture();
	_cleanup_free_ char *text = NULL;

	log_info("device %s", "0.0.0580");
	text = captured(fd);
	ck_assert_str_eq(text, "test: device 0.0.0580\n");
}
END_TEST

START_TEST(test_an_error_gets_its_text_and_is_passed_on)
{
	_cleanup_close_ int fd = capture();
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(log_error_errno(-ENOENT, "no %s", "file"), -ENOENT);
	text = captured(fd);
	ck_assert_str_eq(text, "test: no file: No such file or directory\n");
}
END_TEST

START_TEST(test_levels_above_the_maximum_are_dropped)
{
	_cleanup_close_ int fd = capture();
	_cleanup_free_ char *text = NULL;

	log_debug("quiet");
	log_set_max_level(LOG_ERR);
	log_info("quiet, too");
	ck_assert_int_eq(log_warning_errno(-EIO, "quiet"), -EIO);
	text = captured(fd);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(test_an_overlong_message_is_cut)
{
	_cleanup_free_ char *text = NULL, *words = calloc(1, 2 * LIMIT_MESSAGE_BYTES + 1);
	_cleanup_close_ int fd = capture();

	memset(words, 'x', 2 * LIMIT_MESSAGE_BYTES);
	log_error("%s", words);
	text = captured(fd);
	ck_assert_uint_eq(strlen(text), strlen("test: ") + LIMIT_MESSAGE_BYTES - 1 + 1);
	ck_assert_int_eq(log_error_errno(-EIO, "%s", words), -EIO);
}
END_TEST

CHECK_MAIN("log", test_a_message_is_one_line_with_the_program,
	   test_an_error_gets_its_text_and_is_passed_on, test_levels_above_the_maximum_are_dropped,
	   test_an_overlong_message_is_cut)
