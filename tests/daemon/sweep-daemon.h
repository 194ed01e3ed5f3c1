/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "broker.h"
#include "fake-kernel.h"

/*
 * A daemon without a bus, in a process of its own that can be killed, and the client that it serves.
 * Nothing here judges: every call says what it saw.
 */
struct sweep_daemon {
	struct fake_sysfs fake;
	struct scratch work;
	pid_t pid;
	int control;
	int fds[LIMIT_WORKER_FDS]; /* what the client was given, closed or -1 */
	unsigned int n_starts;
	unsigned int n_crashes; /* ended by a signal that was not ours */
	unsigned int step_limit_ms;
};

struct sweep_status {
	int r;		/* of an order; of a status: negative when there is no such device */
	int state;	/* enum device_state */
	bool is_moving; /* wait: it will be another one */
	int n_fds;
	bool is_bound;
	bool is_defined;
	bool is_autostart;
	char text[LIMIT_MESSAGE_BYTES];
};

/* A new machine with a device of that origin, and a daemon that is as patient. */
void sweep_daemon_init(struct sweep_daemon *daemon, const char *driver, bool is_online,
		       unsigned int step_limit_ms);
void sweep_daemon_deinit(struct sweep_daemon *daemon);

/* No daemon runs after it; sweep_daemon_restart starts the next one. */
void sweep_daemon_kill(struct sweep_daemon *daemon);

/* Kills it if it runs, and starts another one, again and again until one has come up. */
void sweep_daemon_restart(struct sweep_daemon *daemon);

/* Writes the policy, and starts the daemon anew with it. */
void sweep_daemon_set_policy(struct sweep_daemon *daemon, const char *text);

/* Ends it in order; fails the test when something is left behind in its memory. */
void sweep_daemon_stop(struct sweep_daemon *daemon);

/* Acquires. false: the daemon died before it had an answer, and has been started anew. */
bool sweep_daemon_acquire(struct sweep_daemon *daemon, const struct broker_wish *wish,
			  struct sweep_status *ret);

/* Starts a job; driver is that of BIND. false: the daemon died, and has been started anew. */
bool sweep_daemon_change(struct sweep_daemon *daemon, enum change_kind kind, const char *driver,
			 struct sweep_status *ret);

/* Defines the device, or undefines it. false: the daemon died, and has been started anew. */
bool sweep_daemon_define(struct sweep_daemon *daemon, bool is_autostart, struct sweep_status *ret);
bool sweep_daemon_undefine(struct sweep_daemon *daemon, struct sweep_status *ret);

/* What sysfs says of the device. false: it is not there. */
bool sweep_daemon_look(const struct sweep_daemon *daemon, struct sysfs_facts *ret);

bool sweep_daemon_has_driver(const struct sweep_daemon *daemon, const char *driver);

/* By a job. On a busy machine a step of it may take longer than a short patience: then once more. */
void sweep_daemon_bind(struct sweep_daemon *daemon, const char *driver);

/* The client closes all that it has. */
void sweep_daemon_drop(struct sweep_daemon *daemon);

/* Waits until nothing moves any more, starting the daemon anew when it dies. false: it never ends. */
bool sweep_daemon_settle(struct sweep_daemon *daemon, struct sweep_status *ret);
