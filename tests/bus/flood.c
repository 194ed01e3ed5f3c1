/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * How long one user waits for a device while processes of another send the daemon calls as fast as the bus takes
 * them: by kind of call, what an acquisition takes, and what became of the calls. Prints a table, judges nothing
 * but that each acquisition is granted. Wants to be root, for there to be two users.
 *   flood [PROCESSES [ACQUISITIONS]]      (8, 40)
 */
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

#define DEVICES		 1000
#define PROCESSES_MAX	 64
#define ACQUISITIONS_MAX 1000
#define OUTSTANDING	 120 /* of one process, which a dbus-daemon lets have 128 */
#define WARM_MS		 500

struct kind {
	const char *name;
	const char *interface;
	const char *method;
	const char *types;
	bool is_unread; /* it never reads an answer */
};

static const struct kind kinds[] = {
	{ .name = "none" },
	{ "ListDevices", CCWB_IFACE_MANAGER, "ListDevices", "a{sv}t", false },
	{ "ListDevices, unread", CCWB_IFACE_MANAGER, "ListDevices", "a{sv}t", true },
	{ "Describe", CCWB_IFACE_MANAGER, "Describe", "t", false },
	{ "GetManagedObjects", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", "",
	  false },
	{ "CanAcquire", CCWB_IFACE_MANAGER, "CanAcquire", "sa{sv}", false },
	{ "AcquireDevice", CCWB_IFACE_MANAGER, "AcquireDevice", "sa{sv}", false },
	{ "no such method", CCWB_IFACE_MANAGER, "Flood", "", false },
};

/* Seen by all processes. */
static struct shared {
	atomic_bool is_over;
	atomic_uint answered, refused;
} * shared;

static struct broker_bus bb;
static sd_bus *bus;
static const struct kind *kind;
static unsigned int n_processes = 8, n_acquisitions = 40;

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
	unsigned int *outstanding = userdata;

	(*outstanding)--;
	if (sd_bus_message_is_method_error(reply, CCWB_ERROR_LIMITS_EXCEEDED))
		atomic_fetch_add(&shared->refused, 1);
	else
		atomic_fetch_add(&shared->answered, 1);
	return 0;
}

static sd_bus_message *new_call(sd_bus *client)
{
	sd_bus_message *call;
	int r;

	r = sd_bus_message_new_method_call(client, &call, CCWB_BUS_NAME, CCWB_PATH, kind->interface,
					   kind->method);
	if (r >= 0 && *kind->types == 's')
		r = sd_bus_message_append(call, "sa{sv}", BROKER_BUS_DISK, 0);
	else if (r >= 0 && *kind->types == 'a')
		r = sd_bus_message_append(call, "a{sv}t", 0, (uint64_t)0);
	else if (r >= 0 && *kind->types == 't')
		r = sd_bus_message_append(call, "t", (uint64_t)0);
	return r < 0 ? NULL : call;
}

/* Ends with the flag, or when the bus has had enough of it. */
static void flood(const struct broker_bus *of, sd_bus *client)
{
	unsigned int outstanding = 0;
	int r = 0;

	while (r >= 0 && !atomic_load(&shared->is_over)) {
		_cleanup_(sd_bus_message_unrefp) sd_bus_message *call = new_call(client);

		if (!call)
			break;
		if (kind->is_unread) {
			r = sd_bus_send(client, call, NULL);
			continue;
		}
		r = sd_bus_call_async(client, NULL, call, on_reply, &outstanding, 0);
		outstanding++;
		while (r >= 0 && outstanding >= OUTSTANDING && !atomic_load(&shared->is_over)) {
			r = sd_bus_process(client, NULL);
			if (r == 0)
				r = sd_bus_wait(client, 100000);
		}
	}
	_exit(0); /* with all that is not read */
}

static void start_flood(pid_t pids[])
{
	unsigned int n;

	atomic_store(&shared->is_over, false);
	atomic_store(&shared->answered, 0);
	atomic_store(&shared->refused, 0);
	for (n = 0; n < n_processes && kind->method; n++) {
		fflush(NULL);
		pids[n] = fork();
		if (pids[n] == 0) {
			(void)broker_bus_as_nobody(&bb, flood);
			_exit(0);
		}
	}
	poll(NULL, 0, WARM_MS);
}

static void end_flood(pid_t pids[])
{
	unsigned int n;

	atomic_store(&shared->is_over, true);
	for (n = 0; n < n_processes && kind->method; n++)
		waitpid(pids[n], NULL, 0);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(void)
{
	double ms[ACQUISITIONS_MAX], begin, whole = now_ms();
	pid_t pids[PROCESSES_MAX];
	struct grant grant;
	unsigned int n;

	start_flood(pids);
	for (n = 0; n < n_acquisitions; n++) {
		begin = now_ms();
		broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
		ms[n] = now_ms() - begin;
		broker_bus_drop(&grant);
		broker_bus_wait_state(bus, BROKER_BUS_TAPE, "host");
	}
	whole = (now_ms() - whole) / 1e3;
	qsort(ms, n_acquisitions, sizeof(*ms), compare);
	printf("%-20s %10.1f %10.1f %12.0f %12.0f\n", kind->name, ms[n_acquisitions / 2],
	       ms[n_acquisitions - 1], atomic_load(&shared->answered) / whole,
	       atomic_load(&shared->refused) / whole);
	fflush(stdout);
	end_flood(pids);
}

static void add_devices(void)
{
	char id[16], subchannel[16];
	struct fake_device device = { .id = id,
				      .subchannel = subchannel,
				      .device_type = "3490/50",
				      .control_unit = "3490/50",
				      .driver = "tape_34xx" };
	unsigned int n;

	for (n = 0; n < DEVICES; n++) {
		snprintf(id, sizeof(id), "0.0.%04x", 0x4000 + n);
		snprintf(subchannel, sizeof(subchannel), "0.0.%04x", 0x1000 + n);
		fake_sysfs_add(&bb.fake, &device);
	}
}

START_TEST(test_every_acquisition_is_granted)
{
	size_t n;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ck_assert(shared != MAP_FAILED);
	broker_bus_init(&bb);
	broker_bus_stop(&bb);
	add_devices();
	broker_bus_start(&bb);
	bus = broker_bus_connect(&bb);
	printf("%u processes of another user, %u acquisitions, %u devices\n", n_processes,
	       n_acquisitions, DEVICES);
	printf("%-20s %10s %10s %12s %12s\n", "flood of", "median ms", "most ms", "answered/s",
	       "refused/s");
	for (n = 0; n < ARRAY_SIZE(kinds); n++) {
		kind = &kinds[n];
		measure();
	}
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_every_acquisition_is_granted);
	tcase_set_timeout(tests, 3600);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		n_processes = (unsigned int)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		n_acquisitions = (unsigned int)strtoul(argv[2], NULL, 10);
	if (n_processes < 1 || n_processes > PROCESSES_MAX || n_acquisitions < 1 ||
	    n_acquisitions > ACQUISITIONS_MAX) {
		fprintf(stderr, "usage: flood [PROCESSES [ACQUISITIONS]], at most %d and %d\n",
			PROCESSES_MAX, ACQUISITIONS_MAX);
		return EXIT_FAILURE;
	}
	return check_main_run("flood", add_tests);
}
