/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns good and bad answers to AcquireDevice, and what the broker tells of a lease later.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "check-main.h"
#include "fake-broker.h"
#include "loose-bus.h"
#include "macro.h"
#include "names.h"

/* How the broker says that it ended; none for those that are not waited for */
static const char *const ends[] = {
	[ANSWER_GOOD] = "closed",     [ANSWER_RESTORE_FAILS] = "failed",
	[ANSWER_REVOKED] = "revoked", [ANSWER_RELEASED] = "released",
	[ANSWER_TOGETHER] = "closed", [ANSWER_NEVER] = NULL,
};

struct broker {
	sd_bus *bus;
	enum answer answer;
	int lease_pipe[2];
};

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

bool fake_broker_is_by_path(enum answer answer)
{
	return answer == ANSWER_PATH || answer == ANSWER_FDS_BY_PATH;
}

/* The options of the call: who, and iommu and grant only when they were asked for. */
static void expect_options(struct broker *broker, sd_bus_message *call, const char *device)
{
	const char *id, *key, *value;
	bool has_iommu = false, has_grant = false;

	ck_assert_int_gt(sd_bus_message_read(call, "s", &id), 0);
	ck_assert_str_eq(id, device);
	ck_assert_int_gt(sd_bus_message_enter_container(call, 'a', "{sv}"), 0);
	while (sd_bus_message_read(call, "{sv}", &key, "s", &value) > 0) {
		has_iommu |= !strcmp(key, CCWB_OPTION_IOMMU) && !strcmp(value, "iommufd");
		has_grant |= !strcmp(key, CCWB_OPTION_GRANT) && !strcmp(value, "path");
	}
	ck_assert_int_eq(has_grant, fake_broker_is_by_path(broker->answer));
	ck_assert_int_eq(has_iommu, broker->answer == ANSWER_IOMMUFD);
}

static void append_grant(struct broker *broker, sd_bus_message *reply, const char *lease)
{
	ck_assert_int_ge(sd_bus_message_append(reply, "o", "/lease"), 0);
	append_fds(broker, reply);
	ck_assert_int_ge(sd_bus_message_append(
				 reply, "a{sv}", 3, "later", "u", 7,
				 broker->answer == ANSWER_LEASE_MISSING ? "x" : CCWB_INFO_LEASE,
				 "s", lease, CCWB_INFO_DEVICE_TYPE, "s", "3490/50"),
			 0);
}

/* To AcquireDevices for 0.0.0580 and 0.0.0581 */
static void answer_together(struct broker *broker, sd_bus_message *call)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	static const char *const ids[] = { "0.0.0580", "0.0.0581" };
	static const char *const leases[] = { "l77", "l78" };

	ck_assert_str_eq(sd_bus_message_get_signature(call, true), "a(sa{sv})a{sv}");
	ck_assert_int_gt(sd_bus_message_enter_container(call, 'a', "(sa{sv})"), 0);
	for (unsigned int i = 0; i < 2; i++) {
		ck_assert_int_gt(sd_bus_message_enter_container(call, 'r', "sa{sv}"), 0);
		expect_options(broker, call, ids[i]);
		ck_assert_int_ge(sd_bus_message_exit_container(call), 0);
		ck_assert_int_ge(sd_bus_message_exit_container(call), 0);
	}
	ck_assert_int_ge(sd_bus_message_new_method_return(call, &reply), 0);
	ck_assert_int_ge(sd_bus_message_open_container(reply, 'a', "(soa{sh}a{sv})"), 0);
	for (unsigned int i = 0; i < 2; i++) {
		ck_assert_int_ge(sd_bus_message_open_container(reply, 'r', "soa{sh}a{sv}"), 0);
		ck_assert_int_ge(sd_bus_message_append(reply, "s", ids[i]), 0);
		append_grant(broker, reply, leases[i]);
		ck_assert_int_ge(sd_bus_message_close_container(reply), 0);
	}
	ck_assert_int_ge(sd_bus_message_close_container(reply), 0);
	ck_assert_int_ge(sd_bus_send(broker->bus, reply, NULL), 0);
}

static void answer(struct broker *broker, sd_bus_message *call)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

	expect_options(broker, call, "0.0.0580");

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
		append_grant(broker, reply, "l77");
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

static void send_revoking(struct broker *broker)
{
	/* of another lease first */
	for (unsigned int i = 0; i < 2; i++) {
		_cleanup_(sd_bus_message_unrefp) sd_bus_message *signal = NULL;

		ck_assert_int_ge(sd_bus_message_new_signal(broker->bus, &signal,
							   i ? "/lease" : "/other",
							   CCWB_IFACE_LEASE, "RevokeRequested"),
				 0);
		ck_assert_int_ge(sd_bus_message_append(signal, "st",
						       i ? "cabling at noon" : "other",
						       (uint64_t)77000000),
				 0);
		ck_assert_int_ge(sd_bus_message_set_sender(signal, CCWB_BUS_NAME), 0);
		ck_assert_int_ge(sd_bus_send(broker->bus, signal, NULL), 0);
	}
	ck_assert_int_ge(sd_bus_flush(broker->bus), 0);
}

static sd_bus_message *wait_for_call(struct broker *broker, const char *member)
{
	sd_bus_message *message = NULL;

	for (;;) {
		int r = sd_bus_process(broker->bus, &message);

		ck_assert_int_ge(r, 0);
		if (message && sd_bus_message_is_method_call(message, CCWB_IFACE_MANAGER, member))
			return message;
		message = sd_bus_message_unref(message);
		if (r == 0)
			ck_assert_int_ge(sd_bus_wait(broker->bus, UINT64_MAX), 0);
	}
}

static void release(struct broker *broker)
{
	sd_bus_message *message = wait_for_call(broker, "ReleaseLease");
	const char *lease;
	uint64_t flags;

	ck_assert_int_gt(sd_bus_message_read(message, "st", &lease, &flags), 0);
	ck_assert_str_eq(lease, "l77");
	ck_assert_uint_eq(flags, 0);
	ck_assert_int_ge(sd_bus_reply_method_return(message, NULL), 0);
	sd_bus_message_unref(message);
}

static void answer_one(struct broker *broker)
{
	bool is_together = broker->answer == ANSWER_TOGETHER;
	sd_bus_message *message =
		wait_for_call(broker, is_together ? "AcquireDevices" : "AcquireDevice");

	if (broker->answer == ANSWER_BUSY_ONCE) {
		broker->answer = ANSWER_GOOD;
		ck_assert_int_ge(sd_bus_reply_method_errorf(
					 message, CCWB_ERROR_OPERATION_IN_PROGRESS, "wait"),
				 0);
		sd_bus_message_unref(message);
		message = wait_for_call(broker, "AcquireDevice");
	}
	if (is_together)
		answer_together(broker, message);
	else if (broker->answer != ANSWER_NEVER)
		answer(broker, message);
	sd_bus_message_unref(message);
	ck_assert_int_ge(sd_bus_flush(broker->bus), 0);
}

/* The second process: answers one call, waits until the lease's fd is closed everywhere. */
static void serve(struct broker *broker)
{
	struct pollfd lease = { .fd = broker->lease_pipe[0] };

	answer_one(broker);
	macro_close(broker->lease_pipe[1]);
	if (broker->answer == ANSWER_REVOKED)
		send_revoking(broker);
	else if (broker->answer == ANSWER_RELEASED)
		release(broker);
	else if (!ends[broker->answer])
		return;
	if (broker->answer != ANSWER_RELEASED)
		ck_assert_int_eq(poll(&lease, 1, 30000), 1);
	send_removed(broker, "l78", "closed");
	send_removed(broker, "l77", ends[broker->answer]);
}

struct ccwb_connection *fake_broker_start(enum answer answer)
{
	struct broker broker = { .answer = answer };
	struct ccwb_connection *connection;
	sd_bus *bus;
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
		while (sd_bus_process(broker.bus, NULL) >= 0 &&
		       sd_bus_wait(broker.bus, UINT64_MAX) >= 0)
			continue; /* until the client closes it */
		sd_bus_close_unref(broker.bus);
		_exit(0);
	}
	macro_close(fds[0]);
	bus = loose_bus_start(fds[1], false);
	ck_assert_int_eq(ccwb_connection_new_with_bus(bus, &connection, NULL), 0);
	sd_bus_unref(bus);
	return connection;
}

int fake_broker_count_fds(void)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	return n;
}

void fake_broker_refuses(fake_broker_ask_t ask, enum answer answer, int number, const char *text)
{
	int before = fake_broker_count_fds();
	struct ccwb_lease *lease = NULL;
	struct ccwb_connection *connection;
	struct ccwb_error error;

	ck_assert_int_eq(ask(answer, &connection, &lease, &error), number);
	ck_assert_int_eq(error.number, number);
	ck_assert_ptr_nonnull(strstr(error.text, text));
	ck_assert_ptr_null(lease);
	ccwb_connection_free(connection);
	ck_assert_int_eq(fake_broker_count_fds(), before);
}
