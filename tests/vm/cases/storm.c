// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * The storm: clients and a world that do everything to brokered devices at the same time, until
 * enough programs have been started and everything has happened at least once. As root, without the
 * daemon. Prints checks and a table; what is left behind is for the caller to look at.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "module-program.h"
#include "storm-client.h"
#include "storm-edge.h"
#include "storm-world.h"

#define OVER_SECONDS 60 /* to close, to unbind, to be plugged in again */

struct cast {
	struct storm *storm;
	pid_t clients[STORM_DEVICES_MAX];
	pid_t worlds[STORM_DEVICES_MAX];
	unsigned int times[STORM_DEVICES_MAX]; /* a client was killed and played again */
	uint64_t skip;			       /* kinds that these devices do not offer */
	unsigned int least, most;	       /* seconds */
	uint64_t looks;			       /* at canaries */
	unsigned int n_damaged;
};

static void cast_client(struct cast *cast, unsigned int i)
{
	cast->clients[i] = fork();
	if (!cast->clients[i])
		storm_client(cast->storm, i, cast->times[i]);
}

static void cast_all(struct cast *cast)
{
	unsigned int i;

	for (i = 0; i < cast->storm->n_devices; i++) {
		cast_client(cast, i);
		cast->worlds[i] = fork();
		if (!cast->worlds[i])
			storm_world(cast->storm, i);
	}
}

static bool has_all(const struct cast *cast)
{
	const struct storm *storm = cast->storm;
	unsigned int kind;

	for (kind = 0; kind < _STORM_KIND_MAX; kind++)
		if (!(cast->skip >> kind & 1) && !storm_total(storm, kind))
			return false;
	return __atomic_load_n(&storm->started, __ATOMIC_RELAXED) >= storm->wanted;
}

/* A killed process goes when the kernel has closed its device: that may take a clear function. */
static void direct_kill(struct cast *cast, unsigned int i)
{
	int status;

	kill(cast->clients[i], SIGKILL);
	waitpid(cast->clients[i], &status, 0);
	storm_count(cast->storm, STORM_KILL, 0);
	cast->times[i]++;
	cast_client(cast, i);
}

static void look_at_canaries(struct cast *cast, unsigned int i)
{
	cast->n_damaged += canary_damaged(cast->storm->devices[i].canary, true);
	cast->looks++;
}

static void direct(struct cast *cast)
{
	uint64_t begin = storm_now();
	struct dice dice;
	unsigned int i;

	dice_init(&dice, cast->storm->seed, 2000, 0);
	while (storm_now() < begin + (has_all(cast) ? cast->least : cast->most) * 1000ULL) {
		usleep(10000 + dice_below(&dice, 30000));
		i = dice_below(&dice, cast->storm->n_devices);
		look_at_canaries(cast, i);
		if (dice_one_in(&dice, 40)) {
			direct_kill(cast, i);
		} else if (dice_one_in(&dice, 2)) {
			kill(cast->clients[i], SIGUSR1);
			storm_count(cast->storm, STORM_SIGNAL, 0);
		}
	}
	__atomic_store_n(&cast->storm->is_over, 1, __ATOMIC_RELEASE);
}

static bool ends(pid_t pid, uint64_t end)
{
	while (storm_now() < end) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return true;
		usleep(20000);
	}
	return false;
}

static void tell_where(pid_t pid)
{
	char command[160];

	snprintf(command, sizeof(command),
		 "for t in /proc/%d/task/*; do echo \"# $t\"; sed 's/^/#   /' $t/stack; done",
		 (int)pid);
	(void)!system(command);
}

/* Everybody goes by himself: one who cannot waits in the kernel for what never comes. */
static void dismiss(struct cast *cast)
{
	uint64_t end = storm_now() + OVER_SECONDS * 1000;
	unsigned int i, n_stuck = 0;
	pid_t pid;

	for (i = 0; i < 2 * cast->storm->n_devices; i++) {
		pid = i % 2 ? cast->worlds[i / 2] : cast->clients[i / 2];
		if (ends(pid, end))
			continue;
		n_stuck++;
		tell_where(pid);
	}
	check(!n_stuck, "every process ends", n_stuck);
}

/* After all clients have gone. */
static void check_canaries(struct cast *cast)
{
	struct storm *storm = cast->storm;
	unsigned int i, n, n_all = cast->n_damaged;

	for (i = 0; i < storm->n_devices; i++) {
		n = canary_damaged(storm->devices[i].canary, false);
		n_all += n;
		printf("# %s: memory in %u rows between canaries and %u lone pages, %u pages still in their frames\n",
		       storm->devices[i].id, storm->devices[i].canary->n_rows,
		       storm->devices[i].canary->n_lone, canary_settled(storm->devices[i].canary));
	}
	printf("# %" PRIu64 " looks at canaries, %" PRIu64 " for their pattern in memory\n",
	       cast->looks, storm->leak_looks);
	check(!n_all, "no canary was stored into", n_all);
	check(!storm->leaks, "and none was read", storm->leaks);
}

/* The device works, and is then given up. */
static void part(struct storm *storm, const struct storm_device *device)
{
	struct device dev = { .container = -1, .group = -1, .device = -1 };
	char unclaim[32];
	int r;

	check(storm_world_is_back(device, OVER_SECONDS * 1000), device->id, 0);
	r = storm_world_bind(storm, device);
	check(r == 0, "is bound again", r);
	r = device_open(device->id, &dev);
	check(r == 0, "is opened", r);
	if (!r)
		check_works(&dev, "works");
	device_close(&dev);
	storm_edge(device);
	check(attr_number(device->id, "stats/pins") == 0, "has no pins",
	      attr_number(device->id, "stats/pins"));
	snprintf(unclaim, sizeof(unclaim), "-%s", device->id);
	r = device_unbind(device->id) ?: claim_write(unclaim);
	check(r == 0, "is given up", r);
}

static int cast_memory(struct cast *cast, struct storm_device *device)
{
	struct dice dice;

	device->canary = malloc(sizeof(*device->canary));
	if (!device->canary)
		return -ENOMEM;
	dice_init(&dice, cast->storm->seed, 3000 + cast->storm->n_devices, 0);
	return canary_new(device->canary, &dice);
}

static int cast_device(struct cast *cast, const char *text)
{
	struct storm_device *device = &cast->storm->devices[cast->storm->n_devices];
	const char *plus = strchr(text, '+');
	int r;

	if (cast->storm->n_devices == STORM_DEVICES_MAX)
		return -E2BIG;
	snprintf(device->id, sizeof(device->id), "%.*s", plus ? (int)(plus - text) : 15, text);
	device->is_plugged = plus && !strcmp(plus, "+plugged");
	device->has_own_path = plus && !strcmp(plus, "+path");
	r = storm_world_look(device) ?: cast_memory(cast, device);
	if (r)
		return r;
	if (!strcmp(device->cu, "3490"))
		cast->skip &= ~(1ULL << STORM_RUN_ENDLESS);
	if (device->is_plugged)
		cast->skip &= ~(1ULL << STORM_PLUGGED | 1ULL << STORM_UNPLUGGED);
	if (device->has_own_path)
		cast->skip &= ~(1ULL << STORM_PATH);
	cast->storm->n_devices++;
	return claim_write(device->id) ?: storm_world_bind(cast->storm, device);
}

static int usage(void)
{
	fputs("usage: storm SEED PROGRAMS LEAST-SECONDS MOST-SECONDS BUSID[+plugged|+path]...\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct cast cast = {
		.skip = 1ULL << STORM_RUN_ENDLESS | 1ULL << STORM_PLUGGED |
			1ULL << STORM_UNPLUGGED | 1ULL << STORM_PATH,
	};
	struct storm *storm;
	unsigned int i, n;
	int r;

	if (argc < 6)
		return usage();
	storm = mmap(NULL, sizeof(*storm), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (storm == MAP_FAILED)
		return 2;
	cast.storm = storm;
	storm->seed = strtoull(argv[1], NULL, 0);
	storm->wanted = strtoull(argv[2], NULL, 0);
	cast.least = strtoul(argv[3], NULL, 0);
	cast.most = strtoul(argv[4], NULL, 0);
	if (!storm->wanted)
		cast.skip = ~0ULL; /* a rehearsal */
	for (i = 5; i < (unsigned int)argc; i++) {
		r = cast_device(&cast, argv[i]);
		check(r == 0, argv[i], r);
	}
	storm_edge_prove(storm->devices[0].canary);
	for (i = 0; i < storm->n_devices; i++)
		storm_edge(&storm->devices[i]);
	printf("# seed %" PRIu64 "\n", storm->seed);
	fflush(stdout);
	cast_all(&cast);
	direct(&cast);
	dismiss(&cast);
	printf("# the storm is over\n");
	check_canaries(&cast);
	for (i = 0; i < storm->n_devices; i++)
		part(storm, &storm->devices[i]);
	n = storm_print(storm, cast.skip);
	check(!n, "everything has happened", n);
	check(storm->started >= storm->wanted, "enough programs were started", storm->started);
	check(!storm->locked_pages, "no closed client has pages accounted", storm->locked_pages);
	check_unpinned("nothing is pinned");
	return failures ? 1 : 0;
}
