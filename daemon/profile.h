/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend.h"
#include "device-set.h"
#include "limits.h"
#include "macro.h"

#define PROFILE_FULL	      "full" /* built in: everything, and back to the driver at the end */
#define PROFILE_COMMANDS_SIZE 32     /* one bit a channel command, that of 00 first */

/* How a client may get at its device. */
enum profile_grant {
	PROFILE_GRANT_FDS,
	PROFILE_GRANT_PATH,
	_PROFILE_GRANT_MAX,
};

/* What may keep a lease alive. */
enum profile_lifetime {
	PROFILE_LIFETIME_LEASE_FD,
	PROFILE_LIFETIME_CONNECTION,
	PROFILE_LIFETIME_PIDFD,
	_PROFILE_LIFETIME_MAX,
};

/* What a lease gives, for which devices, and how many leases at once. */
struct profile {
	char *name;
	char *file; /* where it stands, for explanations; NULL for the built-in one */
	unsigned int line;
	char *description; /* "" when there is none */
	struct device_set devices;
	uint8_t commands[PROFILE_COMMANDS_SIZE];
	bool reset_before;
	bool reset_after;
	bool restore;		   /* at its end the device goes back to its driver */
	enum backend_kind backend; /* BACKEND_AUTO: what is asked for, or is there */
	unsigned int grants;	   /* bits 1 << enum profile_grant */
	unsigned int lifetimes;	   /* bits 1 << enum profile_lifetime */
	unsigned int leases;	   /* at once; 0: as many as there may be in all */
	unsigned int leases_per_user;
	unsigned int leases_per_group; /* of those had by one entry of a rule's groups */
};

/* Gives everything, as PROFILE_FULL does. The caller owns *ret. */
_must_check_ int profile_new(const char *name, struct profile **ret);
void profile_free(struct profile *profile);
DEFINE_CLEANUP(struct profile *, profile_free)

/* Whether text can name a profile: letters, digits, '-', '_' and '.', at most 64, no dot first. */
bool profile_name_is_valid(const char *text);

/* Takes all commands away; gives those from first to last. */
void profile_permit_none(struct profile *profile);
void profile_permit(struct profile *profile, uint8_t first, uint8_t last);
bool profile_permits(const struct profile *profile, uint8_t command);
bool profile_permits_all(const struct profile *profile);

/* "fds" and "path"; "lease-fd", "connection" and "pidfd". The other way: -EINVAL. */
const char *profile_grant_to_string(enum profile_grant grant);
_must_check_ int profile_grant_from_string(const char *text);
const char *profile_lifetime_to_string(enum profile_lifetime lifetime);
_must_check_ int profile_lifetime_from_string(const char *text);
