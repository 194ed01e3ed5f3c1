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

/*
 * The peers that are known for a moment, and those that the bus is asked for. The event loop goes on
 * meanwhile.
 */
struct bus_peers;
struct bus_peer_wait;

/* peer is NULL when the bus has no answer, and error says why. The wait is over, and must not be freed. */
typedef void (*bus_peer_done_t)(const struct bus_peer *peer, int error, void *userdata);

_must_check_ int bus_peers_new(sd_bus *bus, struct bus_peers **ret);
void bus_peers_free(struct bus_peers *peers);
DEFINE_CLEANUP(struct bus_peers *, bus_peers_free)

/* Who sent message, by the bus's word. 1: *ret, for bus_peer_deinit. 0: it is to be asked. */
_must_check_ int bus_peers_get(struct bus_peers *peers, sd_bus_message *message,
			       struct bus_peer *ret);

/*
 * Asks the bus, once for all who wait for the same one. done is called later, and never from in here.
 * The caller frees *ret when it wants to know no more.
 */
_must_check_ int bus_peers_ask(struct bus_peers *peers, sd_bus_message *message,
			       bus_peer_done_t done, void *userdata, struct bus_peer_wait **ret);
void bus_peer_wait_free(struct bus_peer_wait *wait);

_must_check_ int bus_peer_copy(const struct bus_peer *peer, struct bus_peer *ret);
void bus_peer_deinit(struct bus_peer *peer);
