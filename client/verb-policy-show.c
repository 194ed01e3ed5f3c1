/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl policy show`: the rules of all files in the order in which they are asked, and the
 * profiles that they give.
 */
#include <errno.h>
#include <stdio.h>

#include "call.h"
#include "policy-json.h"
#include "policy-source.h"
#include "policy-text.h"
#include "show.h"

static const char *const rule_headings[] = { "RULE", "ACTION", "PROFILE", "AT", "MATCHES", NULL };
static const char *const profile_headings[] = { "PROFILE", "LEASES", "AT", "GIVES", NULL };

/* A cell that may have failed to be made. */
static int add(struct show_table *table, const char *text)
{
	return text ? show_table_add(table, text) : -ENOMEM;
}

static int add_rule(struct show_table *table, const struct policy_rule *rule, size_t number)
{
	_cleanup_free_ char *matches = policy_text_matches(rule);
	_cleanup_free_ char *place = policy_text_place(rule->file, rule->line);
	char digits[24];
	int r;

	snprintf(digits, sizeof(digits), "%zu", number);
	r = add(table, digits);
	if (r >= 0)
		r = add(table, policy_text_action(rule->action));
	if (r >= 0)
		r = add(table, rule->action == POLICY_DENY ? "" : rule->profile->name);
	if (r >= 0)
		r = add(table, place);
	return r < 0 ? r : add(table, matches);
}

static int add_profile(struct show_table *table, const struct profile *profile)
{
	_cleanup_free_ char *quotas = policy_text_quotas(profile);
	_cleanup_free_ char *place = policy_text_place(profile->file, profile->line);
	_cleanup_free_ char *gives = policy_text_gives(profile);
	int r;

	r = add(table, profile->name);
	if (r >= 0)
		r = add(table, quotas);
	if (r >= 0)
		r = add(table, place);
	return r < 0 ? r : add(table, gives);
}

static int print_rules(const struct policy *policy, bool no_legend)
{
	_cleanup_(show_table_freep) struct show_table *table = NULL;
	int r;

	r = show_table_new(rule_headings, &table);
	for (size_t i = 0; r >= 0 && i < policy->n_rules; i++)
		r = add_rule(table, &policy->rules[i], i + 1);
	if (r >= 0)
		show_table_print(table, stdout, no_legend);
	return r;
}

static int print_profiles(const struct policy *policy, bool no_legend)
{
	_cleanup_(show_table_freep) struct show_table *table = NULL;
	int r;

	r = show_table_new(profile_headings, &table);
	for (size_t i = 0; r >= 0 && i < policy->n_profiles; i++)
		r = add_profile(table, policy->profiles[i]);
	if (r >= 0)
		show_table_print(table, stdout, no_legend);
	return r;
}

static int print_policy(const struct policy *policy, bool no_legend)
{
	int r;

	if (!policy->n_rules)
		puts("there is no rule: only root may have devices");
	r = print_rules(policy, no_legend);
	putchar('\n');
	return r < 0 ? r : print_profiles(policy, no_legend);
}

enum exit_code verb_policy_show(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(policy_freep) struct policy *policy = NULL;
	enum exit_code code;

	code = policy_source_load(arguments->words, arguments->n_words, &policy);
	if (code)
		return code;
	if (options->json)
		return show_json(stdout, policy_json(policy), options->json);
	if (print_policy(policy, options->no_legend) < 0) {
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	return EXIT_CODE_OK;
}
