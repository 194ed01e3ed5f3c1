/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The daemon for sessions with leases: the real one but for what its worker process does, which opens
 * /dev/null where a kernel would have VFIO, as for a device that is bound already.
 *   broker --sysfs-root=DIR    with the environment of ccwbrokerd
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "binder.h"
#include "broker.h"
#include "bus.h"
#include "change.h"
#include "log.h"
#include "resolver.h"

#define ROOT_OPTION "--sysfs-root="

static void open_some(void *data, struct worker_result *result)
{
	const struct binder_job *job = data;

	while (!job->is_by_path && result->n_fds < 3) /* container, group, device */
		result->fds[result->n_fds++] = open("/dev/null", O_RDWR | O_CLOEXEC);
	result->detail = IOMMU_GROUP;
	result->r = 0;
}

static void restore_nothing(void *data, struct worker_result *result)
{
	result->r = 0;
}

static int serve(struct broker_config *config)
{
	struct broker *broker;
	struct bus *bus;
	sd_bus *connection;
	int r;

	r = sd_bus_open_system(&connection);
	if (r >= 0)
		r = sd_event_new(&config->event);
	if (r >= 0)
		r = broker_new(config, &broker);
	if (r >= 0)
		r = broker_start(broker);
	if (r >= 0)
		r = sd_bus_attach_event(connection, config->event, 0);
	if (r >= 0)
		r = bus_new(connection, broker, &bus);
	if (r >= 0)
		r = bus_request_name(bus);
	return r >= 0 ? sd_event_loop(config->event) : r;
}

/* Ends by a signal: what it leaves is for the next one to find, as with the real one. */
int main(int argc, char **argv)
{
	const char *const directories[] = { getenv("CONFIGURATION_DIRECTORY"), NULL };
	struct broker_config config = {
		.proc_root = "/proc",
		.policy_directories = directories,
		.runtime_directory = getenv("RUNTIME_DIRECTORY"),
		.acquire = open_some,
		.restore = restore_nothing,
		.change = change_run,
		.probe = binder_probe,
		.retract = binder_retract,
		.resolve = resolver_run,
		.lookup_ms = LIMIT_LOOKUP_MS,
		.question_ms = LIMIT_QUESTION_MS,
	};
	sigset_t set;
	int r;

	if (argc != 2 || strncmp(argv[1], ROOT_OPTION, strlen(ROOT_OPTION)) || !directories[0] ||
	    !config.runtime_directory)
		return 2;
	config.sysfs_root = argv[1] + strlen(ROOT_OPTION);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		return 1;
	r = serve(&config);
	fprintf(stderr, "broker: %s\n", strerror(r < 0 ? -r : r));
	return 1;
}
