/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Tests client/grant.c: good and bad answers to AcquireDevice, and the way back. A second process
 * answers in the broker's place, because the broker cannot be made to answer wrongly; with the
 * broker itself: tests/vm/cases.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>

#include "check-main.h"
#include "grant.h"
#include "loose-bus.h"
#include "names.h"

enum answer {
	ANSWER_GOOD,
	ANSWER_IOMMUFD,
	ANSWER_PATH,
	ANSWER_FDS_BY_PATH,
	ANSWER_BOTH_KINDS,
	ANSWER_FD_MISSING,
	ANSWER_LEASE_MISSING,
	ANSWER_OTHER_SIGNATURE,
	ANSWER_ERROR,
	ANSWER_BUSY_ONCE,
	ANSWER_RESTORE_FAILS,
};

struct broker {
	sd_bus *bus;
	enum answer answer;
	int lease_pipe[2];
};

static int count_fds(void)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	return n;
}

static void append_fds(struct broker *broker, sd_bus_message *reply)
{
	_cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(sd_bus_message_open_container(reply, 'a', "{sh}"), 0);
	ck_assert_int_ge(sd_bus_message_append(reply, "{sh}", "unknown", null), 0);
	if (broker->answer != ANSWER_PATH)
		ck_assert_int_ge(sd_bus_message_append(reply, "{sh}", CCWB_FD_DEVICE, null), 0);
	if (broker->answer != ANSWER_IOMMUFD && broker->answer != ANSWER_PATH)
		ck_assert_int_ge(sd_bus_message_append(reply, "{sh}", CCWB_FD_CONTAINER, null), 0);
	if (broker->answer == ANSWER_IOMMUFD || broker->answer == ANSWER_BOTH_KINDS)
		ck_assert_int_ge(sd_bus_message_append(reply, "{sh}", CCWB_FD_IOMMUFD, null), 0);
	else if (broker->answer != ANSWER_FD_MISSING && broker->answer != ANSWER_PATH)
		ck_assert_int_ge(sd_bus_message_append(reply, "{sh}", CCWB_FD_GROUP, null), 0);
	ck_assert_int_ge(sd_bus_message_append(reply, "{sh}", CCWB_FD_LEASE, broker->lease_pipe[1]),
			 0);
	ck_assert_int_ge(sd_bus_message_append(reply, "{sh}", CCWB_FD_LEASE, null), 0);
	ck_assert_int_ge(sd_bus_message_close_container(reply), 0);
}

static bool is_by_path(enum answer answer)
{
	return answer == ANSWER_PATH || answer == ANSWER_FDS_BY_PATH;
}

/* The options of the call: who, and iommu and grant only when they were asked for. */
static void expect_options(struct broker *broker, sd_bus_message *call)
{
	const char *id, *key, *value;
	bool has_iommu = false, has_grant = false;

	ck_assert_int_gt(sd_bus_message_read(call, "s", &id), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(call, 'a', "{sv}"), 0);
	while (sd_bus_message_read(call, "{sv}", &key, "s", &value) > 0) {
		has_iommu |= !strcmp(key, CCWB_OPTION_IOMMU) && !strcmp(value, "iommufd");
		has_grant |= !strcmp(key, CCWB_OPTION_GRANT) && !strcmp(value, "path");
	}
	ck_assert_int_eq(has_grant, is_by_path(broker->answer));
	ck_assert_int_eq(has_iommu, broker->answer == ANSWER_IOMMUFD);
}

static void answer(struct broker *broker, sd_bus_message *call)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

	expect_options(broker, call);

	if (broker->answer == ANSWER_ERROR) {
		ck_assert_int_ge(sd_bus_reply_method_errorf(call, CCWB_ERROR_DEVICE_LEASED,
							    "alice has it"),
				 0);
		return;
	}
	ck_assert_int_ge(sd_bus_message_new_method_return(call, &reply), 0);
	if (broker->answer == ANSWER_OTHER_SIGNATURE) {
		ck_assert_int_ge(sd_bus_message_append(reply, "s", "hello"), 0);
	} else {
		ck_assert_int_ge(sd_bus_message_append(reply, "o", "/lease"), 0);
		append_fds(broker, reply);
		ck_assert_int_ge(sd_bus_message_append(
					 reply, "a{sv}", 3, "later", "u", 7,
					 broker->answer == ANSWER_LEASE_MISSING ? "x"
										: CCWB_INFO_LEASE,
					 "s", "l77", CCWB_INFO_DEVICE_TYPE, "s", "3490/50"),
				 0);
	}
	ck_assert_int_ge(sd_bus_send(broker->bus, reply, NULL), 0);
}

static void send_removed(struct broker *broker, const char *lease, const char *reason)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *signal = NULL;

	ck_assert_int_ge(sd_bus_message_new_signal(broker->bus, &signal, CCWB_PATH,
						   CCWB_IFACE_MANAGER, "LeaseRemoved"),
			 0);
	ck_assert_int_ge(sd_bus_message_append(signal, "ssos", lease, "0.0.0580", "/l", reason), 0);
	ck_assert_int_ge(sd_bus_message_set_sender(signal, CCWB_BUS_NAME), 0);
	ck_assert_int_ge(sd_bus_send(broker->bus, signal, NULL), 0);
	ck_assert_int_ge(sd_bus_flush(broker->bus), 0);
}

static sd_bus_message *wait_for_call(struct broker *broker)
{
	sd_bus_message *message = NULL;

	for (;;) {
		int r = sd_bus_process(broker->bus, &message);

		ck_assert_int_ge(r, 0);
		if (message &&
		    sd_bus_message_is_method_call(message, CCWB_IFACE_MANAGER, "AcquireDevice"))
			return message;
		message = sd_bus_message_unref(message);
		if (r == 0)
			ck_assert_int_ge(sd_bus_wait(broker->bus, UINT64_MAX), 0);
	}
}

/* The second process: answers one call, waits until the lease's fd is closed everywhere. */
static void serve(struct broker *broker)
{
	struct pollfd lease = { .fd = broker->lease_pipe[0] };
	sd_bus_message *message = NULL;

	for (;;) {
		int r = sd_bus_process(broker->bus, &message);

		ck_assert_int_ge(r, 0);
		if (message &&
		    sd_bus_message_is_method_call(message, CCWB_IFACE_MANAGER, "AcquireDevice"))
			break;
		message = sd_bus_message_unref(message);
		if (r == 0)
			ck_assert_int_ge(sd_bus_wait(broker->bus, UINT64_MAX), 0);
	}
	if (broker->answer == ANSWER_BUSY_ONCE) {
		broker->answer = ANSWER_GOOD;
		ck_assert_int_ge(sd_bus_reply_method_errorf(
					 message, CCWB_ERROR_OPERATION_IN_PROGRESS, "wait"),
				 0);
		sd_bus_message_unref(message);
		message = wait_for_call(broker);
	}
	answer(broker, message);
	sd_bus_message_unref(message);
	ck_assert_int_ge(sd_bus_flush(broker->bus), 0);
	macro_close(broker->lease_pipe[1]);
	if (broker->answer != ANSWER_GOOD && broker->answer != ANSWER_RESTORE_FAILS)
		return;
	ck_assert_int_eq(poll(&lease, 1, 30000), 1);
	send_removed(broker, "l78", "closed");
	send_removed(broker, "l77", broker->answer == ANSWER_GOOD ? "closed" : "failed");
}

static sd_bus *start_broker(enum answer answer)
{
	struct broker broker = { .answer = answer };
	int fds[2];
	pid_t pid;

	loose_bus_sockets(fds);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		macro_close(fds[1]);
		ck_assert_int_eq(pipe2(broker.lease_pipe, O_CLOEXEC), 0);
		broker.bus = loose_bus_start(fds[0], true);
		serve(&broker);
		sd_bus_flush_close_unref(broker.bus);
		_exit(0);
	}
	macro_close(fds[0]);
	return loose_bus_start(fds[1], false);
}

static enum exit_code acquire(enum answer answer, sd_bus **ret_bus, struct grant **ret)
{
	const struct grant_wish wish = {
		.who = "test",
		.iommu = answer == ANSWER_IOMMUFD ? "iommufd" : NULL,
		.by_path = is_by_path(answer),
	};

	*ret_bus = start_broker(answer);
	return grant_acquire(*ret_bus, "0.0.0580", &wish, ret);
}

START_TEST(test_a_device_comes_and_goes)
{
	int before = count_fds();
	sd_bus *bus;
	struct grant *grant;

	ck_assert_int_eq(acquire(ANSWER_GOOD, &bus, &grant), EXIT_CODE_OK);
	ck_assert_str_eq(grant->id, "0.0.0580");
	ck_assert_str_eq(grant->lease, "l77");
	ck_assert_str_eq(grant->device_type, "3490/50");
	for (unsigned int i = 0; i < _GRANT_FD_MAX; i++) {
		if (i == GRANT_FD_IOMMUFD) {
			ck_assert_int_eq(grant->fds[i], -1);
			continue;
		}
		ck_assert_int_ge(grant->fds[i], 3);
		ck_assert_int_eq(fcntl(grant->fds[i], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	}
	ck_assert_int_eq(grant_give_back(bus, grant), EXIT_CODE_OK);
	sd_bus_flush_close_unref(bus);
	ck_assert_int_eq(count_fds(), before);
}
END_TEST

START_TEST(test_an_iommufd_comes_in_place_of_container_and_group)
{
	sd_bus *bus;
	struct grant *grant;

	ck_assert_int_eq(acquire(ANSWER_IOMMUFD, &bus, &grant), EXIT_CODE_OK);
	ck_assert_int_eq(grant->fds[GRANT_FD_CONTAINER], -1);
	ck_assert_int_eq(grant->fds[GRANT_FD_GROUP], -1);
	ck_assert_int_ge(grant->fds[GRANT_FD_IOMMUFD], 3);
	ck_assert_int_ge(grant->fds[GRANT_FD_DEVICE], 3);
	grant_free(grant);
	sd_bus_flush_close_unref(bus);
}
END_TEST

START_TEST(test_by_path_there_is_the_lease_only)
{
	sd_bus *bus;
	struct grant *grant;

	ck_assert_int_eq(acquire(ANSWER_PATH, &bus, &grant), EXIT_CODE_OK);
	for (unsigned int i = 0; i < _GRANT_FD_MAX; i++)
		ck_assert_int_eq(grant->fds[i] >= 3, i == GRANT_FD_LEASE);
	grant_free(grant);
	sd_bus_flush_close_unref(bus);
}
END_TEST

START_TEST(test_a_device_on_its_way_back_is_waited_for)
{
	sd_bus *bus;
	struct grant *grant;

	ck_assert_int_eq(acquire(ANSWER_BUSY_ONCE, &bus, &grant), EXIT_CODE_OK);
	ck_assert_str_eq(grant->lease, "l77");
	ck_assert_int_eq(grant_give_back(bus, grant), EXIT_CODE_OK);
	sd_bus_flush_close_unref(bus);
}
END_TEST

START_TEST(test_a_device_that_cannot_go_back_is_told)
{
	sd_bus *bus;
	struct grant *grant;

	ck_assert_int_eq(acquire(ANSWER_RESTORE_FAILS, &bus, &grant), EXIT_CODE_OK);
	ck_assert_int_eq(grant_give_back(bus, grant), EXIT_CODE_FAILURE);
	sd_bus_flush_close_unref(bus);
}
END_TEST

static void expect_refused(enum answer answer, enum exit_code code)
{
	int before = count_fds();
	struct grant *grant = NULL;
	sd_bus *bus;

	ck_assert_int_eq(acquire(answer, &bus, &grant), code);
	ck_assert_ptr_null(grant);
	sd_bus_flush_close_unref(bus);
	ck_assert_int_eq(count_fds(), before);
}

START_TEST(test_bad_answers_leave_nothing_open)
{
	expect_refused(ANSWER_FD_MISSING, EXIT_CODE_FAILURE);
	expect_refused(ANSWER_BOTH_KINDS, EXIT_CODE_FAILURE);
	expect_refused(ANSWER_FDS_BY_PATH, EXIT_CODE_FAILURE);
	expect_refused(ANSWER_LEASE_MISSING, EXIT_CODE_FAILURE);
	expect_refused(ANSWER_OTHER_SIGNATURE, EXIT_CODE_FAILURE);
}
END_TEST

START_TEST(test_an_error_has_its_status)
{
	expect_refused(ANSWER_ERROR, EXIT_CODE_LEASED);
}
END_TEST

START_TEST(test_free_takes_null)
{
	ck_assert_ptr_null(grant_free(NULL));
}
END_TEST

CHECK_MAIN("grant", test_a_device_comes_and_goes,
	   test_an_iommufd_comes_in_place_of_container_and_group,
	   test_by_path_there_is_the_lease_only, test_a_device_on_its_way_back_is_waited_for,
	   test_a_device_that_cannot_go_back_is_told, test_bad_answers_leave_nothing_open,
	   test_an_error_has_its_status, test_free_takes_null)
