/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the command line, the directories, signals and the event loop's life. Knows no device and
 * no bus message.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "binder.h"
#include "broker.h"
#include "bus.h"
#include "config.h"
#include "log.h"
#include "names.h"
#include "resolver.h"

/* One more than there are, for the NULL at the end. */
struct directories {
	const char *list[4];
};

static int print_help(const char *program)
{
	printf("%s [OPTION]...\n\n"
	       "Gives channel devices to authorized clients as VFIO file descriptors, over the\n"
	       "system bus as " CCWB_BUS_NAME ".\n\n"
	       "  --sysfs-root=DIR  look for devices in DIR instead of " SYSFS_ROOT "\n"
	       "  --help            show this help\n"
	       "  --version         show the version\n\n"
	       "Environment, as systemd sets it:\n"
	       "  RUNTIME_DIRECTORY        where leases are kept (/run/ccwbroker)\n"
	       "  CONFIGURATION_DIRECTORY  where policy and definitions are (" SYSCONFDIR
	       "/ccwbroker)\n",
	       program);
	return 0;
}

/* The first one, where systemd has made several. NULL: out of memory; the caller frees it. */
static char *directory_from_environment(const char *variable, const char *otherwise)
{
	const char *directory = getenv(variable);

	return directory && *directory == '/' ? strndup(directory, strcspn(directory, ":"))
					      : strdup(otherwise);
}

static char *join(const char *directory, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct fault fault = {};
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		   (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	if (broker_reload(userdata, &fault) >= 0)
		fault.code = FAULT_NONE;
	sd_notifyf(0, "READY=1\nSTATUS=%s%s", fault.code ? "Not all is reloaded: " : "Running.",
		   fault.code ? fault.text : "");
	return 0;
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	sd_notify(0, "STOPPING=1");
	broker_stop(userdata);
	return 0;
}

/* SIGCHLD as well: workers are reaped by the event loop. */
static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

static int add_signals(sd_event *event, struct broker *broker)
{
	int r;

	r = sd_event_add_signal(event, NULL, SIGTERM, on_stop, broker);
	if (r >= 0)
		r = sd_event_add_signal(event, NULL, SIGINT, on_stop, broker);
	if (r >= 0)
		r = sd_event_add_signal(event, NULL, SIGHUP, on_reload, broker);
	return r;
}

static void tell_ready(const struct broker *broker)
{
	const char *problem = broker_policy_problem(broker);

	if (problem)
		sd_notifyf(0, "READY=1\nSTATUS=Only root may have devices; policy: %s", problem);
	else
		sd_notify(0, "READY=1\nSTATUS=Running.");
}

static int serve(const struct broker_config *config)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *connection = NULL;
	_cleanup_(broker_freep) struct broker *broker = NULL;
	_cleanup_(bus_freep) struct bus *bus = NULL;
	int r;

	r = broker_new(config, &broker);
	if (r < 0)
		return log_error_errno(r, "cannot start");
	r = broker_start(broker);
	if (r < 0)
		return r; /* has been said */
	r = sd_bus_open_system(&connection);
	if (r < 0)
		return log_error_errno(r, "cannot connect to the system bus");
	r = sd_bus_set_exit_on_disconnect(connection, true);
	if (r >= 0)
		r = sd_bus_attach_event(connection, config->event, SD_EVENT_PRIORITY_NORMAL);
	if (r >= 0)
		r = bus_new(connection, broker, &bus);
	if (r >= 0)
		r = add_signals(config->event, broker);
	if (r < 0)
		return log_error_errno(r, "cannot set up the bus");
	/* the name last: who calls finds everything in place */
	r = bus_request_name(bus);
	if (r < 0)
		return log_error_errno(r, "cannot get the name " CCWB_BUS_NAME
					  "; is another ccwbrokerd running?");
	tell_ready(broker);
	return sd_event_loop(config->event);
}

static int run(const char *sysfs_root)
{
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	_cleanup_free_ char *configuration =
		directory_from_environment("CONFIGURATION_DIRECTORY", config_directories[0]);
	_cleanup_free_ char *runtime =
		directory_from_environment("RUNTIME_DIRECTORY", "/run/ccwbroker");
	_cleanup_free_ char *definitions = configuration ? join(configuration, "devices.d") : NULL;
	const struct directories directories = { {
		configuration,
		config_directories[1],
		config_directories[2],
	} };
	struct broker_config config = {
		.sysfs_root = sysfs_root,
		.proc_root = PROC_ROOT,
		.runtime_directory = runtime,
		.policy_directories = directories.list,
		.definition_directory = definitions,
		.acquire = binder_acquire,
		.probe = binder_probe,
		.restore = binder_restore,
		.change = change_run,
		.retract = binder_retract,
		.resolve = resolver_run,
		.lookup_ms = LIMIT_LOOKUP_MS,
		.question_ms = LIMIT_QUESTION_MS,
	};
	int r;

	r = runtime && definitions ? block_signals() : -ENOMEM;
	if (r >= 0)
		r = sd_event_default(&event);
	if (r >= 0) /* when systemd asks for it: a loop that stands still is ended */
		r = sd_event_set_watchdog(event, true);
	if (r < 0)
		return log_error_errno(r, "cannot set up");
	config.event = event;
	return serve(&config);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ "sysfs-root", required_argument, NULL, 's' },
		{},
	};
	const char *sysfs_root = SYSFS_ROOT;
	int c;

	log_init("ccwbrokerd");
	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		switch (c) {
		case 'h':
			return print_help(program_invocation_short_name);
		case 'V':
			puts(PACKAGE_STRING);
			return 0;
		case 's':
			sysfs_root = optarg;
			break;
		default:
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "%s: unexpected argument %s; see --help\n",
			program_invocation_short_name, argv[optind]);
		return 2;
	}
	return run(sysfs_root) < 0 ? 1 : 0;
}
