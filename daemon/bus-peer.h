/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "macro.h"

/* What the bus knows of who sent a message. */
struct bus_peer {
	uid_t uid;
	pid_t pid;	/* 0: of another pid namespace */
	int pidfd;	/* -1: no such process any more */
	uint64_t start; /* as in struct process; 0: not known */
	char *unit;	/* its system unit, or NULL */
};

/* The peers that are known for a moment. */
struct bus_peers;

_must_check_ int bus_peers_new(struct bus_peers **ret);
void bus_peers_free(struct bus_peers *peers);
DEFINE_CLEANUP(struct bus_peers *, bus_peers_free)

/* Who sent message, by the bus's word. The caller calls bus_peer_deinit. */
_must_check_ int bus_peers_get(struct bus_peers *peers, sd_bus_message *message,
			       struct bus_peer *ret);
void bus_peer_deinit(struct bus_peer *peer);

/* Only the uid. */
_must_check_ int bus_peer_uid(sd_bus_message *message, uid_t *ret);
