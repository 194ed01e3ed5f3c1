/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the decision who may have which device, and as what. Pure: no file, no bus, no clock.
 *
 * The policy in prose: rules are asked in order, the main file's first, then the drop-ins' by
 * file name. A rule matches when each of the lists it has matches: devices (an id or a range), types
 * (device type or control unit type), users and groups (by name or number), units. The first
 * rule that matches decides. When none matches, root may and everybody else may not. Where a rule
 * says ask, root need not. Its profile says what a lease gives; for a device that is none of the
 * profile's, the rule that allows denies.
 */
#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int policy_new(const char *main_file, struct policy **ret)
{
	_cleanup_(policy_freep) struct policy *policy = calloc(1, sizeof(*policy));
	struct profile *full;
	int r;

	if (!policy)
		return -ENOMEM;
	policy->main_file = strdup(main_file);
	if (!policy->main_file)
		return -ENOMEM;
	r = profile_new(PROFILE_FULL, &full);
	if (r < 0)
		return r;
	r = policy_add_profile(policy, full);
	if (r < 0)
		return r;
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
		device_set_deinit(&rule->devices);
		strings_free(rule->users, rule->n_users);
		strings_free(rule->groups, rule->n_groups);
		strings_free(rule->units, rule->n_units);
		free(rule->profile_name);
		free(rule->file);
	}
	for (n = 0; n < policy->n_profiles; n++)
		profile_free(policy->profiles[n]);
	free(policy->rules);
	free(policy->profiles);
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

const struct profile *policy_find_profile(const struct policy *policy, const char *name)
{
	size_t n;

	for (n = 0; n < policy->n_profiles; n++)
		if (strcmp(policy->profiles[n]->name, name) == 0)
			return policy->profiles[n];
	return NULL;
}

int policy_add_profile(struct policy *policy, struct profile *profile_take)
{
	_cleanup_(profile_freep) struct profile *profile = profile_take;
	struct profile **profiles;

	if (policy_find_profile(policy, profile->name))
		return -EEXIST;
	if (policy->n_profiles >= LIMIT_PROFILES)
		return -E2BIG;
	profiles = reallocarray(policy->profiles, policy->n_profiles + 1, sizeof(*profiles));
	if (!profiles)
		return -ENOMEM;
	policy->profiles = profiles;
	profiles[policy->n_profiles++] = TAKE_PTR(profile);
	return 0;
}

static int link_rule(const struct policy *policy, struct policy_rule *rule, struct fault *fault)
{
	rule->profile = policy_find_profile(policy, rule->profile_name ?: PROFILE_FULL);
	if (!rule->profile)
		return fault_set(fault, FAULT_POLICY_INVALID,
				 "%s:%u: \"profile\": there is no profile %s; one is written in a "
				 "file's \"profiles\"",
				 rule->file, rule->line, rule->profile_name);
	if (rule->profile->leases_per_group && !rule->n_groups)
		return fault_set(fault, FAULT_POLICY_INVALID,
				 "%s:%u: \"profile\": %s has \"leases-per-group\", and the rule "
				 "has no \"groups\" of which it could count the leases",
				 rule->file, rule->line, rule->profile_name);
	return 0;
}

int policy_link(struct policy *policy, struct fault *fault)
{
	size_t n;
	int r = 0;

	for (n = 0; n < policy->n_rules && r >= 0; n++)
		r = link_rule(policy, &policy->rules[n], fault);
	return r;
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

/*
 * By the whole name. A caller whose unit is not sure is in none that may have something. But it may have
 * seen to that, and is in each that must not, or not without being asked about.
 */
static bool units_match(const struct policy_rule *rule, const struct subject *subject)
{
	size_t n;

	if (!subject->unit && rule->action != POLICY_ALLOW)
		return true;
	for (n = 0; subject->unit && n < rule->n_units; n++)
		if (strcmp(rule->units[n], subject->unit) == 0)
			return true;
	return rule->n_units == 0;
}

/* The first of the rule's groups that the subject is in. */
static bool groups_match(const struct policy_rule *rule, const struct subject *subject,
			 struct policy_verdict *verdict)
{
	size_t n, m;

	verdict->has_group = false;
	for (n = 0; n < rule->n_groups; n++) {
		for (m = 0; m < subject->n_groups; m++) {
			if (!account_matches(rule->groups[n], subject->groups[m], subject->gids[m]))
				continue;
			verdict->has_group = true;
			verdict->gid = subject->gids[m];
			return true;
		}
	}
	return rule->n_groups == 0;
}

/* What is asked, as the start of every explanation. */
struct question {
	const struct subject *subject;
	const struct device_traits *device;
	char who[LIMIT_USER_BYTES + 32];
	char id[CCW_ID_STRING_SIZE];
};

static void question_init(struct question *question, const struct subject *subject,
			  const struct device_traits *device)
{
	question->subject = subject;
	question->device = device;
	snprintf(question->who, sizeof(question->who), "%s (uid %u)", subject->user,
		 (unsigned int)subject->uid);
	ccw_id_format(device->id, question->id);
}

static void decide_by_rule(const struct question *question, struct policy_verdict *ret)
{
	const struct policy_rule *rule = ret->rule;
	const struct profile *profile = ret->profile;

	ret->action = rule->action;
	if (rule->action == POLICY_DENY) {
		(void)fault_set(&ret->why, FAULT_ACCESS_DENIED,
				"%s may not have %s: the rule at %s:%u denies it", question->who,
				question->id, rule->file, rule->line);
	} else if (!device_set_holds(&profile->devices, question->device)) {
		ret->action = POLICY_DENY;
		(void)fault_set(&ret->why, FAULT_ACCESS_DENIED,
				"%s may not have %s: the rule at %s:%u gives it as %s, which is "
				"not for a device of its id and type %s, see %s:%u",
				question->who, question->id, rule->file, rule->line, profile->name,
				question->device->device_type, profile->file, profile->line);
	} else if (rule->action == POLICY_ASK && question->subject->uid != 0) {
		(void)fault_set(&ret->why, FAULT_ACCESS_DENIED,
				"%s may have %s only when polkit agrees, as the rule at %s:%u says",
				question->who, question->id, rule->file, rule->line);
	} else {
		ret->action = POLICY_ALLOW;
		(void)fault_set(&ret->why, FAULT_NONE, "the rule at %s:%u allows it as %s",
				rule->file, rule->line, profile->name);
	}
}

static void decide_without_rule(const struct policy *policy, const struct question *question,
				struct policy_verdict *ret)
{
	if (question->subject->uid == 0) {
		ret->action = POLICY_ALLOW;
		(void)fault_set(&ret->why, FAULT_NONE, "root may, as no rule is about it");
		return;
	}
	ret->action = POLICY_DENY;
	(void)fault_set(&ret->why, FAULT_ACCESS_DENIED,
			"%s may not have %s: no rule allows it; an administrator can add "
			"{\"action\": \"allow\", \"devices\": [\"%s\"], \"users\": [\"%s\"]} to %s",
			question->who, question->id, question->id, question->subject->user,
			policy->main_file);
}

void policy_decide(const struct policy *policy, const struct subject *subject,
		   const struct device_traits *device, struct policy_verdict *ret)
{
	const struct policy_rule *rule;
	struct question question;
	size_t n;

	*ret = (struct policy_verdict){ .profile = policy->profiles[0] };
	question_init(&question, subject, device);
	for (n = 0; n < policy->n_rules; n++) {
		rule = &policy->rules[n];
		if (!device_set_holds(&rule->devices, device) || !users_match(rule, subject) ||
		    !units_match(rule, subject) || !groups_match(rule, subject, ret))
			continue;
		ret->rule = rule;
		ret->profile = rule->profile;
		decide_by_rule(&question, ret);
		return;
	}
	decide_without_rule(policy, &question, ret);
}
