/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* A result on its way: whole, with its fds, or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "check-main.h"
#include "scratch.h"
#include "worker-wire.h"

static int pair[2];

static void setup(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

static void teardown(void)
{
	macro_close(pair[0]);
	macro_close(pair[1]);
}

START_TEST(test_fds_arrive_as_new_ones_of_ours)
{
	struct worker_result sent = { .r = 3, .detail = 4 }, got;
	int before = scratch_count_fds();
	unsigned int n;

	setup();
	for (n = 0; n < LIMIT_WORKER_FDS; n++)
		sent.fds[sent.n_fds++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	strcpy(sent.fault.text, "words");
	ck_assert_int_eq(worker_wire_send(pair[0], &sent), 0);
	ck_assert_int_eq(worker_wire_receive(pair[1], &got), 0);
	ck_assert_int_eq(got.r, 3);
	ck_assert_uint_eq(got.detail, 4);
	ck_assert_str_eq(got.fault.text, "words");
	ck_assert_uint_eq(got.n_fds, LIMIT_WORKER_FDS);
	for (n = 0; n < got.n_fds; n++) {
		ck_assert_int_ne(got.fds[n], sent.fds[n]);
		ck_assert_int_eq(fcntl(got.fds[n], F_GETFD), FD_CLOEXEC);
	}
	worker_wire_close_fds(&sent);
	worker_wire_close_fds(&got);
	teardown();
	ck_assert_int_eq(scratch_count_fds(), before);
}
END_TEST

START_TEST(test_nothing_and_nobody_differ)
{
	struct worker_result got;

	setup();
	ck_assert_int_eq(worker_wire_receive(pair[1], &got), -EAGAIN);
	pair[0] = macro_close(pair[0]);
	ck_assert_int_eq(worker_wire_receive(pair[1], &got), -EIO);
	teardown();
}
END_TEST

START_TEST(test_what_is_not_whole_is_no_result)
{
	struct worker_result sent = { .n_fds = 1, .fds = { -1, -1, -1, -1 } }, got;
	int before = scratch_count_fds();

	setup();
	/* it says that there is an fd, and there is none */
	ck_assert_int_eq(send(pair[0], &sent, sizeof(sent), 0), sizeof(sent));
	ck_assert_int_eq(worker_wire_receive(pair[1], &got), -EIO);
	ck_assert_int_eq(send(pair[0], &sent, sizeof(sent) - 1, 0), sizeof(sent) - 1);
	ck_assert_int_eq(worker_wire_receive(pair[1], &got), -EIO);
	teardown();
	ck_assert_int_eq(scratch_count_fds(), before);
}
END_TEST

CHECK_MAIN("worker-wire", test_fds_arrive_as_new_ones_of_ours, test_nothing_and_nobody_differ,
	   test_what_is_not_whole_is_no_result)
