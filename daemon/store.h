/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "lease.h"
#include "macro.h"

/*
 * What of a lease must outlive the daemon: one file a device, "0.0.0580.json", in a directory only
 * root can look into. A file has always LIMIT_LEASE_FILE_BYTES - 1 bytes, so that what is saved anew goes
 * where the old was, in place. The format is private and may change with any version.
 */
struct store;

/* Called with a lease as it was saved, which it takes over. */
typedef void (*store_each_t)(struct lease *lease_take, void *userdata);

/* Called with the name of a file that is no saved lease, and why. */
typedef void (*store_bad_t)(const char *file, const char *why, void *userdata);

/* Makes directory/leases if it must. The caller owns *ret. */
_must_check_ int store_new(const char *directory, struct store **ret);
void store_free(struct store *store);
DEFINE_CLEANUP(struct store *, store_free)

/* Where the files are, and with them the references of leases. */
int store_fd_peek(const struct store *store);

_must_check_ int store_save(struct store *store, const struct lease *lease);

/* Whether the device's file is one of a newer version, which must not be written over. */
bool store_is_newer(struct store *store, struct ccw_id device);

void store_remove(struct store *store, struct ccw_id device);
_must_check_ int store_load(struct store *store, store_each_t each, store_bad_t bad,
			    void *userdata);
