/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Small files: bounds, white space, replacement; device nodes: only the right one. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "check-main.h"
#include "io.h"
#include "limits.h"
#include "scratch.h"

static struct scratch scratch;

/* Ours is called like that of the C library and stands before it where the compiler's own one looks. */
START_TEST(test_limits_of_the_c_library_are_not_hidden_by_ours)
{
	ck_assert_int_gt(MB_LEN_MAX, 1);
}
END_TEST

START_TEST(test_a_file_of_the_limit_is_read_and_one_byte_more_is_not)
{
	_cleanup_free_ char *text = NULL, *other = NULL;
	size_t size;

	scratch_init(&scratch);
	scratch_write(&scratch, "file", "12345678");
	ck_assert_int_eq(io_read_at(scratch.fd, "file", 8, &text, &size), 0);
	ck_assert_uint_eq(size, 8);
	ck_assert_str_eq(text, "12345678");
	ck_assert_int_eq(io_read_at(scratch.fd, "file", 7, &other, &size), -EFBIG);
	scratch_write(&scratch, "empty", "");
	ck_assert_int_eq(io_read_at(scratch.fd, "empty", 7, &other, &size), 0);
	ck_assert_str_eq(other, "");
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_file_longer_than_the_first_buffer_is_read_whole)
{
	_cleanup_free_ char *long_text = calloc(1, 10001), *text = NULL;
	size_t size;

	memset(long_text, 'x', 10000);
	scratch_init(&scratch);
	scratch_write(&scratch, "file", long_text);
	ck_assert_int_eq(io_read_at(scratch.fd, "file", 10000, &text, &size), 0);
	ck_assert_str_eq(text, long_text);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_line_loses_its_end_but_not_its_inside)
{
	_cleanup_free_ char *line = NULL;

	scratch_init(&scratch);
	scratch_write(&scratch, "file", "a b\t\n \n");
	ck_assert_int_eq(io_read_line_at(scratch.fd, "file", &line), 0);
	ck_assert_str_eq(line, "a b");
	ck_assert_int_eq(io_read_line_at(scratch.fd, "nothing", &line), -ENOENT);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_word_fits_or_is_refused)
{
	char field[8];

	scratch_init(&scratch);
	scratch_write(&scratch, "word", "1234567");
	ck_assert_int_eq(io_read_word_at(scratch.fd, "word", field, sizeof(field)), 0);
	ck_assert_str_eq(field, "1234567");
	scratch_write(&scratch, "word", "12345678");
	ck_assert_int_eq(io_read_word_at(scratch.fd, "word", field, sizeof(field)), -EFBIG);
	scratch_write(&scratch, "word", " a b \n");
	ck_assert_int_eq(io_read_word_at(scratch.fd, "word", field, sizeof(field)), 0);
	ck_assert_str_eq(field, " a b");
	ck_assert_int_eq(io_read_word_at(scratch.fd, "none", field, sizeof(field)), -ENOENT);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_writing_does_not_make_files)
{
	_cleanup_free_ char *text = NULL;

	scratch_init(&scratch);
	ck_assert_int_eq(io_write_at(scratch.fd, "file", "1"), -ENOENT);
	scratch_write(&scratch, "file", "0");
	ck_assert_int_eq(io_write_at(scratch.fd, "file", "1"), 0);
	text = scratch_read(&scratch, "file");
	ck_assert_str_eq(text, "1");
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_replacing_leaves_one_complete_file)
{
	_cleanup_free_ char *text = NULL;
	struct stat st;

	scratch_init(&scratch);
	ck_assert_int_eq(io_replace_at(scratch.fd, "file", "first and long", 0600), 0);
	ck_assert_int_eq(io_replace_at(scratch.fd, "file", "second", 0600), 0);
	text = scratch_read(&scratch, "file");
	ck_assert_str_eq(text, "second");
	ck_assert(!scratch_has(&scratch, "file.new"));
	ck_assert_int_eq(fstatat(scratch.fd, "file", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	scratch_mkdir(&scratch, "busy/inside");
	ck_assert_int_lt(io_replace_at(scratch.fd, "busy", "text", 0600), 0);
	ck_assert(!scratch_has(&scratch, "busy.new"));
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_link_is_read_as_it_is_stored)
{
	_cleanup_free_ char *target = NULL;

	scratch_init(&scratch);
	scratch_symlink(&scratch, "../some/where", "link");
	ck_assert_int_eq(io_readlink_at(scratch.fd, "link", &target), 0);
	ck_assert_str_eq(target, "../some/where");
	scratch_write(&scratch, "file", "");
	ck_assert_int_eq(io_readlink_at(scratch.fd, "file", &target), -EINVAL);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_only_the_device_asked_for_is_opened)
{
	int fd = -1, before;

	scratch_init(&scratch);
	before = scratch_count_fds();
	ck_assert_int_eq(io_open_char_at(AT_FDCWD, "/dev/null", makedev(1, 3), &fd), 0);
	fd = macro_close(fd);
	ck_assert_int_eq(io_open_char_at(AT_FDCWD, "/dev/null", makedev(1, 5), &fd), -ENODEV);
	scratch_write(&scratch, "file", "");
	ck_assert_int_eq(io_open_char_at(scratch.fd, "file", makedev(1, 3), &fd), -ENODEV);
	scratch_symlink(&scratch, "/dev/null", "link");
	ck_assert_int_eq(io_open_char_at(scratch.fd, "link", makedev(1, 3), &fd), -ENODEV);
	ck_assert_int_eq(io_open_char_at(scratch.fd, "none", makedev(1, 3), &fd), -ENOENT);
	ck_assert_int_eq(scratch_count_fds(), before);
	scratch_deinit(&scratch);
}
END_TEST

CHECK_MAIN("io", test_limits_of_the_c_library_are_not_hidden_by_ours,
	   test_a_file_of_the_limit_is_read_and_one_byte_more_is_not,
	   test_a_file_longer_than_the_first_buffer_is_read_whole,
	   test_a_line_loses_its_end_but_not_its_inside, test_a_word_fits_or_is_refused,
	   test_writing_does_not_make_files, test_replacing_leaves_one_complete_file,
	   test_a_link_is_read_as_it_is_stored, test_only_the_device_asked_for_is_opened)
