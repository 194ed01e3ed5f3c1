/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* What leases hang on: an fd, a connection, a process; each over a restart of the daemon. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

static struct broker_bus bb;
static sd_bus *bus;
static sd_bus_error error = SD_BUS_ERROR_NULL;
static char lease_path[128];

static void setup(void)
{
	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
}

static void teardown(void)
{
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}

/* The lease fd of the tape for client, or -1 when there is none. */
static int acquire(sd_bus *client, const char *lifetime, int pidfd)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *name, *path;
	int lease = -1, fd, r;

	r = pidfd < 0 ? broker_bus_call(client, "AcquireDevice", &error, &reply, "sa{sv}", "580", 1,
					"lifetime", "s", lifetime)
		      : broker_bus_call(client, "AcquireDevice", &error, &reply, "sa{sv}", "580", 2,
					"lifetime", "s", lifetime, "pidfd", "h", pidfd);
	ck_assert_msg(r >= 0, "%s: %s", error.name, error.message);
	ck_assert_int_gt(sd_bus_message_read(reply, "o", &path), 0);
	snprintf(lease_path, sizeof(lease_path), "%s", path);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sh}"), 0);
	while (sd_bus_message_read(reply, "{sh}", &name, &fd) > 0)
		if (strcmp(name, CCWB_FD_LEASE) == 0)
			lease = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return lease;
}

static char *lease_property(const char *property)
{
	char *text = NULL;
	int r;

	r = sd_bus_get_property_string(bus, CCWB_BUS_NAME, lease_path, CCWB_IFACE_LEASE, property,
				       &error, &text);
	ck_assert_msg(r >= 0, "%s: %s", error.name, error.message);
	return text;
}

static void expect_lease(const char *property, const char *value)
{
	_cleanup_free_ char *text = NULL;
	int n;

	for (n = 0; n < 500 && (!text || strcmp(text, value) != 0); n++) {
		poll(NULL, 0, n ? 10 : 0);
		free(text);
		text = lease_property(property);
	}
	ck_assert_str_eq(text, value);
}

static void expect_ended(const char *how)
{
	_cleanup_free_ char *log = NULL;
	char words[32];

	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	log = broker_bus_log(&bb);
	snprintf(words, sizeof(words), "is over (%s)", how);
	ck_assert_msg(strstr(log, words) != NULL, "%s", log);
}

static void restart(void)
{
	broker_bus_kill(&bb);
	broker_bus_start(&bb);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased");
}

START_TEST(test_a_connection_takes_its_lease_along)
{
	sd_bus *client;
	int fd;

	setup();
	client = broker_bus_connect(&bb);
	fd = acquire(client, "connection", -1);
	ck_assert_int_ge(fd, 0);
	expect_lease("Lifetime", "connection");
	restart();
	/* others may come and go */
	sd_bus_flush_close_unref(broker_bus_connect(&bb));
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased");
	sd_bus_flush_close_unref(client);
	expect_ended("disconnected");
	macro_close(fd);
	teardown();
}
END_TEST

START_TEST(test_a_lease_of_a_connection_ends_with_its_fd_as_well)
{
	sd_bus *client;

	setup();
	client = broker_bus_connect(&bb);
	macro_close(acquire(client, "connection", -1));
	expect_ended("closed");
	sd_bus_flush_close_unref(client);
	teardown();
}
END_TEST

START_TEST(test_a_connection_that_left_while_the_daemon_was_away_is_noticed)
{
	sd_bus *client;
	int fd;

	setup();
	client = broker_bus_connect(&bb);
	fd = acquire(client, "connection", -1);
	broker_bus_kill(&bb);
	sd_bus_flush_close_unref(client);
	broker_bus_start(&bb);
	expect_ended("disconnected");
	macro_close(fd);
	teardown();
}
END_TEST

/* As if the bus had been restarted, and had given the same name to somebody else. */
START_TEST(test_a_connection_of_another_bus_is_not_taken_for_it)
{
	_cleanup_free_ char *text = NULL;
	char *at;
	int fd;

	setup();
	fd = acquire(bus, "connection", -1);
	broker_bus_kill(&bb);
	text = scratch_read(&bb.work, "run/leases/" BROKER_BUS_TAPE ".json");
	at = strstr(text, "\"bus\":\"");
	ck_assert_msg(at != NULL && strlen(at) > 40, "%s", text);
	at[7] = at[7] == '0' ? '1' : '0';
	scratch_write(&bb.work, "run/leases/" BROKER_BUS_TAPE ".json", text);
	broker_bus_start(&bb);
	expect_ended("disconnected");
	macro_close(fd);
	teardown();
}
END_TEST

static pid_t start_process(int *ret_pidfd)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close_range(3, ~0U, 0);
		pause();
		_exit(0);
	}
	*ret_pidfd = pidfd_open(pid, 0);
	ck_assert_int_ge(*ret_pidfd, 0);
	return pid;
}

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(test_a_process_takes_its_lease_along)
{
	bool dies_alone = _i;
	uint32_t shown;
	int pidfd;
	pid_t pid;

	setup();
	pid = start_process(&pidfd);
	ck_assert_int_eq(acquire(bus, "pidfd", pidfd), -1);
	macro_close(pidfd);
	expect_lease("Lifetime", "pidfd");
	ck_assert_int_ge(sd_bus_get_property_trivial(bus, CCWB_BUS_NAME, lease_path,
						     CCWB_IFACE_LEASE, "LifetimePID", &error, 'u',
						     &shown),
			 0);
	ck_assert_uint_eq(shown, (uint32_t)pid);
	restart();
	if (dies_alone)
		broker_bus_kill(&bb);
	end_process(pid);
	if (dies_alone)
		broker_bus_start(&bb);
	expect_ended("exited");
	teardown();
}
END_TEST

static void refuse(int fd, const char *lifetime, const char *name, const char *words)
{
	int r;

	if (fd < 0)
		r = broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 1,
				    "lifetime", "s", lifetime);
	else if (!lifetime)
		r = broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 1, "pidfd",
				    "h", fd);
	else
		r = broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 2,
				    "lifetime", "s", lifetime, "pidfd", "h", fd);
	ck_assert_int_lt(r, 0);
	broker_bus_expect_error(&error, name, words);
}

START_TEST(test_what_cannot_hold_a_lease_is_refused)
{
	pid_t pid;
	int pidfd;

	setup();
	pid = start_process(&pidfd);
	refuse(-1, "for-ever", CCWB_ERROR_INVALID_ARGS, "\"for-ever\"");
	refuse(-1, "pidfd", CCWB_ERROR_INVALID_ARGS, "need each other");
	refuse(pidfd, NULL, CCWB_ERROR_INVALID_ARGS, "need each other");
	refuse(pidfd, "connection", CCWB_ERROR_INVALID_ARGS, "need each other");
	refuse(STDERR_FILENO, "pidfd", CCWB_ERROR_INVALID_ARGS, "no pidfd");
	end_process(pid);
	refuse(pidfd, "pidfd", CCWB_ERROR_INVALID_ARGS, "has ended");
	macro_close(pidfd);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	teardown();
}
END_TEST

static int foreign_pidfd;

static void foreign_client(const struct broker_bus *client_bb, sd_bus *client_bus)
{
	int own = pidfd_open(getpid(), 0);

	bus = client_bus;
	refuse(foreign_pidfd, "pidfd", CCWB_ERROR_ACCESS_DENIED, "is not one of uid");
	ck_assert_int_eq(acquire(client_bus, "pidfd", own), -1);
}

START_TEST(test_a_process_of_somebody_else_is_refused)
{
	bool was_run;
	pid_t pid;

	setup();
	broker_bus_set_policy(&bb, "{\"rules\": [{\"action\": \"allow\"}]}");
	ck_assert_int_ge(broker_bus_call(bus, "Reload", &error, NULL, ""), 0);
	pid = start_process(&foreign_pidfd);
	was_run = broker_bus_as_nobody(&bb, foreign_client); /* only root can be another */
	if (was_run)
		expect_ended("exited");
	end_process(pid);
	macro_close(foreign_pidfd);
	teardown();
}
END_TEST

/* A client that hands its fds on and ends. Whoever has them lives until the pipe is closed. */
static void acquire_and_leave(const int keep[2])
{
	pid_t pid = fork();
	sd_bus *client;
	char byte;

	ck_assert_int_ge(pid, 0);
	if (pid > 0) {
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
		return;
	}
	client = broker_bus_connect(&bb);
	(void)acquire(client, "lease-fd", -1);
	if (fork() > 0)
		_exit(0);
	close_range(STDIN_FILENO, STDERR_FILENO, 0);
	close(keep[1]);
	(void)!read(keep[0], &byte, 1);
	_exit(0);
}

START_TEST(test_a_lease_that_was_handed_on_is_an_orphan_and_in_use)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *lease, *device, *who, *state, *path;
	uint64_t since;
	uint32_t uid;
	int keep[2];

	setup();
	ck_assert_int_eq(pipe2(keep, O_CLOEXEC), 0);
	acquire_and_leave(keep);
	ck_assert_int_ge(broker_bus_call(bus, "ListLeases", NULL, &reply, "t", (uint64_t)0), 0);
	ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "(ssussto)"), 0);
	ck_assert_int_gt(sd_bus_message_read(reply, "(ssussto)", &lease, &device, &uid, &who,
					     &state, &since, &path),
			 0);
	snprintf(lease_path, sizeof(lease_path), "%s", path);
	expect_lease("State", "orphaned");
	ck_assert_int_lt(broker_bus_call(bus, "AcquireDevice", &error, NULL, "sa{sv}", "580", 0),
			 0);
	broker_bus_expect_error(&error, CCWB_ERROR_DEVICE_LEASED, "leased to");
	restart();
	expect_lease("State", "orphaned");
	macro_close(keep[1]);
	expect_ended("closed");
	macro_close(keep[0]);
	teardown();
}
END_TEST

static int get_fd(sd_bus *client, const char *name)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int fd, r;

	r = sd_bus_call_method(client, CCWB_BUS_NAME, lease_path, CCWB_IFACE_LEASE,
			       "GetFileDescriptor", &error, &reply, "s", name);
	if (r < 0)
		return r;
	if (sd_bus_message_read(reply, "h", &fd) <= 0)
		return -EBADMSG;
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

START_TEST(test_one_more_fd_keeps_the_lease_also_over_a_restart)
{
	int first, second;

	setup();
	first = acquire(bus, "lease-fd", -1);
	second = get_fd(bus, "lease");
	ck_assert_int_ge(second, 0);
	macro_close(first);
	restart();
	first = get_fd(bus, "lease");
	ck_assert_int_ge(first, 0);
	macro_close(second);
	restart();
	macro_close(first);
	expect_ended("closed");
	ck_assert_int_lt(get_fd(bus, "lease"), 0);
	broker_bus_expect_error(&error, "org.freedesktop.DBus.Error.UnknownObject", "");
	teardown();
}
END_TEST

START_TEST(test_no_other_fd_is_to_be_had_again)
{
	static const char *const names[] = { "device", "container", "group",  "iommufd",
					     "",       "Lease",	    "lease ", "lease\n" };
	size_t n;
	int fd;

	setup();
	fd = acquire(bus, "lease-fd", -1);
	for (n = 0; n < ARRAY_SIZE(names); n++) {
		ck_assert_int_lt(get_fd(bus, names[n]), 0);
		broker_bus_expect_error(&error, CCWB_ERROR_INVALID_ARGS, "is not \"lease\"");
	}
	macro_close(fd);
	expect_ended("closed");
	teardown();
}
END_TEST

START_TEST(test_a_lease_of_a_process_has_no_fd_to_give)
{
	_cleanup_close_ int pidfd = -1;
	pid_t pid;

	setup();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		pause();
		_exit(0);
	}
	pidfd = pidfd_open(pid, 0);
	ck_assert_int_eq(acquire(bus, "pidfd", pidfd), -1);
	ck_assert_int_lt(get_fd(bus, "lease"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NOT_SUPPORTED, "it lives as long as process");
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	expect_ended("exited");
	teardown();
}
END_TEST

START_TEST(test_a_connection_takes_its_lease_along_whoever_has_an_fd)
{
	sd_bus *client;
	int first, second;

	setup();
	client = broker_bus_connect(&bb);
	first = acquire(client, "connection", -1);
	second = get_fd(bus, "lease");
	ck_assert_int_ge(second, 0);
	macro_close(first);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "leased");
	sd_bus_flush_close_unref(client);
	expect_ended("disconnected");
	macro_close(second);
	teardown();
}
END_TEST

START_TEST(test_a_lease_on_its_way_back_has_no_fd_to_give)
{
	int fd;

	setup();
	fd = acquire(bus, "lease-fd", -1);
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, CCWB_DEVICE_OPEN, "1\n");
	ck_assert_int_ge(sd_bus_call_method(bus, CCWB_BUS_NAME, lease_path, CCWB_IFACE_LEASE,
					    "Release", &error, NULL, "t", (uint64_t)0),
			 0);
	ck_assert_int_lt(get_fd(bus, "lease"), 0);
	broker_bus_expect_error(&error, CCWB_ERROR_NO_SUCH_LEASE, "on its way back");
	fake_sysfs_set(&bb.fake, BROKER_BUS_TAPE, CCWB_DEVICE_OPEN, "0\n");
	macro_close(fd);
	expect_ended("released");
	teardown();
}
END_TEST

static void get_fd_of_another(const struct broker_bus *client_bb, sd_bus *client)
{
	if (get_fd(client, "lease") >= 0)
		_exit(2);
	if (!sd_bus_error_has_name(&error, CCWB_ERROR_NOT_LEASE_HOLDER) ||
	    !strstr(error.message, "only that user and root may have its fd"))
		_exit(3);
}

START_TEST(test_the_fd_is_for_the_leases_owner_and_root)
{
	int fd;

	setup();
	fd = acquire(bus, "lease-fd", -1);
	(void)broker_bus_as_nobody(&bb, get_fd_of_another); /* only root can be another */
	macro_close(fd);
	expect_ended("closed");
	teardown();
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_a_connection_takes_its_lease_along);
	tcase_add_test(tests, test_a_lease_of_a_connection_ends_with_its_fd_as_well);
	tcase_add_test(tests, test_a_connection_that_left_while_the_daemon_was_away_is_noticed);
	tcase_add_test(tests, test_a_connection_of_another_bus_is_not_taken_for_it);
	tcase_add_loop_test(tests, test_a_process_takes_its_lease_along, 0, 2);
	tcase_add_test(tests, test_what_cannot_hold_a_lease_is_refused);
	tcase_add_test(tests, test_a_process_of_somebody_else_is_refused);
	tcase_add_test(tests, test_a_lease_that_was_handed_on_is_an_orphan_and_in_use);
	tcase_add_test(tests, test_one_more_fd_keeps_the_lease_also_over_a_restart);
	tcase_add_test(tests, test_no_other_fd_is_to_be_had_again);
	tcase_add_test(tests, test_a_lease_of_a_process_has_no_fd_to_give);
	tcase_add_test(tests, test_a_connection_takes_its_lease_along_whoever_has_an_fd);
	tcase_add_test(tests, test_a_lease_on_its_way_back_has_no_fd_to_give);
	tcase_add_test(tests, test_the_fd_is_for_the_leases_owner_and_root);
}

int main(void)
{
	return check_main_run("bus-tether", add_tests);
}
