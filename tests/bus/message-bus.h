/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "scratch.h"

struct message_bus {
	char *address;
	pid_t pid;
};

/*
 * Open to everybody, or with the policy of a system's bus and dbus/org.ccwbroker1.conf (dbus-daemon and
 * root only). work is where its configuration goes.
 */
void message_bus_start(struct message_bus *bus, const struct scratch *work, bool has_system_policy);
void message_bus_stop(struct message_bus *bus);
