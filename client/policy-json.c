/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the JSON of a policy as it was read: what a list that is not given would match is null.
 */
#include <string.h>

#include "policy-json.h"
#include "policy-text.h"

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	add(object, key, text && *text ? json_object_new_string(text) : NULL);
}

static struct json_object *strings(char *const *list, size_t n)
{
	struct json_object *array = n ? json_object_new_array() : NULL;

	for (size_t i = 0; array && i < n; i++)
		json_object_array_add(array, json_object_new_string(list[i]));
	return array;
}

static struct json_object *ranges(const struct device_set *set)
{
	struct json_object *array = set->n_ranges ? json_object_new_array() : NULL;
	char first[CCW_ID_STRING_SIZE], last[CCW_ID_STRING_SIZE], text[2 * CCW_ID_STRING_SIZE];

	for (size_t i = 0; array && i < set->n_ranges; i++) {
		ccw_id_format(set->ranges[i].first, first);
		ccw_id_format(set->ranges[i].last, last);
		snprintf(text, sizeof(text), "%s-%s", first, last);
		json_object_array_add(array,
				      json_object_new_string(strcmp(first, last) ? text : first));
	}
	return array;
}

struct json_object *policy_json_place(const char *file, unsigned int line)
{
	_cleanup_free_ char *text = file ? policy_text_place(file, line) : NULL;

	return text ? json_object_new_string(text) : NULL;
}

static struct json_object *rule_object(const struct policy_rule *rule, size_t number)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	add(object, "number", json_object_new_int64((int64_t)number));
	add_text(object, "action", policy_text_action(rule->action));
	add(object, "devices", ranges(&rule->devices));
	add(object, "types", strings(rule->devices.types, rule->devices.n_types));
	add(object, "users", strings(rule->users, rule->n_users));
	add(object, "groups", strings(rule->groups, rule->n_groups));
	add(object, "units", strings(rule->units, rule->n_units));
	add_text(object, "profile", rule->action == POLICY_DENY ? NULL : rule->profile->name);
	add(object, "place", policy_json_place(rule->file, rule->line));
	return object;
}

static struct json_object *words(unsigned int bits, int n, const char *(*to_string)(int bit))
{
	struct json_object *array = json_object_new_array();

	for (int bit = 0; array && bit < n; bit++)
		if (bits & 1U << bit)
			json_object_array_add(array, json_object_new_string(to_string(bit)));
	return array;
}

static const char *grant_word(int bit)
{
	return profile_grant_to_string((enum profile_grant)bit);
}

static const char *lifetime_word(int bit)
{
	return profile_lifetime_to_string((enum profile_lifetime)bit);
}

static void add_quota(struct json_object *object, const char *key, unsigned int quota)
{
	add(object, key, quota ? json_object_new_int64(quota) : NULL);
}

static struct json_object *profile_object(const struct profile *profile)
{
	_cleanup_free_ char *commands = policy_text_commands(profile);
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	add_text(object, "name", profile->name);
	add_text(object, "description", profile->description);
	add(object, "devices", ranges(&profile->devices));
	add(object, "types", strings(profile->devices.types, profile->devices.n_types));
	add_text(object, "commands", commands);
	add(object, "reset_before", json_object_new_boolean(profile->reset_before));
	add(object, "reset_after", json_object_new_boolean(profile->reset_after));
	add(object, "restore", json_object_new_boolean(profile->restore));
	add_text(object, "backend", backend_kind_to_string(profile->backend));
	add(object, "grants", words(profile->grants, _PROFILE_GRANT_MAX, grant_word));
	add(object, "lifetimes", words(profile->lifetimes, _PROFILE_LIFETIME_MAX, lifetime_word));
	add_quota(object, "leases", profile->leases);
	add_quota(object, "leases_per_user", profile->leases_per_user);
	add_quota(object, "leases_per_group", profile->leases_per_group);
	add(object, "place", policy_json_place(profile->file, profile->line));
	return object;
}

struct json_object *policy_json(const struct policy *policy)
{
	struct json_object *object = json_object_new_object(), *rules = json_object_new_array(),
			   *profiles = json_object_new_array();

	if (!object || !rules || !profiles) {
		json_object_put(object);
		json_object_put(rules);
		json_object_put(profiles);
		return NULL;
	}
	for (size_t i = 0; i < policy->n_rules; i++)
		json_object_array_add(rules, rule_object(&policy->rules[i], i + 1));
	for (size_t i = 0; i < policy->n_profiles; i++)
		json_object_array_add(profiles, profile_object(policy->profiles[i]));
	add(object, "rules", rules);
	add(object, "profiles", profiles);
	return object;
}
