/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "ccw-id.h"
#include "macro.h"
#include "verb.h"

/* In the order in which `run` hands them out */
enum grant_fd {
	GRANT_FD_CONTAINER,
	GRANT_FD_GROUP,
	GRANT_FD_IOMMUFD, /* this, or the two above */
	GRANT_FD_DEVICE,
	GRANT_FD_LEASE,
	_GRANT_FD_MAX,
};

/* One device that is ours: the fds belong to the grant. */
struct grant {
	char id[CCW_ID_STRING_SIZE];
	char *lease;
	char *device_type;
	char *warning;		/* NULL for none */
	int fds[_GRANT_FD_MAX]; /* -1: not given */
};

const char *grant_fd_to_string(enum grant_fd fd);

/* The words of AcquireDevice's options; NULL for the broker's default. */
struct grant_wish {
	const char *who; /* shown in listings; never NULL */
	const char *iommu;
	const char *backend;
	bool force;   /* also what the host uses, if we may */
	bool by_path; /* no fd but the lease's: our user may open the node instead */
};

/* Asks the broker for a device; complains itself. id is a full id. */
_must_check_ enum exit_code grant_acquire(sd_bus *bus, const char *id,
					  const struct grant_wish *wish, struct grant **ret);

/* Closes the fds, which ends the lease when no copy is elsewhere. NULL is taken. Returns NULL. */
struct grant *grant_free(struct grant *grant);
DEFINE_CLEANUP(struct grant *, grant_free)

/*
 * Frees the grant and returns when the device is back where it was, so that the next command finds
 * it there. Complains when it could not be given back.
 */
_must_check_ enum exit_code grant_give_back(sd_bus *bus, struct grant *grant);
