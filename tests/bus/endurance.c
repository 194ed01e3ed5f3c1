/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Leases of one device, one after the other, by a daemon on a bus of its own: what the daemon has of
 * fds, memory and files must be the same after the last as after the hundredth. Prints a table and the slope.
 *   endurance [COUNT]      (100000)
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "broker-bus.h"
#include "check-main.h"
#include "names.h"

#define COUNT	     100000
#define WARM	     100
#define ROWS	     10
#define GROWTH_KIB   512 /* of all leases; a page lost with each would be 400,000 */
#define SETTLE_TIMES 200

static struct broker_bus bb;
static sd_bus *bus;
static unsigned int count = COUNT;

struct figures {
	unsigned int fds, files;
	unsigned long kib;
};

static unsigned int count_entries(const char *path)
{
	DIR *dir = opendir(path);
	unsigned int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static void measure(struct figures *ret)
{
	_cleanup_free_ char *leases = scratch_path(&bb.work, "run/leases");
	_cleanup_free_ char *run = scratch_path(&bb.work, "run");
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)bb.daemon);
	ret->fds = count_entries(path);
	ret->files = count_entries(run) + count_entries(leases);
	ret->kib = 0;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)bb.daemon);
	f = fopen(path, "re");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %lu", &ret->kib) == 1)
			break;
	fclose(f);
}

/* Without a pause: there are many to come. */
static void wait_host(void)
{
	bool is_home = false;

	while (!is_home) {
		_cleanup_free_ char *state = broker_bus_device(bus, BROKER_BUS_TAPE, "State");

		is_home = strcmp(state, "host") == 0;
	}
}

static void lease_once(void)
{
	struct grant grant;

	broker_bus_acquire(bus, BROKER_BUS_TAPE, &grant);
	broker_bus_drop(&grant);
	wait_host();
}

/* Workers and what is on its way go in a moment. */
static void measure_settled(struct figures *ret, const struct figures *wanted)
{
	unsigned int n;

	for (n = 0; n < SETTLE_TIMES; n++) {
		measure(ret);
		if (ret->fds <= wanted->fds && ret->files <= wanted->files)
			return;
		(void)usleep(10000);
	}
}

START_TEST(test_the_last_lease_costs_what_the_hundredth_did)
{
	struct figures first = {}, now = {};
	unsigned int n;

	broker_bus_init(&bb);
	bus = broker_bus_connect(&bb);
	printf("%8s %6s %8s %6s\n", "leases", "fds", "KiB", "files");
	for (n = 1; n <= count; n++) {
		lease_once();
		if (n == WARM) {
			measure(&first);
			measure_settled(&first, &first);
		}
		if (n != WARM && n % (count / ROWS))
			continue;
		measure_settled(&now, &first);
		printf("%8u %6u %8lu %6u\n", n, now.fds, now.kib, now.files);
		fflush(stdout);
	}
	printf("slope from %u to %u: %d fds, %ld KiB, %d files; %.3f bytes a lease\n", WARM, count,
	       (int)now.fds - (int)first.fds, (long)now.kib - (long)first.kib,
	       (int)now.files - (int)first.files,
	       ((double)now.kib - (double)first.kib) * 1024 / count);
	ck_assert_uint_le(now.fds, first.fds);
	ck_assert_uint_le(now.files, first.files);
	ck_assert_uint_le(now.kib, first.kib + GROWTH_KIB);
	bus = sd_bus_flush_close_unref(bus);
	broker_bus_deinit(&bb);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_the_last_lease_costs_what_the_hundredth_did);
	tcase_set_timeout(tests, 36000);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		count = (unsigned int)strtoul(argv[1], NULL, 0);
	return count >= 10 * WARM ? check_main_run("endurance", add_tests) : EXIT_FAILURE;
}
