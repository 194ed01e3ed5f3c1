/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Starts a daemon on a message bus of its own with a tree that stands for /sys, and says what it costs:
 * time to READY, memory, ListDevices, system calls while idle. Knows nothing of what is good enough.
 *   bench-daemon DAEMON SYSFS STARTS LISTS IDLE-SECONDS
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#include "macro.h"
#include "names.h"

#define ROUNDS_MAX 1000
#define READY_MS   60000
#define ATTACH_MS  1000

static char work[64];
static int notify_fd;
static pid_t bus_pid, daemon_pid;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench-daemon: %s: %s\n", what, strerror(errno));
	if (daemon_pid > 0)
		kill(daemon_pid, SIGKILL);
	if (bus_pid > 0)
		kill(bus_pid, SIGTERM);
	exit(1);
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

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return values[n / 2];
}

static char *work_path(const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", work, name) < 0)
		die(name);
	return path;
}

/* The bus tells its address on a pipe when it is up. */
static void bus_start(void)
{
	_cleanup_free_ char *config = work_path("bus.conf");
	_cleanup_fclose_ FILE *file = fopen(config, "we");
	char option[96], address[256];
	ssize_t n;
	int out[2];

	if (!file)
		die(config);
	fprintf(file,
		"<busconfig><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth>"
		"<policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/>"
		"<allow send_destination=\"*\" eavesdrop=\"true\"/>"
		"<allow eavesdrop=\"true\"/></policy></busconfig>",
		work);
	if (fflush(file) != 0 || pipe2(out, O_CLOEXEC) < 0)
		die(config);
	snprintf(option, sizeof(option), "--config-file=%s", config);
	bus_pid = fork();
	if (bus_pid == 0) {
		unsetenv("NOTIFY_SOCKET"); /* it would tell that it is ready, too */
		dup2(out[1], STDOUT_FILENO);
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO); /* warns of a small fd limit */
		execlp("dbus-daemon", "dbus-daemon", "--nofork", "--print-address", option, NULL);
		_exit(127);
	}
	macro_close(out[1]);
	n = read(out[0], address, sizeof(address) - 1);
	macro_close(out[0]);
	if (bus_pid < 0 || n <= 0)
		die("dbus-daemon does not start; is the package dbus-daemon there?");
	address[n] = '\0';
	address[strcspn(address, "\n")] = '\0';
	setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
}

static void work_make(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(work, sizeof(work), "/tmp/ccwb-bench-XXXXXX");
	if (!mkdtemp(work))
		die(work);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", work);
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify_fd < 0 || bind(notify_fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(address.sun_path);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	setenv("RUNTIME_DIRECTORY", work, 1);
	setenv("CONFIGURATION_DIRECTORY", work, 1);
}

/* Gives the milliseconds from the start of the program to its word that it is ready. */
static double daemon_start(const char *daemon, const char *sysfs)
{
	struct pollfd ready = { .fd = notify_fd, .events = POLLIN };
	double begin = now_ms();
	char option[300], text[256];
	ssize_t n;

	snprintf(option, sizeof(option), "--sysfs-root=%s", sysfs);
	daemon_pid = fork();
	if (daemon_pid == 0) {
		execl(daemon, daemon, option, NULL);
		_exit(127);
	}
	for (;;) {
		if (daemon_pid < 0 || poll(&ready, 1, READY_MS) <= 0)
			die("the daemon does not become ready");
		n = recv(notify_fd, text, sizeof(text) - 1, 0);
		if (n >= 7 && strncmp(text, "READY=1", 7) == 0)
			return now_ms() - begin;
	}
}

static void daemon_stop(void)
{
	char text[256];

	kill(daemon_pid, SIGTERM);
	if (waitpid(daemon_pid, NULL, 0) < 0)
		die("waitpid");
	daemon_pid = 0;
	while (recv(notify_fd, text, sizeof(text), MSG_DONTWAIT) > 0)
		continue;
}

/* A line "KEY:  NUMBER" of /proc/PID/status. */
static long daemon_status(const char *key)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)daemon_pid);
	file = fopen(path, "re");
	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':')
			return strtol(line + strlen(key) + 1, NULL, 10);
	errno = ENOENT;
	die(key);
}

static double list_once(sd_bus *bus, unsigned int *ret_count)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	double begin = now_ms(), end;
	int r;

	r = sd_bus_call_method(bus, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER, "ListDevices",
			       NULL, &reply, "a{sv}t", 0, (uint64_t)0);
	end = now_ms();
	errno = -r;
	if (r < 0 || sd_bus_message_enter_container(reply, 'a', "(sssso)") < 0)
		die("ListDevices");
	*ret_count = 0;
	while (sd_bus_message_skip(reply, "(sssso)") > 0)
		++*ret_count;
	return end - begin;
}

static double list_median(size_t rounds, unsigned int *ret_count)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	double times[ROUNDS_MAX];
	size_t n;

	if (sd_bus_open_system(&bus) < 0)
		die("cannot connect to the bus");
	for (n = 0; n < rounds; n++)
		times[n] = list_once(bus, ret_count);
	return median(times, rounds);
}

/* The system calls that strace sees in so many seconds; the one it finds it in is none. */
static long idle_calls(unsigned int seconds, long *ret_switches)
{
	_cleanup_free_ char *trace = work_path("trace");
	_cleanup_fclose_ FILE *file = NULL;
	char pid[16], line[512];
	long calls = 0, switches;
	struct timespec begin;
	double at;
	pid_t strace;

	snprintf(pid, sizeof(pid), "%d", (int)daemon_pid);
	strace = fork();
	if (strace == 0) {
		execlp("strace", "strace", "-qq", "-ttt", "-f", "-o", trace, "-p", pid, NULL);
		_exit(127);
	}
	poll(NULL, 0, ATTACH_MS); /* being attached to is a wakeup, too */
	switches = daemon_status("voluntary_ctxt_switches");
	clock_gettime(CLOCK_REALTIME, &begin);
	poll(NULL, 0, (int)seconds * 1000);
	*ret_switches = daemon_status("voluntary_ctxt_switches") - switches;
	if (strace < 0 || kill(strace, SIGTERM) < 0 || waitpid(strace, NULL, 0) < 0)
		die("strace; is the package there?");
	file = fopen(trace, "re");
	if (!file)
		die("strace cannot attach");
	while (fgets(line, sizeof(line), file))
		calls += sscanf(line, "%*d %lf", &at) == 1 &&
			 at >= (double)begin.tv_sec + (double)begin.tv_nsec / 1e9 &&
			 !strstr(line, "<detached");
	return calls;
}

static void measure(char **words)
{
	unsigned long starts = strtoul(words[2], NULL, 10), lists = strtoul(words[3], NULL, 10);
	unsigned long idle = strtoul(words[4], NULL, 10);
	double times[ROUNDS_MAX], list;
	unsigned int count;
	long rss, switches, calls = -1;
	size_t n;

	if (starts < 1 || starts > ROUNDS_MAX || lists < 1 || lists > ROUNDS_MAX || idle > 3600) {
		errno = ERANGE;
		die("counts");
	}
	for (n = 0; n < starts; n++) {
		if (n)
			daemon_stop();
		times[n] = daemon_start(words[0], words[1]);
	}
	rss = daemon_status("VmRSS");
	list = list_median(lists, &count);
	printf("devices=%u start_ms=%.0f rss_kib=%ld list_ms=%.1f", count, median(times, starts),
	       rss, list);
	printf(" rss_after_kib=%ld", daemon_status("VmRSS"));
	if (idle > 0) {
		poll(NULL, 0, 500); /* until the bus has told of our leaving */
		calls = idle_calls((unsigned int)idle, &switches);
		printf(" idle_seconds=%lu idle_calls=%ld switches=%ld", idle, calls, switches);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fprintf(stderr, "Usage: bench-daemon DAEMON SYSFS STARTS LISTS IDLE-SECONDS\n");
		return 2;
	}
	work_make();
	bus_start();
	measure(argv + 1);
	daemon_stop();
	kill(bus_pid, SIGTERM);
	waitpid(bus_pid, NULL, 0);
	fflush(stdout);
	return execlp("rm", "rm", "-rf", work, NULL);
}
