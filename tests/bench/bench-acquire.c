/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What AcquireDevice costs beside a method on the same bus that returns as many fds and does nothing else,
 * in alternating rounds. The daemon is the real one but for what its worker process does: it binds a
 * device by a link in the tree, and opens /dev/null where a kernel would have VFIO. Devices are bound
 * before anything is timed. A connection's first call is timed by itself: the daemon asks the bus who it is.
 *   bench-acquire SYSFS CLIENTS ROUNDS    DBUS_SYSTEM_BUS_ADDRESS names the bus
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "binder.h"
#include "broker.h"
#include "bus.h"
#include "log.h"
#include "names.h"
#include "resolver.h"

#define FLOOR_NAME  "org.ccwbroker1.Floor"
#define EACH	    5 /* devices of one client in one round: its first, and those that come then */
#define CLIENTS_MAX 64
#define ROUNDS_MAX  1000
#define FDS	    3 /* of VFIO; the lease's own comes on top */
#define PATIENCE_MS 20000
#define RETRY_MS    20 /* of a client that is told to try again later */
#define REST_MS	    50 /* in which the daemon tells everybody else what has changed */

static _Noreturn void die(const char *what, int r)
{
	fprintf(stderr, "bench-acquire: %s: %s\n", what, strerror(r < 0 ? -r : r));
	exit(1);
}

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static sd_bus *bus_open(void)
{
	sd_bus *bus;
	int r = sd_bus_open_system(&bus);

	if (r < 0)
		die("no bus", r);
	return bus;
}

static void open_some(void *data, struct worker_result *result)
{
	while (result->n_fds < FDS)
		result->fds[result->n_fds++] = open("/dev/null", O_RDWR | O_CLOEXEC);
	result->detail = IOMMU_GROUP;
	result->r = 0;
}

static void bind_link(void *data, struct worker_result *result)
{
	const struct change *change = data;
	int root = sysfs_fd_peek(change->sysfs);
	char name[CCW_ID_STRING_SIZE], path[128];

	snprintf(path, sizeof(path), "bus/ccw/devices/%s/driver", ccw_id_format(change->id, name));
	(void)unlinkat(root, path, 0); /* some have none */
	result->r =
		symlinkat("../../../../bus/ccw/drivers/" CCWB_DRIVER, root, path) < 0 ? -errno : 0;
}

static void restore_nothing(void *data, struct worker_result *result)
{
	result->r = 0;
}

static void serve_broker(const char *sysfs)
{
	char run[] = "/dev/shm/ccwb-acquire-XXXXXX"; /* in memory, as /run is */
	const char *const directories[] = { "/nonexistent", NULL };
	struct broker_config config = {
		.sysfs_root = sysfs,
		.proc_root = "/proc",
		.policy_directories = directories,
		.acquire = open_some,
		.restore = restore_nothing,
		.change = bind_link,
		.retract = binder_retract,
		.resolve = resolver_run,
		.lookup_ms = LIMIT_LOOKUP_MS,
		.question_ms = LIMIT_QUESTION_MS,
	};
	struct broker *broker;
	struct bus *bus;
	sd_bus *connection = bus_open();
	int r;

	config.runtime_directory = mkdtemp(run);
	log_set_max_level(LOG_ERR);
	r = sd_event_new(&config.event);
	if (r >= 0)
		r = broker_new(&config, &broker);
	if (r >= 0)
		r = broker_start(broker);
	if (r >= 0)
		r = sd_bus_attach_event(connection, config.event, 0);
	if (r >= 0)
		r = bus_new(connection, broker, &bus);
	if (r >= 0)
		r = bus_request_name(bus);
	if (r >= 0)
		r = sd_event_loop(config.event);
	die("broker", r);
}

static int on_floor(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	const int *fds = userdata;

	return sd_bus_reply_method_return(message, "a{sh}", 4, "container", fds[0], "group", fds[0],
					  "device", fds[0], "lease", fds[0]);
}

static const sd_bus_vtable floor_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Give", "", "a{sh}", on_floor, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static void serve_floor(const char *unused)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC), r;
	sd_bus *bus = bus_open();

	r = sd_bus_add_object_vtable(bus, NULL, "/floor", FLOOR_NAME, floor_vtable, &fd);
	if (r >= 0)
		r = sd_bus_request_name(bus, FLOOR_NAME, 0);
	while (r >= 0) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, UINT64_MAX);
	}
	die("floor", r);
}

static pid_t start(void (*serve)(const char *sysfs), const char *sysfs)
{
	pid_t parent = getpid(), pid = fork();
	sigset_t set;

	if (pid < 0)
		die("fork", errno);
	if (pid > 0)
		return pid;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
		serve(sysfs);
	_exit(1);
}

static void wait_name(sd_bus *bus, const char *name)
{
	int waited;

	for (waited = 0; sd_bus_get_name_creds(bus, name, 0, NULL) < 0; waited += 10) {
		if (waited >= PATIENCE_MS)
			die(name, ETIMEDOUT);
		poll(NULL, 0, 10);
	}
}

static void wait_no_leases(sd_bus *bus)
{
	uint32_t n = 1;
	int r;

	do {
		r = sd_bus_get_property_trivial(bus, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
						"NLeases", NULL, 'u', &n);
		if (r < 0)
			die("NLeases", r);
	} while (n > 0 && poll(NULL, 0, 1) == 0);
}

/* With many clients some are told to try again: no more than LIMIT_PENDING are taken at a time. */
static int acquire(sd_bus *bus, const char *id, sd_bus_message **ret)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	bool is_early;
	int r;

	do {
		r = sd_bus_call_method(bus, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER,
				       "AcquireDevice", &error, ret, "sa{sv}", id, 0);
		is_early = r < 0 && sd_bus_error_has_name(&error, CCWB_ERROR_LIMITS_EXCEEDED);
		if (r < 0 && !is_early)
			fprintf(stderr, "%s: %s\n", error.name, error.message);
		sd_bus_error_free(&error);
	} while (is_early && poll(NULL, 0, RETRY_MS) == 0);
	return r;
}

/* As sysfs-tree names them, which has eight kinds; one of the last three is never handed out. */
static void device_name(unsigned int call, char id[static 16])
{
	unsigned int n = call / 5 * 8 + call % 5;

	snprintf(id, 16, "0.0.%04x", (n * 0x6001U) & 0xffff);
}

/* What the calls give is dropped when the process ends. */
static void call(sd_bus *bus, unsigned int n, bool is_floor)
{
	sd_bus_message *reply = NULL;
	char id[16];
	int r;

	device_name(n, id);
	if (is_floor)
		r = sd_bus_call_method(bus, FLOOR_NAME, "/floor", FLOOR_NAME, "Give", NULL, &reply,
				       "");
	else
		r = acquire(bus, id, &reply);
	if (r < 0)
		die(is_floor ? "floor" : "AcquireDevice", r);
}

/* The words come by pipes of their own: who is through early must not take another's word to begin. */
struct pipes {
	int ready[2], first[2], go[2], leave[2];
};

static void say_ready(const struct pipes *pipes)
{
	if (write(pipes->ready[1], "", 1) != 1)
		_exit(1);
}

static void await(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		_exit(1);
}

/* One client's process: connects, and at each word calls and says that it is through. */
static _Noreturn void be_client(unsigned int client, bool is_floor, const struct pipes *pipes)
{
	sd_bus *bus = bus_open();
	unsigned int n = client * EACH, end = n + EACH;

	say_ready(pipes);
	await(pipes->first[0]);
	call(bus, n++, is_floor);
	say_ready(pipes);
	await(pipes->go[0]);
	while (n < end)
		call(bus, n++, is_floor);
	say_ready(pipes);
	await(pipes->leave[0]);
	_exit(0);
}

static void expect_bytes(int fd, unsigned int count)
{
	char byte;

	while (count-- > 0)
		if (read(fd, &byte, 1) != 1)
			die("a client failed", EIO);
}

static void give_bytes(int fd, unsigned int count)
{
	while (count-- > 0)
		if (write(fd, "", 1) != 1)
			die("pipe", errno);
}

static void open_pipes(struct pipes *pipes)
{
	if (pipe2(pipes->ready, O_CLOEXEC) < 0 || pipe2(pipes->first, O_CLOEXEC) < 0 ||
	    pipe2(pipes->go, O_CLOEXEC) < 0 || pipe2(pipes->leave, O_CLOEXEC) < 0)
		die("pipe", errno);
}

static void close_pipe(int fds[static 2])
{
	macro_close(fds[0]);
	macro_close(fds[1]);
}

static double cpu_us(pid_t pid)
{
	struct timespec now;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &now) < 0)
		die("processor time", errno);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Microseconds from the word to the last client's answer. */
static double time_word(int word, int ready, unsigned int clients)
{
	double begin = now_us();

	give_bytes(word, clients);
	expect_bytes(ready, clients);
	return now_us() - begin;
}

/* All clients at once; microseconds of one call, all clients together. */
struct times {
	double first; /* of each connection */
	double next;
	double next_cpu; /* of the service */
};

static struct times run_round(unsigned int clients, bool is_floor, pid_t service)
{
	struct pipes pipes;
	struct times times;
	unsigned int n;

	open_pipes(&pipes);
	for (n = 0; n < clients; n++)
		if (fork() == 0)
			be_client(n, is_floor, &pipes);
	expect_bytes(pipes.ready[0], clients);
	times.first = time_word(pipes.first[1], pipes.ready[0], clients) / clients;
	poll(NULL, 0, REST_MS);
	times.next_cpu = -cpu_us(service);
	times.next = time_word(pipes.go[1], pipes.ready[0], clients) / (clients * (EACH - 1));
	times.next_cpu = (times.next_cpu + cpu_us(service)) / (clients * (EACH - 1));
	give_bytes(pipes.leave[1], clients);
	for (n = 0; n < clients; n++)
		if (wait(NULL) < 0)
			die("wait", errno);
	close_pipe(pipes.ready);
	close_pipe(pipes.first);
	close_pipe(pipes.go);
	close_pipe(pipes.leave);
	return times;
}

static void make_driver(const char *sysfs)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/bus/ccw/drivers/" CCWB_DRIVER, sysfs);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		die(path, errno);
}

static void bind_device(sd_bus *bus, unsigned int n)
{
	char id[16];
	char *state = NULL, *path = NULL;
	int r;

	device_name(n, id);
	r = sd_bus_call_method(bus, CCWB_BUS_NAME, CCWB_PATH, CCWB_IFACE_MANAGER, "BindDevice",
			       NULL, NULL, "sst", id, CCWB_DRIVER, (uint64_t)0);
	if (r >= 0)
		r = sd_bus_path_encode(CCWB_PATH_DEVICE, id, &path);
	while (r >= 0 && (!state || strcmp(state, "host") != 0)) {
		free(state);
		r = sd_bus_get_property_string(bus, CCWB_BUS_NAME, path, CCWB_IFACE_DEVICE, "State",
					       NULL, &state);
	}
	free(state);
	free(path);
	if (r < 0)
		die(id, r);
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

/* Of some rounds: what is compared, and then the parts. */
struct figures {
	double ratio[ROUNDS_MAX], ours[ROUNDS_MAX], floor[ROUNDS_MAX];
	double first_ratio[ROUNDS_MAX], first[ROUNDS_MAX], first_floor[ROUNDS_MAX];
	double cpu[ROUNDS_MAX], floor_cpu[ROUNDS_MAX], life_cpu[ROUNDS_MAX];
};

static void measure(sd_bus *bus, const pid_t services[static 2], unsigned int clients,
		    size_t rounds)
{
	static struct figures all;
	struct times ours, floor = {};
	double begin;
	size_t n;

	for (n = 0; n < rounds; n++) {
		if (n % 2)
			floor = run_round(clients, true, services[1]);
		begin = cpu_us(services[0]);
		ours = run_round(clients, false, services[0]);
		wait_no_leases(bus);
		poll(NULL, 0, REST_MS);
		all.life_cpu[n] = (cpu_us(services[0]) - begin) / (clients * EACH);
		if (n % 2 == 0)
			floor = run_round(clients, true, services[1]);
		all.ours[n] = ours.next;
		all.floor[n] = floor.next;
		all.cpu[n] = ours.next_cpu;
		all.floor_cpu[n] = floor.next_cpu;
		all.ratio[n] = ours.next / floor.next;
		all.first[n] = ours.first;
		all.first_floor[n] = floor.first;
		all.first_ratio[n] = ours.first / floor.first;
	}
	printf("clients=%u acquire_us=%.0f floor_us=%.0f ratio=%.2f first_us=%.0f "
	       "first_floor_us=%.0f first_ratio=%.2f "
	       "cpu_us=%.0f floor_cpu_us=%.0f life_cpu_us=%.0f\n",
	       clients, median(all.ours, rounds), median(all.floor, rounds),
	       median(all.ratio, rounds), median(all.first, rounds),
	       median(all.first_floor, rounds), median(all.first_ratio, rounds),
	       median(all.cpu, rounds), median(all.floor_cpu, rounds),
	       median(all.life_cpu, rounds));
}

int main(int argc, char **argv)
{
	unsigned long clients = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long rounds = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	unsigned int n;
	pid_t services[2];
	sd_bus *bus;

	if (clients < 1 || clients > CLIENTS_MAX || rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "Usage: bench-acquire SYSFS CLIENTS ROUNDS, at most %d and %d\n",
			CLIENTS_MAX, ROUNDS_MAX);
		return 2;
	}
	make_driver(argv[1]);
	services[0] = start(serve_broker, argv[1]);
	services[1] = start(serve_floor, NULL);
	bus = bus_open();
	wait_name(bus, CCWB_BUS_NAME);
	wait_name(bus, FLOOR_NAME);
	for (n = 0; n < clients * EACH; n++)
		bind_device(bus, n);
	measure(bus, services, (unsigned int)clients, rounds);
	sd_bus_unref(bus);
	return 0;
}
