/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what may stand in a profile of a policy file. What is left out is as in the profile "full".
 */
#include "profile-parse.h"

#include <errno.h>
#include <string.h>

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Two digits at text. */
static int command_at(const char *text)
{
	int high = hex_digit(text[0]);
	int low = high < 0 ? -1 : hex_digit(text[1]);

	return low < 0 ? -1 : high * 16 + low;
}

static int add_commands(const struct place *place, const char *key, const char *text,
			void *userdata)
{
	int first = command_at(text), last = first;

	if (first >= 0 && text[2] == '-')
		last = command_at(text + 3);
	if (first < 0 || last < first || text[text[2] == '-' ? 5 : 2] != '\0')
		return place_faultf(place, key, "has the entry %s, which is not like 02 or 80-8f",
				    text);
	profile_permit(userdata, (uint8_t)first, (uint8_t)last);
	return 0;
}

static int add_grant(const struct place *place, const char *key, const char *text, void *userdata)
{
	int grant = profile_grant_from_string(text);

	if (grant < 0)
		return place_fault(place, key, "can have \"fds\" and \"path\" in it");
	*(unsigned int *)userdata |= 1U << grant;
	return 0;
}

static int add_lifetime(const struct place *place, const char *key, const char *text,
			void *userdata)
{
	int lifetime = profile_lifetime_from_string(text);

	if (lifetime < 0)
		return place_fault(place, key,
				   "can have \"lease-fd\", \"connection\" and \"pidfd\" in it");
	*(unsigned int *)userdata |= 1U << lifetime;
	return 0;
}

static int parse_description(const struct place *place, const char *key, struct json_object *value,
			     struct profile *profile)
{
	const char *text;
	int r;

	r = place_read_text(place, key, value, LIMIT_DESCRIPTION_BYTES, &text);
	if (r < 0)
		return r;
	free(profile->description);
	profile->description = strdup(text);
	return profile->description ? 0 : -ENOMEM;
}

static int parse_commands(const struct place *place, const char *key, struct json_object *value,
			  struct profile *profile)
{
	profile_permit_none(profile);
	return place_for_each(place, key, value, add_commands, profile);
}

static int parse_backend(const struct place *place, const char *key, struct json_object *value,
			 struct profile *profile)
{
	const char *text;
	int r;

	r = place_read_text(place, key, value, LIMIT_POLICY_NAME_BYTES, &text);
	if (r < 0)
		return r;
	r = backend_kind_from_string(text);
	if (r < 0)
		return place_fault(place, key, "can be \"ccwbroker\", \"vfio_ccw\" or \"auto\"");
	profile->backend = (enum backend_kind)r;
	return 0;
}

static int parse_grants(const struct place *place, const char *key, struct json_object *value,
			struct profile *profile)
{
	profile->grants = 0;
	return place_for_each(place, key, value, add_grant, &profile->grants);
}

static int parse_lifetimes(const struct place *place, const char *key, struct json_object *value,
			   struct profile *profile)
{
	profile->lifetimes = 0;
	return place_for_each(place, key, value, add_lifetime, &profile->lifetimes);
}

static int parse_set(const struct place *place, const char *key, struct json_object *value,
		     struct profile *profile)
{
	if (strcmp(key, "types") == 0)
		return place_read_types(place, value, &profile->devices);
	return place_read_ranges(place, value, &profile->devices);
}

static int parse_flag(const struct place *place, const char *key, struct json_object *value,
		      struct profile *profile)
{
	if (strcmp(key, "restore") == 0)
		return place_read_flag(place, key, value, &profile->restore);
	if (strcmp(key, "reset-before") == 0)
		return place_read_flag(place, key, value, &profile->reset_before);
	return place_read_flag(place, key, value, &profile->reset_after);
}

static int parse_quota(const struct place *place, const char *key, struct json_object *value,
		       struct profile *profile)
{
	if (strcmp(key, "leases") == 0)
		return place_read_number(place, key, value, LIMIT_LEASES, &profile->leases);
	if (strcmp(key, "leases-per-user") == 0)
		return place_read_number(place, key, value, LIMIT_LEASES,
					 &profile->leases_per_user);
	return place_read_number(place, key, value, LIMIT_LEASES, &profile->leases_per_group);
}

static const struct {
	const char *key;
	int (*parse)(const struct place *place, const char *key, struct json_object *value,
		     struct profile *profile);
} members[] = {
	{ "description", parse_description },
	{ "devices", parse_set },
	{ "types", parse_set },
	{ "commands", parse_commands },
	{ "reset-before", parse_flag },
	{ "reset-after", parse_flag },
	{ "restore", parse_flag },
	{ "backend", parse_backend },
	{ "grants", parse_grants },
	{ "lifetimes", parse_lifetimes },
	{ "leases", parse_quota },
	{ "leases-per-user", parse_quota },
	{ "leases-per-group", parse_quota },
};

static int parse_member(const struct place *place, const char *key, struct json_object *value,
			struct profile *profile)
{
	char known[256] = "";
	size_t length = 0, n;

	for (n = 0; n < ARRAY_SIZE(members); n++)
		if (strcmp(members[n].key, key) == 0)
			return members[n].parse(place, key, value, profile);
	for (n = 0; n < ARRAY_SIZE(members) && length < sizeof(known); n++)
		length += (size_t)snprintf(known + length, sizeof(known) - length, "%s\"%s\"",
					   n ? ", " : "", members[n].key);
	return place_faultf(place, key, "unknown key; a profile has %s", known);
}

/* What its backend cannot do would be refused whenever somebody asks for a device. */
static int check_backend(const struct place *place, const struct profile *profile)
{
	struct fault fault = {};
	int r = 0;

	if (!profile_permits_all(profile))
		r = backend_check(profile->backend, BACKEND_MASK, &fault);
	if (r >= 0 && (profile->reset_before || profile->reset_after))
		r = backend_check(profile->backend, BACKEND_RESET, &fault);
	if (r >= 0 && !profile->restore)
		r = backend_check(profile->backend, BACKEND_STAY, &fault);
	return r < 0 ? place_faultf(place, "backend", "%s", fault.text) : 0;
}

int profile_parse(const struct place *place, const char *name, struct json_object *object,
		  struct profile **ret)
{
	_cleanup_(profile_freep) struct profile *profile = NULL;
	int r;

	if (!profile_name_is_valid(name))
		return place_faultf(place, NULL,
				    "\"%.*s\" cannot be a profile's name: letters, digits, '-', "
				    "'_' and '.', at most %d, not '.' first",
				    LIMIT_POLICY_NAME_BYTES, name, LIMIT_POLICY_NAME_BYTES);
	if (strcmp(name, PROFILE_FULL) == 0)
		return place_fault(place, NULL, "the profile \"" PROFILE_FULL "\" is built in");
	if (!json_object_is_type(object, json_type_object))
		return place_fault(place, "profiles", "must be an object of objects");
	r = profile_new(name, &profile);
	if (r < 0)
		return r;
	profile->line = place_line(place);
	profile->file = strdup(place->file);
	if (!profile->file)
		return -ENOMEM;
	json_object_object_foreach(object, key, value) {
		r = parse_member(place, key, value, profile);
		if (r < 0)
			return r;
	}
	r = check_backend(place, profile);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(profile);
	return 0;
}
