/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the words for rules and profiles. Reads no file and prints nothing.
 */
#include <stdio.h>
#include <string.h>

#include "policy-text.h"

/* A text that grows; each part but the first comes with what separates it. */
struct text {
	FILE *out;
	char *buffer;
	size_t size;
	const char *separator;
};

static int text_open(struct text *text)
{
	*text = (struct text){ .separator = "" };
	text->out = open_memstream(&text->buffer, &text->size);
	return text->out ? 0 : -1;
}

static char *text_close(struct text *text)
{
	if (fclose(text->out) == 0)
		return text->buffer;
	free(text->buffer);
	return NULL;
}

static void part(struct text *text, const char *next_separator)
{
	fputs(text->separator, text->out);
	text->separator = next_separator;
}

static void put_strings(struct text *text, const char *what, char *const *strings, size_t n)
{
	if (!n)
		return;
	part(text, "; ");
	fputs(what, text->out);
	for (size_t i = 0; i < n; i++)
		fprintf(text->out, "%s%s", i ? ", " : " ", strings[i]);
}

static void put_devices(struct text *text, const struct device_set *set)
{
	char first[CCW_ID_STRING_SIZE], last[CCW_ID_STRING_SIZE];

	for (size_t i = 0; i < set->n_ranges; i++) {
		if (i)
			fputs(", ", text->out);
		else
			part(text, "; ");
		ccw_id_format(set->ranges[i].first, first);
		ccw_id_format(set->ranges[i].last, last);
		fprintf(text->out, "%s%s%s", first, strcmp(first, last) ? "-" : "",
			strcmp(first, last) ? last : "");
	}
	put_strings(text, "type", set->types, set->n_types);
}

char *policy_text_matches(const struct policy_rule *rule)
{
	struct text text;

	if (text_open(&text) < 0)
		return NULL;
	put_devices(&text, &rule->devices);
	put_strings(&text, "user", rule->users, rule->n_users);
	put_strings(&text, "group", rule->groups, rule->n_groups);
	put_strings(&text, "unit", rule->units, rule->n_units);
	if (!*text.separator)
		fputs("everything", text.out);
	return text_close(&text);
}

char *policy_text_place(const char *file, unsigned int line)
{
	char *text;
	int n;

	n = file ? asprintf(&text, "%s:%u", file, line) : asprintf(&text, "built in");
	return n < 0 ? NULL : text;
}

static void put_quota(struct text *text, unsigned int quota, const char *of)
{
	if (!quota)
		return;
	part(text, ", ");
	fprintf(text->out, "%u%s", quota, of);
}

char *policy_text_quotas(const struct profile *profile)
{
	struct text text;

	if (text_open(&text) < 0)
		return NULL;
	put_quota(&text, profile->leases, "");
	put_quota(&text, profile->leases_per_user, " a user");
	put_quota(&text, profile->leases_per_group, " a group");
	return text_close(&text);
}

static void put_commands(struct text *text, const struct profile *profile)
{
	const char *separator = "";
	unsigned int first, last;

	if (profile_permits_all(profile)) {
		fputs("all", text->out);
		return;
	}
	for (first = 0; first < 256; first = last + 1) {
		last = first;
		if (!profile_permits(profile, (uint8_t)first))
			continue;
		while (last < 255 && profile_permits(profile, (uint8_t)(last + 1)))
			last++;
		fprintf(text->out, first < last ? "%s%02x-%02x" : "%s%02x", separator, first, last);
		separator = " ";
	}
}

char *policy_text_commands(const struct profile *profile)
{
	struct text text;

	if (text_open(&text) < 0)
		return NULL;
	put_commands(&text, profile);
	return text_close(&text);
}

/* The words of the bits that are set, unless all are. */
static void put_bits(struct text *text, unsigned int bits, int n, const char *what,
		     const char *(*to_string)(int bit))
{
	if (bits == (1U << n) - 1)
		return;
	part(text, "; ");
	fputs(what, text->out);
	for (int bit = 0; bit < n; bit++)
		if (bits & 1U << bit)
			fprintf(text->out, " %s", to_string(bit));
}

static const char *grant_word(int bit)
{
	return profile_grant_to_string((enum profile_grant)bit);
}

static const char *lifetime_word(int bit)
{
	return profile_lifetime_to_string((enum profile_lifetime)bit);
}

static void put_flag(struct text *text, bool is_so, const char *words)
{
	if (!is_so)
		return;
	part(text, "; ");
	fputs(words, text->out);
}

char *policy_text_gives(const struct profile *profile)
{
	struct text text;

	if (text_open(&text) < 0)
		return NULL;
	put_devices(&text, &profile->devices);
	part(&text, "; ");
	fputs(profile_permits_all(profile) ? "every command" : "commands ", text.out);
	if (!profile_permits_all(profile))
		put_commands(&text, profile);
	put_bits(&text, profile->grants, _PROFILE_GRANT_MAX, "by", grant_word);
	put_bits(&text, profile->lifetimes, _PROFILE_LIFETIME_MAX, "as long as", lifetime_word);
	put_flag(&text, profile->reset_before, "reset before");
	put_flag(&text, profile->reset_after, "reset after");
	put_flag(&text, !profile->restore, "stays bound");
	put_flag(&text, profile->backend != BACKEND_AUTO, backend_kind_to_string(profile->backend));
	return text_close(&text);
}

const char *policy_text_action(enum policy_action action)
{
	static const char *const words[] = {
		[POLICY_DENY] = "deny",
		[POLICY_ALLOW] = "allow",
		[POLICY_ASK] = "ask",
	};

	return words[action];
}
