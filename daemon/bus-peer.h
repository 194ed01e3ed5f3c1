/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "macro.h"

/* What the bus knows of who sent a message. */
struct bus_peer {
	uid_t uid;
	pid_t pid;  /* 0: of another pid namespace */
	int pidfd;  /* -1: no such process any more */
	char *unit; /* its system unit, or NULL */
};

/* Who sent message, by the bus's word. The caller calls bus_peer_deinit. */
_must_check_ int bus_peer_init(struct bus_peer *ret, sd_bus_message *message);
void bus_peer_deinit(struct bus_peer *peer);

/* Only the uid. */
_must_check_ int bus_peer_uid(sd_bus_message *message, uid_t *ret);
