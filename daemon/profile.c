/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what a profile is: what a lease under it gives and how many of them there may be. Knows
 * neither files nor who has a lease.
 */
#include "profile.h"

#include <errno.h>
#include <string.h>

static const char *const grant_names[_PROFILE_GRANT_MAX] = {
	[PROFILE_GRANT_FDS] = "fds",
	[PROFILE_GRANT_PATH] = "path",
};

static const char *const lifetime_names[_PROFILE_LIFETIME_MAX] = {
	[PROFILE_LIFETIME_LEASE_FD] = "lease-fd",
	[PROFILE_LIFETIME_CONNECTION] = "connection",
	[PROFILE_LIFETIME_PIDFD] = "pidfd",
};

int profile_new(const char *name, struct profile **ret)
{
	_cleanup_(profile_freep) struct profile *profile = calloc(1, sizeof(*profile));

	if (!profile)
		return -ENOMEM;
	profile->name = strdup(name);
	profile->description = strdup("");
	if (!profile->name || !profile->description)
		return -ENOMEM;
	memset(profile->commands, 0xff, sizeof(profile->commands));
	profile->restore = true;
	profile->backend = BACKEND_AUTO;
	profile->grants = (1U << _PROFILE_GRANT_MAX) - 1;
	profile->lifetimes = (1U << _PROFILE_LIFETIME_MAX) - 1;
	*ret = TAKE_PTR(profile);
	return 0;
}

void profile_free(struct profile *profile)
{
	if (!profile)
		return;
	device_set_deinit(&profile->devices);
	free(profile->name);
	free(profile->file);
	free(profile->description);
	free(profile);
}

bool profile_name_is_valid(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789-_.");

	return *text && *text != '.' && !text[length] && length <= LIMIT_POLICY_NAME_BYTES;
}

void profile_permit_none(struct profile *profile)
{
	memset(profile->commands, 0, sizeof(profile->commands));
}

void profile_permit(struct profile *profile, uint8_t first, uint8_t last)
{
	unsigned int command;

	for (command = first; command <= last; command++)
		profile->commands[command / 8] |= (uint8_t)(0x80 >> command % 8);
}

bool profile_permits(const struct profile *profile, uint8_t command)
{
	return profile->commands[command / 8] & 0x80 >> command % 8;
}

bool profile_permits_all(const struct profile *profile)
{
	unsigned int command;

	for (command = 0; command < 256; command++)
		if (!profile_permits(profile, (uint8_t)command))
			return false;
	return true;
}

static int name_index(const char *const *names, int n_names, const char *text)
{
	int n;

	for (n = 0; n < n_names; n++)
		if (strcmp(names[n], text) == 0)
			return n;
	return -EINVAL;
}

const char *profile_grant_to_string(enum profile_grant grant)
{
	return grant_names[grant];
}

int profile_grant_from_string(const char *text)
{
	return name_index(grant_names, _PROFILE_GRANT_MAX, text);
}

const char *profile_lifetime_to_string(enum profile_lifetime lifetime)
{
	return lifetime_names[lifetime];
}

int profile_lifetime_from_string(const char *text)
{
	return name_index(lifetime_names, _PROFILE_LIFETIME_MAX, text);
}
