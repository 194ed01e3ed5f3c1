/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/lib/request.c: several devices by one call, and with an event loop: good and bad answers, none, and
 * objects that end in any order. tests/client/lib/test-lease.c has those who wait.
 */
#include <libccwbroker.h>
#include <poll.h>
#include <string.h>

#include "check-main.h"
#include "fake-broker.h"
#include "macro.h"
#include "names.h"

static const char *const both[] = { "580", "0.0.0581" };

/* One turn of the loop; its time limit is the library's, as far as the test has such patience. */
static void turn(struct ccwb_connection *connection)
{
	struct pollfd loop = { .fd = ccwb_connection_fd(connection), .events = POLLIN };
	int timeout = ccwb_connection_timeout(connection);

	ck_assert_int_eq(poll(&loop, 1, timeout < 0 || timeout > 30000 ? 30000 : timeout), 1);
	ck_assert_int_eq(ccwb_connection_process(connection, NULL), 0);
}

static int ask_and_wait(enum answer answer, unsigned int n, struct ccwb_lease **leases,
			struct ccwb_connection **ret_connection, struct ccwb_error *ret_error)
{
	_cleanup_(ccwb_request_freep) struct ccwb_request *request = NULL;
	int r;

	*ret_connection = fake_broker_start(answer);
	ck_assert_int_eq(ccwb_request_new(*ret_connection, both, n, NULL, &request, NULL), 0);
	while ((r = ccwb_request_finish(request, leases, ret_error)) == 0)
		turn(*ret_connection);
	return r;
}

START_TEST(test_devices_come_together)
{
	struct ccwb_connection *connection = fake_broker_start(ANSWER_TOGETHER);
	struct ccwb_lease *leases[2];

	ck_assert_int_eq(ccwb_lease_new_together(connection, both, 2, NULL, leases, NULL), 0);
	ck_assert_str_eq(ccwb_lease_device(leases[0]), "0.0.0580");
	ck_assert_str_eq(ccwb_lease_id(leases[0]), "l77");
	ck_assert_str_eq(ccwb_lease_device(leases[1]), "0.0.0581");
	ck_assert_str_eq(ccwb_lease_id(leases[1]), "l78");
	ccwb_lease_free(leases[0]);
	ck_assert_int_eq(ccwb_lease_release(leases[1], 30000, NULL), 0);
	ccwb_lease_free(leases[1]);
	ccwb_connection_free(connection);
}
END_TEST

START_TEST(test_an_event_loop_gets_a_device_and_gives_it_back)
{
	int before = fake_broker_count_fds();
	struct ccwb_connection *connection;
	struct ccwb_lease *lease = NULL;

	ck_assert_int_eq(ask_and_wait(ANSWER_GOOD, 1, &lease, &connection, NULL), 1);
	ck_assert_str_eq(ccwb_lease_id(lease), "l77");
	ck_assert_int_eq(ccwb_connection_timeout(connection), -1); /* no question is left */
	ck_assert_int_eq(ccwb_lease_release(lease, 0, NULL), -ETIMEDOUT);
	while (ccwb_lease_state(lease) != CCWB_LEASE_ENDED)
		turn(connection);
	ccwb_lease_free(lease);
	ccwb_connection_free(connection);
	ck_assert_int_eq(fake_broker_count_fds(), before);
}
END_TEST

START_TEST(test_an_event_loop_gets_several)
{
	struct ccwb_connection *connection;
	struct ccwb_lease *leases[2] = {};

	ck_assert_int_eq(ask_and_wait(ANSWER_TOGETHER, 2, leases, &connection, NULL), 1);
	ck_assert_str_eq(ccwb_lease_id(leases[1]), "l78");
	ccwb_lease_free(leases[0]);
	ccwb_lease_free(leases[1]);
	ccwb_connection_free(connection);
}
END_TEST

static int ask_for_one(enum answer answer, struct ccwb_connection **ret_connection,
		       struct ccwb_lease **ret, struct ccwb_error *ret_error)
{
	return ask_and_wait(answer, 1, ret, ret_connection, ret_error);
}

START_TEST(test_bad_answers_and_errors)
{
	fake_broker_refuses(ask_for_one, ANSWER_ERROR, -EBUSY,
			    "cannot acquire 0.0.0580: alice has it");
	fake_broker_refuses(ask_for_one, ANSWER_BUSY_ONCE, -EAGAIN,
			    "wait"); /* its loop asks again */
	fake_broker_refuses(ask_for_one, ANSWER_FD_MISSING, -EBADMSG, "of one version");
	fake_broker_refuses(ask_for_one, ANSWER_OTHER_SIGNATURE, -EBADMSG, "of one version");
}
END_TEST

START_TEST(test_an_answer_is_taken_once)
{
	struct ccwb_connection *connection = fake_broker_start(ANSWER_GOOD);
	struct ccwb_request *request;
	struct ccwb_lease *lease;

	ck_assert_int_eq(ccwb_request_new(connection, both, 1, NULL, &request, NULL), 0);
	while (ccwb_request_finish(request, &lease, NULL) == 0)
		turn(connection);
	ck_assert_int_eq(ccwb_request_finish(request, &lease, NULL), -EALREADY);
	ck_assert_ptr_null(ccwb_request_free(request));
	ck_assert_int_eq(ccwb_lease_release(lease, 30000, NULL), 0);
	ccwb_lease_free(lease);
	ccwb_connection_free(connection);
}
END_TEST

/* What is granted to nobody ends: the fake broker says so when the fds are closed. */
START_TEST(test_an_answer_that_nobody_takes_is_given_back)
{
	int before = fake_broker_count_fds();
	struct ccwb_connection *connection = fake_broker_start(ANSWER_GOOD);
	struct ccwb_request *request;

	ck_assert_int_eq(ccwb_request_new(connection, both, 1, NULL, &request, NULL), 0);
	turn(connection);
	ck_assert_ptr_null(ccwb_request_free(request));
	ccwb_connection_free(connection);
	ck_assert_int_eq(fake_broker_count_fds(), before);
}
END_TEST

START_TEST(test_ends_come_in_any_order)
{
	struct ccwb_connection *connection = fake_broker_start(ANSWER_NEVER);
	struct ccwb_request *first, *second;
	struct ccwb_lease *lease;
	struct ccwb_error error;
	int timeout;

	ck_assert_int_eq(ccwb_request_new(connection, both, 1, NULL, &first, NULL), 0);
	ck_assert_int_eq(ccwb_request_new(connection, both, 1, NULL, &second, NULL), 0);
	ck_assert_int_eq(ccwb_request_finish(first, &lease, NULL), 0);
	timeout = ccwb_connection_timeout(connection);
	ck_assert_int_gt(timeout, 60000);
	ck_assert_int_le(timeout, 180000);
	ck_assert_ptr_null(ccwb_request_free(first));
	ck_assert_ptr_null(ccwb_connection_free(connection));
	ck_assert_int_eq(ccwb_request_finish(second, &lease, &error), -ENOTCONN);
	ck_assert_ptr_nonnull(strstr(error.text, "was freed before the answer"));
	ck_assert_ptr_null(ccwb_request_free(second));
	ck_assert_ptr_null(ccwb_request_free(NULL));
}
END_TEST

START_TEST(test_what_is_wrong_at_once_is_not_asked)
{
	const char *const five[CCWB_LEASE_TOGETHER_MAX + 1] = { "1", "2", "3", "4", "5" };
	const struct ccwb_lease_options patient = { .size = sizeof(patient), .patience_ms = 1 };
	struct ccwb_connection *connection = fake_broker_start(ANSWER_GOOD);
	struct ccwb_request *request = NULL;
	struct ccwb_error error;

	ck_assert_int_eq(ccwb_request_new(connection, five, 0, NULL, &request, NULL), -EINVAL);
	ck_assert_int_eq(ccwb_request_new(connection, five, CCWB_LEASE_TOGETHER_MAX + 1, NULL,
					  &request, NULL),
			 -E2BIG);
	ck_assert_int_eq(ccwb_request_new(connection, five, 1, &patient, &request, &error),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "patience_ms"));
	ck_assert_ptr_null(request);
	ck_assert_int_eq(ccwb_request_new(connection, five, CCWB_LEASE_TOGETHER_MAX, NULL, &request,
					  NULL),
			 0);
	ccwb_request_free(request);
	ccwb_connection_free(connection);
}
END_TEST

CHECK_MAIN("request", test_devices_come_together,
	   test_an_event_loop_gets_a_device_and_gives_it_back, test_an_event_loop_gets_several,
	   test_bad_answers_and_errors, test_an_answer_is_taken_once,
	   test_an_answer_that_nobody_takes_is_given_back, test_ends_come_in_any_order,
	   test_what_is_wrong_at_once_is_not_asked)
