/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* The FIFO by which a lease lives: held, dropped, and found again after a restart. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "check-main.h"
#include "lease-ref.h"
#include "scratch.h"

static struct scratch scratch;

START_TEST(test_it_is_held_until_the_last_copy_is_closed)
{
	_cleanup_close_ int read_fd = -1;
	struct pollfd poll_fd;
	int write_fd, copy;
	struct stat st;

	scratch_init(&scratch);
	ck_assert_int_eq(lease_ref_create(scratch.fd, "l1", &read_fd, &write_fd), 0);
	ck_assert_int_eq(fstatat(scratch.fd, "l1.ref", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	copy = dup(write_fd);
	ck_assert(lease_ref_is_held(read_fd));
	macro_close(write_fd);
	ck_assert(lease_ref_is_held(read_fd));
	macro_close(copy);
	ck_assert(!lease_ref_is_held(read_fd));
	poll_fd = (struct pollfd){ .fd = read_fd };
	ck_assert_int_eq(poll(&poll_fd, 1, 0), 1);
	ck_assert_int_eq(poll_fd.revents, POLLHUP);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_holder_that_writes_gains_nothing)
{
	_cleanup_close_ int read_fd = -1;
	struct pollfd poll_fd;
	int write_fd;
	char rubbish[4096];

	scratch_init(&scratch);
	memset(rubbish, 'x', sizeof(rubbish));
	ck_assert_int_eq(lease_ref_create(scratch.fd, "l1", &read_fd, &write_fd), 0);
	ck_assert_int_gt(write(write_fd, rubbish, sizeof(rubbish)), 0);
	poll_fd = (struct pollfd){ .fd = read_fd };
	ck_assert_int_eq(poll(&poll_fd, 1, 0), 0); /* nobody is woken up */
	ck_assert(lease_ref_is_held(read_fd));
	macro_close(write_fd);
	ck_assert(!lease_ref_is_held(read_fd));
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_a_reopened_one_knows_whether_it_is_held)
{
	int read_fd, write_fd;

	scratch_init(&scratch);
	ck_assert_int_eq(lease_ref_create(scratch.fd, "l1", &read_fd, &write_fd), 0);
	macro_close(read_fd); /* the daemon ends */
	ck_assert_int_eq(lease_ref_open(scratch.fd, "l1", &read_fd), 0);
	ck_assert(lease_ref_is_held(read_fd));
	macro_close(write_fd);
	ck_assert(!lease_ref_is_held(read_fd));
	macro_close(read_fd);
	/* and when the holder had gone before */
	ck_assert_int_eq(lease_ref_open(scratch.fd, "l1", &read_fd), 0);
	ck_assert(!lease_ref_is_held(read_fd));
	macro_close(read_fd);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_only_a_fifo_is_taken_and_none_is_made_twice)
{
	int read_fd = -1, write_fd = -1, before;

	scratch_init(&scratch);
	before = scratch_count_fds();
	scratch_write(&scratch, "l1.ref", "");
	ck_assert_int_eq(lease_ref_open(scratch.fd, "l1", &read_fd), -EBADMSG);
	ck_assert_int_eq(lease_ref_create(scratch.fd, "l1", &read_fd, &write_fd), -EEXIST);
	scratch_symlink(&scratch, "/dev/null", "l2.ref");
	ck_assert_int_eq(lease_ref_open(scratch.fd, "l2", &read_fd), -ELOOP);
	ck_assert_int_eq(lease_ref_open(scratch.fd, "l3", &read_fd), -ENOENT);
	lease_ref_remove(scratch.fd, "l1");
	lease_ref_remove(scratch.fd, "l1");
	ck_assert(!scratch_has(&scratch, "l1.ref"));
	ck_assert_int_eq(scratch_count_fds(), before);
	scratch_deinit(&scratch);
}
END_TEST

START_TEST(test_one_more_end_is_as_good_as_the_first)
{
	_cleanup_close_ int read_fd = -1;
	int first, second = -1;

	scratch_init(&scratch);
	ck_assert_int_eq(lease_ref_reopen(scratch.fd, "l1", &second), -ENOENT);
	ck_assert_int_eq(lease_ref_create(scratch.fd, "l1", &read_fd, &first), 0);
	ck_assert_int_eq(lease_ref_reopen(scratch.fd, "l1", &second), 0);
	macro_close(first);
	ck_assert(lease_ref_is_held(read_fd));
	macro_close(second);
	ck_assert(!lease_ref_is_held(read_fd));
	lease_ref_remove(scratch.fd, "l1");
	scratch_write(&scratch, "l2.ref", "no fifo");
	ck_assert_int_eq(lease_ref_reopen(scratch.fd, "l2", &second), -EBADMSG);
	scratch_deinit(&scratch);
}
END_TEST

CHECK_MAIN("lease-ref", test_it_is_held_until_the_last_copy_is_closed,
	   test_a_holder_that_writes_gains_nothing, test_a_reopened_one_knows_whether_it_is_held,
	   test_one_more_end_is_as_good_as_the_first,
	   test_only_a_fifo_is_taken_and_none_is_made_twice)
