/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/lib/lease.c: good and bad answers to AcquireDevice, what the broker tells later, and the way
 * back.
 */
#include <fcntl.h>
#include <libccwbroker.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>

#include "check-main.h"
#include "fake-broker.h"
#include "macro.h"
#include "names.h"

static int acquire(enum answer answer, struct ccwb_connection **ret_connection,
		   struct ccwb_lease **ret, struct ccwb_error *ret_error)
{
	const struct ccwb_lease_options options = {
		.size = sizeof(options),
		.who = "test",
		.iommu = answer == ANSWER_IOMMUFD ? "iommufd" : NULL,
		.grant = fake_broker_is_by_path(answer) ? "path" : NULL,
		.patience_ms = 1000,
	};

	*ret_connection = fake_broker_start(answer);
	return ccwb_lease_new(*ret_connection, "580", &options, ret, ret_error);
}

START_TEST(test_a_device_comes_and_goes)
{
	int before = fake_broker_count_fds();
	struct ccwb_connection *connection;
	struct ccwb_lease *lease;

	ck_assert_int_eq(acquire(ANSWER_GOOD, &connection, &lease, NULL), 0);
	ck_assert_str_eq(ccwb_lease_device(lease), "0.0.0580");
	ck_assert_str_eq(ccwb_lease_id(lease), "l77");
	ck_assert_str_eq(ccwb_lease_info(lease, "device-type"), "3490/50");
	ck_assert_ptr_null(ccwb_lease_info(lease, "later")); /* no text */
	ck_assert_int_eq(ccwb_lease_state(lease), CCWB_LEASE_ACTIVE);
	ck_assert_ptr_null(ccwb_lease_reason(lease));
	for (unsigned int i = 0; i <= CCWB_LEASE_FD_LEASE; i++) {
		int fd = ccwb_lease_fd(lease, i);

		if (i == CCWB_LEASE_FD_IOMMUFD) {
			ck_assert_int_eq(fd, -1);
			continue;
		}
		ck_assert_int_ge(fd, 3);
		ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	}
	ck_assert_int_eq(ccwb_lease_release(lease, 30000, NULL), 0);
	ck_assert_int_eq(ccwb_lease_state(lease), CCWB_LEASE_ENDED);
	ck_assert_str_eq(ccwb_lease_reason(lease), "closed");
	ck_assert_ptr_null(ccwb_lease_free(lease));
	ck_assert_ptr_null(ccwb_connection_free(connection));
	ck_assert_int_eq(fake_broker_count_fds(), before);
}
END_TEST

START_TEST(test_an_iommufd_comes_in_place_of_container_and_group)
{
	struct ccwb_connection *connection;
	struct ccwb_lease *lease;

	ck_assert_int_eq(acquire(ANSWER_IOMMUFD, &connection, &lease, NULL), 0);
	ck_assert_int_eq(ccwb_lease_fd(lease, CCWB_LEASE_FD_CONTAINER), -1);
	ck_assert_int_eq(ccwb_lease_fd(lease, CCWB_LEASE_FD_GROUP), -1);
	ck_assert_int_ge(ccwb_lease_fd(lease, CCWB_LEASE_FD_IOMMUFD), 3);
	ck_assert_int_ge(ccwb_lease_fd(lease, CCWB_LEASE_FD_DEVICE), 3);
	/* in the other order: the lease outlives its connection */
	ccwb_connection_free(connection);
	ck_assert_int_eq(ccwb_lease_release(lease, 10, NULL), -ENOTCONN);
	ccwb_lease_free(lease);
}
END_TEST

START_TEST(test_by_path_there_is_the_lease_only)
{
	struct ccwb_connection *connection;
	struct ccwb_device *device = NULL;
	struct ccwb_lease *lease;
	struct ccwb_error error;

	ck_assert_int_eq(acquire(ANSWER_PATH, &connection, &lease, NULL), 0);
	for (unsigned int i = 0; i <= CCWB_LEASE_FD_LEASE; i++)
		ck_assert_int_eq(ccwb_lease_fd(lease, i) >= 3, i == CCWB_LEASE_FD_LEASE);
	ck_assert_int_eq(ccwb_device_new(lease, NULL, &device, &error), -EBADF);
	ck_assert_ptr_nonnull(strstr(error.text, "granted by path"));
	ccwb_lease_free(lease);
	ccwb_connection_free(connection);
}
END_TEST

START_TEST(test_a_device_on_its_way_back_is_waited_for)
{
	struct ccwb_connection *connection;
	struct ccwb_lease *lease;

	ck_assert_int_eq(acquire(ANSWER_BUSY_ONCE, &connection, &lease, NULL), 0);
	ck_assert_str_eq(ccwb_lease_id(lease), "l77");
	ck_assert_int_eq(ccwb_lease_release(lease, 30000, NULL), 0);
	ccwb_lease_free(lease);
	ccwb_connection_free(connection);
}
END_TEST

START_TEST(test_a_device_that_cannot_go_back_is_told)
{
	struct ccwb_connection *connection;
	struct ccwb_lease *lease;
	struct ccwb_error error;

	ck_assert_int_eq(acquire(ANSWER_RESTORE_FAILS, &connection, &lease, NULL), 0);
	ck_assert_int_eq(ccwb_lease_release(lease, 30000, &error), -EIO);
	ck_assert_ptr_nonnull(strstr(error.text, "was not given back to its driver"));
	ccwb_lease_free(lease);
	ccwb_connection_free(connection);
}
END_TEST

START_TEST(test_a_copy_elsewhere_keeps_it)
{
	struct ccwb_connection *connection;
	struct ccwb_lease *lease;
	struct ccwb_error error;
	_cleanup_close_ int copy = -1;

	ck_assert_int_eq(acquire(ANSWER_GOOD, &connection, &lease, NULL), 0);
	copy = dup(ccwb_lease_fd(lease, CCWB_LEASE_FD_LEASE));
	ck_assert_int_eq(ccwb_lease_release(lease, 50, &error), -ETIMEDOUT);
	ck_assert_ptr_nonnull(strstr(error.text, "copy of its file descriptors"));
	ck_assert_int_eq(ccwb_lease_state(lease), CCWB_LEASE_ACTIVE);
	copy = macro_close(copy);
	ck_assert_int_eq(ccwb_lease_release(lease, 30000, NULL), 0);
	ccwb_lease_free(lease);
	ccwb_connection_free(connection);
}
END_TEST

START_TEST(test_one_whose_fd_was_given_away_is_released_by_name)
{
	struct ccwb_connection *connection;
	struct ccwb_lease *lease;
	_cleanup_close_ int fd = -1;

	ck_assert_int_eq(acquire(ANSWER_RELEASED, &connection, &lease, NULL), 0);
	fd = ccwb_lease_take_fd(lease, CCWB_LEASE_FD_LEASE);
	ck_assert_int_ge(fd, 3);
	ck_assert_int_eq(ccwb_lease_take_fd(lease, CCWB_LEASE_FD_LEASE), -1);
	ck_assert_int_eq(ccwb_lease_release(lease, 30000, NULL), 0);
	ck_assert_str_eq(ccwb_lease_reason(lease), "released");
	ccwb_lease_free(lease);
	ccwb_connection_free(connection);
}
END_TEST

START_TEST(test_an_event_loop_hears_of_revocation_and_end)
{
	struct ccwb_connection *connection;
	struct pollfd loop = { .events = POLLIN };
	struct ccwb_lease *lease;
	int fd;

	ck_assert_int_eq(acquire(ANSWER_REVOKED, &connection, &lease, NULL), 0);
	loop.fd = ccwb_connection_fd(connection);
	while (ccwb_lease_state(lease) == CCWB_LEASE_ACTIVE) {
		ck_assert_int_eq(poll(&loop, 1, 30000), 1);
		ck_assert_int_eq(ccwb_connection_process(connection, NULL), 0);
	}
	ck_assert_int_eq(ccwb_lease_state(lease), CCWB_LEASE_REVOKING);
	ck_assert_str_eq(ccwb_lease_reason(lease), "cabling at noon");
	ck_assert_uint_eq(ccwb_lease_deadline(lease), 77000000);
	fd = ccwb_lease_take_fd(lease, CCWB_LEASE_FD_LEASE);
	ck_assert_int_eq(ccwb_lease_fd(lease, CCWB_LEASE_FD_LEASE), -1);
	macro_close(fd); /* the broker's sign to go on */
	while (ccwb_lease_state(lease) == CCWB_LEASE_REVOKING) {
		ck_assert_int_eq(poll(&loop, 1, 30000), 1);
		ck_assert_int_eq(ccwb_connection_process(connection, NULL), 0);
	}
	ck_assert_str_eq(ccwb_lease_reason(lease), "revoked");
	ck_assert_uint_eq(ccwb_lease_deadline(lease), 0);
	ccwb_lease_free(lease);
	ccwb_connection_free(connection);
}
END_TEST

START_TEST(test_bad_answers_leave_nothing_open)
{
	fake_broker_refuses(acquire, ANSWER_FD_MISSING, -EBADMSG, "of one version");
	fake_broker_refuses(acquire, ANSWER_BOTH_KINDS, -EBADMSG, "of one version");
	fake_broker_refuses(acquire, ANSWER_FDS_BY_PATH, -EBADMSG, "of one version");
	fake_broker_refuses(acquire, ANSWER_LEASE_MISSING, -EBADMSG, "of one version");
	fake_broker_refuses(acquire, ANSWER_OTHER_SIGNATURE, -EBADMSG, "of one version");
}
END_TEST

START_TEST(test_an_error_has_its_number_and_name)
{
	struct ccwb_connection *connection;
	struct ccwb_lease *lease = NULL;
	struct ccwb_error error;

	ck_assert_int_eq(acquire(ANSWER_ERROR, &connection, &lease, &error), -EBUSY);
	ck_assert_str_eq(error.name, CCWB_ERROR_DEVICE_LEASED);
	ck_assert_str_eq(error.text, "cannot acquire 0.0.0580: alice has it");
	ck_assert_ptr_null(lease);
	ccwb_connection_free(connection);
}
END_TEST

START_TEST(test_what_is_wrong_at_once_is_not_asked)
{
	struct ccwb_connection *connection = fake_broker_start(ANSWER_GOOD);
	const char *const ids[] = { "1", "2", "3", "4", "5" };
	struct ccwb_lease *leases[5] = {};
	struct {
		struct ccwb_lease_options options;
		uint8_t later[8];
	} longer = { .options = { .size = sizeof(longer) }, .later = { [7] = 1 } };
	struct ccwb_lease_options none = {};
	struct ccwb_error error;

	ck_assert_int_eq(ccwb_lease_new(connection, "x", NULL, leases, &error), -EINVAL);
	ck_assert_str_eq(error.text, "\"x\" is no device id such as 0.0.0580 or 0580");
	ck_assert_int_eq(ccwb_lease_new(connection, "580", &none, leases, NULL), -EINVAL);
	ck_assert_int_eq(ccwb_lease_new(connection, "580", &longer.options, leases, NULL), -E2BIG);
	ck_assert_int_eq(ccwb_lease_new_together(connection, ids, 0, NULL, leases, NULL), -EINVAL);
	ck_assert_int_eq(ccwb_lease_new_together(connection, ids, CCWB_LEASE_TOGETHER_MAX + 1, NULL,
						 leases, NULL),
			 -E2BIG);
	ck_assert_ptr_null(leases[0]);
	ccwb_connection_free(connection);
}
END_TEST

START_TEST(test_free_takes_null)
{
	ck_assert_ptr_null(ccwb_lease_free(NULL));
	ck_assert_ptr_null(ccwb_connection_free(NULL));
}
END_TEST

CHECK_MAIN("lease", test_a_device_comes_and_goes,
	   test_an_iommufd_comes_in_place_of_container_and_group,
	   test_by_path_there_is_the_lease_only, test_a_device_on_its_way_back_is_waited_for,
	   test_a_device_that_cannot_go_back_is_told, test_a_copy_elsewhere_keeps_it,
	   test_one_whose_fd_was_given_away_is_released_by_name,
	   test_an_event_loop_hears_of_revocation_and_end, test_bad_answers_leave_nothing_open,
	   test_an_error_has_its_number_and_name, test_what_is_wrong_at_once_is_not_asked,
	   test_free_takes_null)
