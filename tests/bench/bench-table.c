/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Says how long the built ccwctl takes to print tables of many devices, from the broker's last reply to its end. Stands
 * for bus and broker itself, with replies that are made beforehand, so that nothing else is in the time. Knows
 * nothing of what is good enough.
 *   bench-table CCWCTL [ROWS]...    without ROWS: 100, 1000 and 10000
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#include "limits.h"
#include "macro.h"
#include "names.h"

#define ROUNDS	 15
#define ROWS_MAX 65536

/* Every tenth device is leased, up to as many as there can be. */
#define LEASED_EVERY 10

static char directory[] = "/tmp/bench-table.XXXXXX";
static char path[sizeof(directory) + 8];

struct round {
	unsigned int n_rows;
	double replied_ms;
};

static _Noreturn void die(const char *what, int error)
{
	fprintf(stderr, "bench-table: %s: %s\n", what, strerror(error));
	(void)unlink(path);
	(void)rmdir(directory);
	exit(1);
}

static void must(const char *what, int r)
{
	if (r < 0)
		die(what, -r);
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void append_devices(sd_bus_message *reply, unsigned int n)
{
	char id[16], object[64];

	must("devices", sd_bus_message_open_container(reply, 'a', "(sssso)"));
	for (unsigned int i = 0; i < n; i++) {
		snprintf(id, sizeof(id), "0.0.%04x", i);
		snprintf(object, sizeof(object), CCWB_PATH_DEVICE "/_30_2e0_2e%04x", i);
		must("device",
		     sd_bus_message_append(reply, "(sssso)", id, "3390/0c",
					   i % LEASED_EVERY ? "host" : "leased",
					   i % LEASED_EVERY ? "dasd-eckd" : "ccwbroker", object));
	}
	must("devices", sd_bus_message_close_container(reply));
}

/* The lowest come last: what looks from the front looks at all. */
static void append_leases(sd_bus_message *reply, unsigned int n_rows)
{
	unsigned int n = (n_rows + LEASED_EVERY - 1) / LEASED_EVERY;
	char id[32], device[16];

	if (n > LIMIT_LEASES)
		n = LIMIT_LEASES;
	must("leases", sd_bus_message_open_container(reply, 'a', "(ssussto)"));
	while (n-- > 0) {
		snprintf(id, sizeof(id), "l%016x", n);
		snprintf(device, sizeof(device), "0.0.%04x", n * LEASED_EVERY);
		must("lease",
		     sd_bus_message_append(reply, "(ssussto)", id, device, (uint32_t)getuid(),
					   "ccwctl run mytapetool", "active",
					   (uint64_t)1700000000000000, CCWB_PATH_LEASE "/l0"));
	}
	must("leases", sd_bus_message_close_container(reply));
}

static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const char *member = sd_bus_message_get_member(message);
	struct round *round = userdata;

	if (!sd_bus_message_is_method_call(message, NULL, NULL))
		return 0;
	must("reply", sd_bus_message_new_method_return(message, &reply));
	if (!strcmp(member, "Hello"))
		must("Hello", sd_bus_message_append(reply, "s", ":1.1"));
	else if (!strcmp(member, "ListDevices"))
		append_devices(reply, round->n_rows);
	else if (!strcmp(member, "ListLeases"))
		append_leases(reply, round->n_rows);
	round->replied_ms = now_ms();
	must("send", sd_bus_send(NULL, reply, NULL));
	return 1;
}

static pid_t start(const char *program, const char *const *words)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		die("fork", errno);
	if (pid > 0)
		return pid;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(1);
	execl(program, program, words[0], words[1], words[2], NULL);
	_exit(1);
}

static sd_bus *serve(int listener, struct round *round)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	sd_bus *bus;
	sd_id128_t id;

	if (fd < 0)
		die("accept", errno);
	must("id", sd_id128_randomize(&id));
	must("bus", sd_bus_new(&bus));
	must("fd", sd_bus_set_fd(bus, fd, fd));
	must("server", sd_bus_set_server(bus, 1, id));
	must("anonymous", sd_bus_set_anonymous(bus, 1));
	must("filter", sd_bus_add_filter(bus, NULL, on_message, round));
	must("start", sd_bus_start(bus));
	return bus;
}

/* Milliseconds from the last reply to the end of the program. */
static double run_once(int listener, const char *program, const char *const *words,
		       unsigned int n_rows)
{
	struct round round = { .n_rows = n_rows };
	pid_t pid = start(program, words);
	sd_bus *bus = serve(listener, &round);
	double ended_ms;
	int status, r;

	for (;;) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, UINT64_MAX);
		if (r < 0)
			break; /* it has closed its end */
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		die("ccwctl has failed", EPROTO);
	ended_ms = now_ms();
	sd_bus_close_unref(bus);
	return ended_ms - round.replied_ms;
}

static void measure(int listener, const char *program, const char *name, const char *const *words,
		    unsigned int n_rows)
{
	double values[ROUNDS];

	(void)run_once(listener, program, words, n_rows); /* warms up */
	for (unsigned int i = 0; i < ROUNDS; i++)
		values[i] = run_once(listener, program, words, n_rows);
	qsort(values, ROUNDS, sizeof(*values), compare);
	printf("| %-12s | %7u | %8.1f | %8.1f | %8.1f |\n", name, n_rows, values[0],
	       values[ROUNDS / 2], values[ROUNDS - 1]);
	fflush(stdout);
}

static int listen_at(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char variable[sizeof(path) + 16];
	int fd;

	if (!mkdtemp(directory))
		die(directory, errno);
	snprintf(path, sizeof(path), "%s/bus", directory);
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 1) < 0)
		die(path, errno);
	snprintf(variable, sizeof(variable), "unix:path=%s", path);
	if (setenv("DBUS_SYSTEM_BUS_ADDRESS", variable, 1) < 0)
		die("setenv", errno);
	return fd;
}

int main(int argc, char **argv)
{
	static const char *const table[3] = { "list" };
	static const char *const ids[3] = { "list", "-q" };
	static const char *const leased[3] = { "list", "--state=leased" };
	static const char *const usual[] = { "100", "1000", "10000", NULL };
	const char *const *rows = argc > 2 ? (const char *const *)argv + 2 : usual;
	int listener;

	if (argc < 2) {
		fputs("usage: bench-table CCWCTL [ROWS]...\n", stderr);
		return 2;
	}
	listener = listen_at();
	puts("| ccwctl       | devices | least ms | median   | most     |\n"
	     "|---|---|---|---|---|");
	for (; *rows; rows++) {
		unsigned long n = strtoul(*rows, NULL, 10);

		if (!n || n > ROWS_MAX)
			die(*rows, ERANGE);
		measure(listener, argv[1], "list", table, (unsigned int)n);
		measure(listener, argv[1], "list -q", ids, (unsigned int)n);
		measure(listener, argv[1], "list --state", leased, (unsigned int)n);
	}
	(void)unlink(path);
	(void)rmdir(directory);
	return 0;
}
