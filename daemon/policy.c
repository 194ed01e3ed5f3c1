/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the decision who may have which device. Pure: no file, no bus, no clock.
 *
 * The policy in prose: rules are asked in order, the main file's first, then the drop-ins' by
 * file name. A rule matches when each of the lists it has matches: devices (an id or a range), types
 * (device type or control unit type), users and groups (by name or number). The first
 * rule that matches decides. When none matches, root may and everybody else may not.
 */
#include "policy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int policy_new(const char *main_file, struct policy **ret)
{
	_cleanup_(policy_freep) struct policy *policy = calloc(1, sizeof(*policy));

	if (!policy)
		return -ENOMEM;
	policy->main_file = strdup(main_file);
	if (!policy->main_file)
		return -ENOMEM;
	*ret = TAKE_PTR(policy);
	return 0;
}

static void strings_free(char **strings, size_t n)
{
	while (n > 0)
		free(strings[--n]);
	free(strings);
}

void policy_free(struct policy *policy)
{
	struct policy_rule *rule;
	size_t n;

	if (!policy)
		return;
	for (n = 0; n < policy->n_rules; n++) {
		rule = &policy->rules[n];
		free(rule->devices);
		strings_free(rule->types, rule->n_types);
		strings_free(rule->users, rule->n_users);
		strings_free(rule->groups, rule->n_groups);
		free(rule->file);
	}
	free(policy->rules);
	free(policy->main_file);
	free(policy);
}

int policy_add_rule(struct policy *policy, struct policy_rule **ret)
{
	struct policy_rule *rules;

	if (policy->n_rules >= LIMIT_POLICY_RULES)
		return -E2BIG;
	rules = reallocarray(policy->rules, policy->n_rules + 1, sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	policy->rules = rules;
	rules[policy->n_rules] = (struct policy_rule){};
	*ret = &rules[policy->n_rules++];
	return 0;
}

static size_t hex_length(const char *text)
{
	size_t n = 0;

	while (isxdigit((unsigned char)text[n]))
		n++;
	return n;
}

bool policy_type_is_valid(const char *text)
{
	if (hex_length(text) != 4)
		return false;
	if (text[4] == '\0' || strcmp(text + 4, "/*") == 0)
		return true;
	return text[4] == '/' && hex_length(text + 5) == 2 && text[7] == '\0';
}

bool policy_type_matches(const char *pattern, const char *value)
{
	bool any_model = pattern[4] == '\0' || pattern[5] == '*';

	if (strncasecmp(pattern, value, 4) != 0 || value[4] != '/')
		return false;
	return any_model || strcasecmp(pattern + 5, value + 5) == 0;
}

static bool devices_match(const struct policy_rule *rule, struct ccw_id id)
{
	size_t n;

	for (n = 0; n < rule->n_devices; n++)
		if (ccw_id_is_in_range(id, rule->devices[n].first, rule->devices[n].last))
			return true;
	return rule->n_devices == 0;
}

static bool types_match(const struct policy_rule *rule, const struct policy_device *device)
{
	size_t n;

	for (n = 0; n < rule->n_types; n++)
		if (policy_type_matches(rule->types[n], device->device_type) ||
		    policy_type_matches(rule->types[n], device->control_unit))
			return true;
	return rule->n_types == 0;
}

/* text is a name, or a number in digits. */
static bool account_matches(const char *text, const char *name, unsigned int number)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%u", number);
	return strcmp(text, digits) == 0 || strcmp(text, name) == 0;
}

static bool users_match(const struct policy_rule *rule, const struct subject *subject)
{
	size_t n;

	for (n = 0; n < rule->n_users; n++)
		if (account_matches(rule->users[n], subject->user, subject->uid))
			return true;
	return rule->n_users == 0;
}

static bool groups_match(const struct policy_rule *rule, const struct subject *subject)
{
	size_t n, m;

	for (n = 0; n < rule->n_groups; n++)
		for (m = 0; m < subject->n_groups; m++)
			if (account_matches(rule->groups[n], subject->groups[m], subject->gids[m]))
				return true;
	return rule->n_groups == 0;
}

bool policy_decide(const struct policy *policy, const struct subject *subject,
		   const struct policy_device *device, struct fault *ret_why)
{
	const struct policy_rule *rule;
	char id[CCW_ID_STRING_SIZE];
	size_t n;

	ccw_id_format(device->id, id);
	for (n = 0; n < policy->n_rules; n++) {
		rule = &policy->rules[n];
		if (!devices_match(rule, device->id) || !types_match(rule, device) ||
		    !users_match(rule, subject) || !groups_match(rule, subject))
			continue;
		if (rule->action == POLICY_ALLOW)
			return true;
		(void)fault_set(ret_why, FAULT_ACCESS_DENIED,
				"%s (uid %u) may not have %s: the rule at %s:%u denies it",
				subject->user, (unsigned int)subject->uid, id, rule->file,
				rule->line);
		return false;
	}
	if (subject->uid == 0)
		return true;
	(void)fault_set(ret_why, FAULT_ACCESS_DENIED,
			"%s (uid %u) may not have %s: no rule allows it; an administrator can add "
			"{\"action\": \"allow\", \"devices\": [\"%s\"], \"users\": [\"%s\"]} to %s",
			subject->user, (unsigned int)subject->uid, id, id, subject->user,
			policy->main_file);
	return false;
}
