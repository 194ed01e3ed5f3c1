/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the private message bus of a test: dbus-daemon, or dbus-broker when the environment says so.
 */
#include "message-bus.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "macro.h"

/* tests/bus/on-dbus-broker has everything run again on that one. */
static _Noreturn void exec_message_bus(const char *option)
{
	const char *kind = getenv("CCWB_TEST_BUS"), *directory = getenv("top_builddir");
	_cleanup_free_ char *launcher = NULL, *socket = NULL;

	if (kind && strcmp(kind, "dbus-broker") == 0 &&
	    asprintf(&launcher, "%s/tests/bus/launch-broker", directory ?: ".") >= 0 &&
	    asprintf(&socket, "@ccwb-test-bus-%d", (int)getpid()) >= 0)
		execl(launcher, launcher, socket, NULL);
	else
		execlp("dbus-daemon", "dbus-daemon", "--nofork", "--print-address", option, NULL);
	_exit(127);
}

/* As open as can be, but for a test of the policy file that is installed. */
static void write_config(const struct scratch *work, bool has_system_policy)
{
	static const char open_policy[] =
		"<policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/>"
		"<allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>"
		"</policy>";
	static const char system_policy[] =
		"<policy context=\"default\"><allow user=\"*\"/><deny own=\"*\"/>"
		"<deny send_type=\"method_call\"/><allow send_type=\"signal\"/>"
		"<allow send_requested_reply=\"true\" send_type=\"method_return\"/>"
		"<allow send_requested_reply=\"true\" send_type=\"error\"/>"
		"<allow receive_type=\"method_call\"/><allow receive_type=\"method_return\"/>"
		"<allow receive_type=\"error\"/><allow receive_type=\"signal\"/>"
		"<allow send_destination=\"org.freedesktop.DBus\"/></policy>";
	_cleanup_free_ char *text = NULL;

	if (has_system_policy)
		ck_assert_int_ge(asprintf(&text,
					  "<busconfig><listen>unix:tmpdir=/tmp</listen>"
					  "<auth>EXTERNAL</auth>%s<include>%s/dbus/"
					  "org.ccwbroker1.conf</include></busconfig>",
					  system_policy, getenv("top_srcdir")),
				 0);
	else
		ck_assert_int_ge(asprintf(&text,
					  "<busconfig><listen>unix:tmpdir=/tmp</listen>"
					  "<auth>EXTERNAL</auth>%s"
					  "<limit name=\"max_connections_per_user\">2000</limit>"
					  "<limit name=\"max_completed_connections\">2100</limit>"
					  "</busconfig>",
					  open_policy),
				 0);
	scratch_write(work, "bus.conf", text);
}

void message_bus_start(struct message_bus *bus, const struct scratch *work, bool has_system_policy)
{
	_cleanup_free_ char *path = scratch_path(work, "bus.conf"), *option = NULL;
	char line[512];
	ssize_t n;
	int out[2];

	write_config(work, has_system_policy);
	ck_assert_int_ge(asprintf(&option, "--config-file=%s", path), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	bus->pid = fork();
	ck_assert_int_ge(bus->pid, 0);
	if (bus->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO); /* warns of a small fd limit */
		exec_message_bus(option);
	}
	macro_close(out[1]);
	n = read(out[0], line, sizeof(line) - 1);
	macro_close(out[0]);
	ck_assert_msg(n > 0, "the message bus does not start; is the package dbus there?");
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	bus->address = strdup(line);
}

void message_bus_stop(struct message_bus *bus)
{
	kill(bus->pid, SIGTERM);
	ck_assert_int_eq(waitpid(bus->pid, NULL, 0), bus->pid);
	free(bus->address);
}
