/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>
#include <systemd/sd-bus.h>

#include "macro.h"
#include "verb.h"

/* How many kinds of fds a lease may have, in the order in which `run` hands them out */
#define GRANT_FDS (CCWB_LEASE_FD_LEASE + 1)

/* "container" and so on */
const char *grant_fd_to_string(enum ccwb_lease_fd fd);

/* Talks to the broker over a bus that is open, or with NULL over one of its own; complains itself. */
_must_check_ enum exit_code grant_connect(sd_bus *bus, struct ccwb_connection **ret);

/*
 * Asks the broker for a device with what the command line says, patiently; complains itself. id is a full id; who is
 * shown in listings where the command line has no --who.
 */
_must_check_ enum exit_code grant_acquire(struct ccwb_connection *connection, const char *id,
					  const struct options *options, const char *who,
					  struct ccwb_lease **ret);

/* With --force: whether the user at the terminal means it. */
_must_check_ enum exit_code grant_confirm(const struct options *options, const char *id,
					  unsigned int n);

/*
 * Frees the lease and returns when the device is back where it was, so that the next command finds
 * it there. Complains when it could not be given back.
 */
_must_check_ enum exit_code grant_give_back(struct ccwb_lease *lease);
