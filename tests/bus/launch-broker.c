/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Runs dbus-broker as a private bus where everybody may do everything, as dbus-broker-launch does
 * for a system: that one wants a journal, and this one does without. Prints the address when clients
 * may come, and lives until it is killed.
 *   launch-broker SOCKET    a path, or @NAME for an abstract socket
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-id128.h>

#include "macro.h"

#define CONTROLLER_FD 3
#define EVERY	      "(btssssuutt)"
#define BATCH	      "bta(btbs)a" EVERY "a" EVERY
#define POLICY	      "(a(u(" BATCH "))a(buu(" BATCH "))a(ss)bs)"

static _Noreturn void die(const char *what, int error)
{
	fprintf(stderr, "launch-broker: %s: %s\n", what, strerror(error));
	exit(1);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool is_abstract = *path == '@';
	socklen_t length = sizeof(address);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (is_abstract) {
		length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
		address.sun_path[0] = '\0';
	}
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 ||
	    (!is_abstract && chmod(path, 0666) < 0) || listen(fd, SOMAXCONN) < 0)
		die(path, errno);
	return fd;
}

static pid_t run_broker(int controller)
{
	pid_t parent = getpid(), pid = fork();
	char machine[SD_ID128_STRING_MAX];
	sd_id128_t id;

	if (pid != 0)
		return pid;
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
		_exit(1);
	if (dup2(controller, CONTROLLER_FD) < 0 || sd_id128_randomize(&id) < 0)
		_exit(1);
	if (controller == CONTROLLER_FD)
		(void)fcntl(CONTROLLER_FD, F_SETFD, 0); /* dup2 has left it as it was */
	/* more fds at a time than any test has, as for a system */
	execlp("dbus-broker", "dbus-broker", "--controller", "3", "--machine-id",
	       sd_id128_to_string(id, machine), "--max-bytes", "536870912", "--max-fds", "4096",
	       "--max-matches", "131072", "--max-objects", "16384", NULL);
	_exit(127);
}

/* Everybody may connect, own, send and receive: each rule a verdict and its priority. */
static int append_policy(sd_bus_message *message)
{
	const uint64_t first = 1;
	const uint32_t anybody = UINT32_MAX;
	int n, r;

	r = sd_bus_message_open_container(message, 'v', POLICY);
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'r',
						  "a(u(" BATCH "))a(buu(" BATCH "))a(ss)bs");
	if (r >= 0)
		r = sd_bus_message_append(message, "a(u(" BATCH "))", 1, anybody, 1,
					  first,	      /* may */
					  1, 1, first, 1, "", /* own */
					  1, 1, first, "", "", "", "", 0, 0, (uint64_t)0,
					  UINT64_MAX, 1, 1, first, "", "", "", "", 0, 0,
					  (uint64_t)0, UINT64_MAX);
	if (r >= 0)
		r = sd_bus_message_append(message, "a(buu(" BATCH "))a(ss)bs", 0, 0, 0, "user");
	for (n = 0; r >= 0 && n < 2; n++)
		r = sd_bus_message_close_container(message);
	return r;
}

static void add_listener(sd_bus *bus, int fd)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	_cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	r = sd_bus_message_new_method_call(bus, &message, NULL, "/org/bus1/DBus/Broker",
					   "org.bus1.DBus.Broker", "AddListener");
	if (r >= 0)
		r = sd_bus_message_append(message, "oh", "/org/bus1/DBus/Listener/0", fd);
	if (r >= 0)
		r = append_policy(message);
	if (r < 0)
		die("cannot make the policy", -r);
	r = sd_bus_call(bus, message, 0, &error, NULL);
	if (r < 0)
		die(error.message ?: "dbus-broker does not start; is the package there?", -r);
}

int main(int argc, char **argv)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	int pair[2], fd, r;
	pid_t pid;

	if (argc != 2) {
		fprintf(stderr, "Usage: launch-broker SOCKET\n");
		return 2;
	}
	fd = listen_at(argv[1]);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		die("socketpair", errno);
	pid = run_broker(pair[1]);
	if (pid < 0)
		die("fork", errno);
	macro_close(pair[1]);
	r = sd_bus_new(&bus);
	if (r >= 0)
		r = sd_bus_set_fd(bus, pair[0], pair[0]);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r < 0)
		die("cannot talk to dbus-broker", -r);
	add_listener(bus, fd);
	if (*argv[1] == '@')
		printf("unix:abstract=%s\n", argv[1] + 1);
	else
		printf("unix:path=%s\n", argv[1]);
	fflush(stdout);
	return waitpid(pid, &r, 0) == pid && WIFEXITED(r) ? WEXITSTATUS(r) : 1;
}
