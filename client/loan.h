/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "ccw-id.h"
#include "macro.h"
#include "verb.h"

/* A device that programs of our user may open by path: until a process ends, or as long as an fd is open. */
struct loan {
	char id[CCW_ID_STRING_SIZE];
	char *lease;
	char *vfio_path;
	int fd; /* ends the lease when it is closed; -1: a process does */
};

struct loan_wish {
	const char *who;     /* shown in listings; never NULL */
	const char *backend; /* NULL: the broker's default */
	bool force;
	int pidfd_peek; /* of the process whose end is the lease's; -1: none, by fd */
};

/* Asks the broker for a device, by its full id; complains itself. */
_must_check_ enum exit_code loan_acquire(sd_bus *bus, const char *id, const struct loan_wish *wish,
					 struct loan **ret);

/* Closes the fd; the lease of a process goes on. NULL is taken. Returns NULL. */
struct loan *loan_free(struct loan *loan);
DEFINE_CLEANUP(struct loan *, loan_free)

/*
 * Ends the lease and frees the loan; one by fd is back then, and a complaint says when it does not get
 * there.
 */
_must_check_ enum exit_code loan_give_back(sd_bus *bus, struct loan *loan);
