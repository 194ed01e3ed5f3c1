/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "fake-sysfs.h"
#include "message-bus.h"
#include "scratch.h"

/*
 * The daemon on a message bus of its own, over a fake tree. All of it is the real code but for the
 * two worker functions: these change the tree as a kernel would, and hand out /dev/null.
 */
struct broker_bus {
	struct fake_sysfs fake;
	struct scratch work; /* policy and leases */
	struct message_bus message_bus;
	pid_t daemon;
	unsigned int question_ms; /* patience with polkit from the next start on */
};

/* What a client gets. */
struct grant {
	char lease[64];
	char path[128];
	int fds[4]; /* container, group, device, lease */
};

#define BROKER_BUS_TAPE "0.0.0580"
#define BROKER_BUS_DISK "0.0.0120" /* online */

#define BROKER_BUS_PATIENCE_MS 1500 /* with an account database that does not answer */

/* The file work/behave says what the workers do next; see broker-bus.c. */
void broker_bus_init(struct broker_bus *bb);

/* The same with the policy of a system's bus and dbus/org.ccwbroker1.conf, for root and dbus-daemon. */
void broker_bus_init_as(struct broker_bus *bb, bool has_system_policy);
void broker_bus_deinit(struct broker_bus *bb);

void broker_bus_behave(const struct broker_bus *bb, const char *behaviour);
void broker_bus_set_policy(const struct broker_bus *bb, const char *text);

void broker_bus_start(struct broker_bus *bb);

/* Ends the daemon as systemd does; fails the test unless it ends well. */
void broker_bus_stop(struct broker_bus *bb);
void broker_bus_kill(struct broker_bus *bb);

/* What the daemon has said so far; the caller frees it. */
char *broker_bus_log(const struct broker_bus *bb);

sd_bus *broker_bus_connect(const struct broker_bus *bb);

/* Runs client in a process of another user, which root alone can. False: not root, not run. */
bool broker_bus_as(const struct broker_bus *bb, uid_t uid,
		   void (*client)(const struct broker_bus *bb, sd_bus *bus));
bool broker_bus_as_nobody(const struct broker_bus *bb,
			  void (*client)(const struct broker_bus *bb, sd_bus *bus));

/* One call of the Manager with a reply that may be NULL. */
int broker_bus_call(sd_bus *bus, const char *method, sd_bus_error *error, sd_bus_message **ret,
		    const char *types, ...);

/* Fails the test unless error has that name and those words; clears it. */
void broker_bus_expect_error(sd_bus_error *error, const char *name, const char *words);

/* Acquires without options; a failure fails the test. */
void broker_bus_acquire(sd_bus *bus, const char *id, struct grant *ret);
void broker_bus_read_grant(sd_bus_message *reply, struct grant *ret);
void broker_bus_drop(struct grant *grant);

/* A property of a device as text, "true" and "false" for booleans; the caller frees it. */
char *broker_bus_device(sd_bus *bus, const char *id, const char *property);

/* Waits up to 10 seconds until a device is in a state, and fails the test when it is not. */
void broker_bus_wait_state(sd_bus *bus, const char *id, const char *state);
