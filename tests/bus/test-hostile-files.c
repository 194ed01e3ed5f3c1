/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What the daemon reads is replaced under its feet: FIFOs, links that go round, directories, devices and
 * files that grow, where policy, definitions and leases are. It never waits for one, says what is wrong, and what
 * was in force stays in force.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

#define GROWN_BYTES (4 << 20)

static struct broker_bus bb;
static sd_bus *bus;
static struct grant grant;

static const char *const evils[] = { "fifo", "loop", "directory", "device", "endless", "dangling" };

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

static void make(const char *evil, const char *path)
{
	_cleanup_free_ char *full = scratch_path(&bb.work, path);

	if (scratch_has(&bb.work, path))
		scratch_remove(&bb.work, path);
	if (strcmp(evil, "fifo") == 0)
		ck_assert_int_eq(mkfifo(full, 0600), 0);
	else if (strcmp(evil, "loop") == 0)
		scratch_symlink(&bb.work, strrchr(path, '/') + 1, path);
	else if (strcmp(evil, "directory") == 0)
		scratch_mkdir(&bb.work, path);
	else if (strcmp(evil, "device") == 0)
		scratch_symlink(&bb.work, "/dev/tty", path);
	else if (strcmp(evil, "endless") == 0)
		scratch_symlink(&bb.work, "/dev/zero", path);
	else
		scratch_symlink(&bb.work, "nowhere", path);
}

/* It is answered, whatever the answer is, and an error has words. */
static void reload(void)
{
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;

	if (broker_bus_call(bus, "Reload", &error, NULL, "") < 0)
		ck_assert_msg(strstr(error.message, ".json") != NULL, "%s: %s", error.name,
			      error.message);
}

static void expect_service(void)
{
	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
}

static void replace_all(const char *path)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(evils); n++) {
		make(evils[n], path);
		reload();
		expect_service();
		scratch_remove(&bb.work, path);
	}
	reload();
}

START_TEST(test_a_drop_in_of_any_kind_is_no_end)
{
	setup();
	scratch_mkdir(&bb.work, "etc/policy.d");
	replace_all("etc/policy.d/50-evil.json");
	teardown();
}
END_TEST

START_TEST(test_a_definition_of_any_kind_is_no_end)
{
	setup();
	scratch_mkdir(&bb.work, "etc/devices.d");
	replace_all("etc/devices.d/0.0.0120.json");
	teardown();
}
END_TEST

/* What is in force stays so; a policy that is gone is an empty one, and is not tried. */
START_TEST(test_a_policy_of_any_kind_is_no_end)
{
	size_t n;

	setup();
	for (n = 0; n < ARRAY_SIZE(evils); n++) {
		if (strcmp(evils[n], "device") == 0 || strcmp(evils[n], "endless") == 0 ||
		    strcmp(evils[n], "dangling") == 0)
			continue; /* a device hides what is below it, as documented */
		make(evils[n], "etc/policy.json");
		reload();
		expect_service();
	}
	teardown();
}
END_TEST

START_TEST(test_a_saved_lease_of_any_kind_does_not_hold_up_a_start)
{
	size_t n;

	setup();
	for (n = 0; n < ARRAY_SIZE(evils); n++) {
		broker_bus_kill(&bb);
		make(evils[n], "run/leases/0.0.0120.json");
		broker_bus_start(&bb);
		expect_service();
	}
	teardown();
}
END_TEST

/* The writer ends only when it is told to. */
START_TEST(test_a_file_that_grows_is_read_to_its_limit)
{
	_cleanup_free_ char *full = NULL;
	pid_t pid;
	int fd, n;

	setup();
	scratch_mkdir(&bb.work, "etc/policy.d");
	full = scratch_path(&bb.work, "etc/policy.d/50-grows.json");
	fd = open(full, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	while (pid == 0)
		if (write(fd, "                ", 16) < 0 ||
		    (lseek(fd, 0, SEEK_CUR) > GROWN_BYTES && ftruncate(fd, 0) < 0))
			_exit(1);
	for (n = 0; n < 20; n++)
		reload();
	expect_service();
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	close(fd);
	teardown();
}
END_TEST

CHECK_MAIN("hostile-files", test_a_drop_in_of_any_kind_is_no_end,
	   test_a_definition_of_any_kind_is_no_end, test_a_policy_of_any_kind_is_no_end,
	   test_a_saved_lease_of_any_kind_does_not_hold_up_a_start,
	   test_a_file_that_grows_is_read_to_its_limit)
