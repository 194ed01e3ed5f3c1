/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the policy files: where they are, what may stand in them, and what is wrong with one that
 * is refused. Decides nothing about devices and people.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "io.h"
#include "json.h"
#include "text.h"

/* Where in which file we are, for messages. */
struct place {
	const char *file;
	const char *text;
	size_t rule;
	struct fault *fault;
};

struct file_list {
	size_t n;
	char *names[LIMIT_POLICY_FILES];
	const char *directories[LIMIT_POLICY_FILES];
};

static int place_fault(const struct place *place, const char *key, const char *what)
{
	unsigned int line = json_line(place->text, "rules", place->rule, key);

	if (key)
		return fault_set(place->fault, FAULT_POLICY_INVALID, "%s:%u: \"%.*s\": %s",
				 place->file, line, LIMIT_POLICY_NAME_BYTES, key, what);
	return fault_set(place->fault, FAULT_POLICY_INVALID, "%s:%u: %s", place->file, line, what);
}

/* One entry of a list as a string within limits. */
static int list_entry(const struct place *place, const char *key, struct json_object *list,
		      size_t index, const char **ret)
{
	struct json_object *entry = json_object_array_get_idx(list, index);
	const char *text;

	if (!json_object_is_type(entry, json_type_string))
		return place_fault(place, key, "must be a list of strings");
	text = json_object_get_string(entry);
	if (*text == '\0')
		return place_fault(place, key, "has an empty string in it");
	if (json_object_get_string_len(entry) > LIMIT_POLICY_NAME_BYTES)
		return place_fault(place, key, "has a string of more than 64 bytes in it");
	if (strlen(text) != (size_t)json_object_get_string_len(entry) || !text_is_printable(text))
		return place_fault(place, key, "has a string with control characters in it");
	*ret = text;
	return 0;
}

static int list_check(const struct place *place, const char *key, struct json_object *list,
		      size_t *ret_n)
{
	size_t n;

	if (!json_object_is_type(list, json_type_array))
		return place_fault(place, key, "must be a list of strings");
	n = json_object_array_length(list);
	if (n == 0)
		return place_fault(place, key,
				   "is empty and would never match; leave it out to match all");
	if (n > LIMIT_POLICY_LIST)
		return place_fault(place, key, "has more than 256 entries");
	*ret_n = n;
	return 0;
}

static int parse_strings(const struct place *place, const char *key, struct json_object *list,
			 char ***ret, size_t *ret_n)
{
	const char *text;
	size_t total, n;
	int r;

	r = list_check(place, key, list, &total);
	if (r < 0)
		return r;
	*ret = calloc(total, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	for (n = 0; n < total; n++) {
		r = list_entry(place, key, list, n, &text);
		if (r < 0)
			return r;
		if (strcmp(key, "types") == 0 && !policy_type_is_valid(text))
			return place_fault(place, key,
					   "has an entry that is not like 3490, 3490/50 or 3490/*");
		(*ret)[n] = strdup(text);
		if (!(*ret)[n])
			return -ENOMEM;
		*ret_n = n + 1;
	}
	return 0;
}

static int parse_devices(const struct place *place, struct json_object *list,
			 struct policy_rule *rule)
{
	struct policy_range *range;
	const char *text;
	size_t total, n;
	int r;

	r = list_check(place, "devices", list, &total);
	if (r < 0)
		return r;
	rule->devices = calloc(total, sizeof(*rule->devices));
	if (!rule->devices)
		return -ENOMEM;
	for (n = 0; n < total; n++) {
		r = list_entry(place, "devices", list, n, &text);
		if (r < 0)
			return r;
		range = &rule->devices[n];
		if (ccw_id_parse_range(text, &range->first, &range->last) < 0)
			return place_fault(
				place, "devices",
				"has an entry that is not like 0.0.0580 or 0.0.0100-0.0.01ff");
		rule->n_devices = n + 1;
	}
	return 0;
}

static int parse_action(const struct place *place, struct json_object *rule_object,
			struct policy_rule *rule)
{
	const char *action;
	int r;

	r = json_get_string(rule_object, "action", &action);
	if (r == -ENODATA)
		return place_fault(place, NULL, "rule without \"action\"");
	if (r >= 0 && strcmp(action, "allow") == 0)
		rule->action = POLICY_ALLOW;
	else if (r >= 0 && strcmp(action, "deny") == 0)
		rule->action = POLICY_DENY;
	else
		return place_fault(place, "action", "must be \"allow\" or \"deny\"");
	return 0;
}

static int parse_member(const struct place *place, const char *key, struct json_object *value,
			struct policy_rule *rule)
{
	if (strcmp(key, "action") == 0)
		return 0; /* parse_action reads it */
	if (strcmp(key, "devices") == 0)
		return parse_devices(place, value, rule);
	if (strcmp(key, "types") == 0)
		return parse_strings(place, key, value, &rule->types, &rule->n_types);
	if (strcmp(key, "users") == 0)
		return parse_strings(place, key, value, &rule->users, &rule->n_users);
	if (strcmp(key, "groups") == 0)
		return parse_strings(place, key, value, &rule->groups, &rule->n_groups);
	return place_fault(
		place, key,
		"unknown key; a rule has \"action\", \"devices\", \"types\", \"users\", \"groups\"");
}

static int parse_rule(const struct place *place, struct json_object *object, struct policy *policy)
{
	struct policy_rule *rule;
	int r;

	if (!json_object_is_type(object, json_type_object))
		return place_fault(place, "rules", "must be a list of objects");
	r = policy_add_rule(policy, &rule);
	if (r == -E2BIG)
		return place_fault(place, NULL, "more than 4096 rules in all files");
	if (r < 0)
		return r;
	rule->line = json_line(place->text, "rules", place->rule, NULL);
	rule->file = strdup(place->file);
	if (!rule->file)
		return -ENOMEM;
	json_object_object_foreach(object, key, value) {
		r = parse_member(place, key, value, rule);
		if (r < 0)
			return r;
	}
	return parse_action(place, object, rule);
}

static int parse_rules(struct place *place, struct json_object *rules, struct policy *policy)
{
	int r;

	if (!json_object_is_type(rules, json_type_array))
		return place_fault(place, "rules", "must be a list of objects");
	for (; place->rule < json_object_array_length(rules); place->rule++) {
		r = parse_rule(place, json_object_array_get_idx(rules, place->rule), policy);
		if (r < 0)
			return r;
	}
	return 0;
}

int config_parse(struct policy *policy, const char *file, const char *text, size_t size,
		 struct fault *fault)
{
	struct place place = { .file = file, .text = text, .fault = fault };
	_cleanup_json_ struct json_object *object = NULL;
	const char *reason = "";
	unsigned int line = 0;
	int r;

	r = json_parse(text, size, LIMIT_POLICY_DEPTH, &object, &reason, &line);
	if (r == -EBADMSG)
		return fault_set(fault, FAULT_POLICY_INVALID, "%s:%u: %s", file, line, reason);
	if (r < 0)
		return r;
	json_object_object_foreach(object, key, value) {
		if (strcmp(key, "rules") != 0)
			return fault_set(fault, FAULT_POLICY_INVALID,
					 "%s:%u: \"%.*s\": unknown key; a policy has \"rules\"",
					 file, json_line(text, key, SIZE_MAX, NULL),
					 LIMIT_POLICY_NAME_BYTES, key);
		r = parse_rules(&place, value, policy);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_owner(int fd, const char *file, bool *ret_is_hidden, struct fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret_is_hidden = S_ISCHR(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size == 0);
	if (*ret_is_hidden)
		return 0;
	if (!S_ISREG(st.st_mode))
		return fault_set(fault, FAULT_POLICY_INVALID, "%s: not a regular file", file);
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return fault_set(
			fault, FAULT_POLICY_INVALID,
			"%s: others than root may write it; run: chown root %s; chmod go-w %s",
			file, file, file);
	return 0;
}

/* -ENOENT when there is no such file. */
static int load_file(struct policy *policy, const char *directory, const char *name,
		     struct fault *fault)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	_cleanup_close_ int fd = -1;
	bool is_hidden = false;
	size_t size;
	int r;

	if (asprintf(&path, "%s/%s", directory, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0)
		return fault_set(fault, FAULT_POLICY_INVALID, "%s: %s", path, strerror(errno));
	r = check_owner(fd, path, &is_hidden, fault);
	if (r < 0 || is_hidden)
		return r;
	r = io_read_fd(fd, LIMIT_POLICY_FILE_BYTES, &text, &size);
	if (r == -EFBIG)
		return fault_set(fault, FAULT_POLICY_INVALID, "%s: larger than %d bytes", path,
				 LIMIT_POLICY_FILE_BYTES);
	if (r < 0)
		return fault_set(fault, FAULT_POLICY_INVALID, "%s: %s", path, strerror(-r));
	return config_parse(policy, path, text, size, fault);
}

/* Puts a name at its place unless a more important directory has it already. */
static int list_insert(struct file_list *list, const char *entry, const char *directory,
		       struct fault *fault)
{
	_cleanup_free_ char *name = NULL;
	size_t at = 0;

	if (asprintf(&name, CONFIG_DROP_INS "/%s", entry) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	while (at < list->n && strcmp(list->names[at], name) < 0)
		at++;
	if (at < list->n && strcmp(list->names[at], name) == 0)
		return 0;
	if (list->n >= LIMIT_POLICY_FILES - 1)
		return fault_set(fault, FAULT_POLICY_INVALID, "%s: more than %d files", directory,
				 LIMIT_POLICY_FILES - 1);
	memmove(&list->names[at + 1], &list->names[at], (list->n - at) * sizeof(list->names[0]));
	memmove(&list->directories[at + 1], &list->directories[at],
		(list->n - at) * sizeof(list->directories[0]));
	list->names[at] = TAKE_PTR(name);
	list->directories[at] = directory;
	list->n++;
	return 0;
}

static bool is_policy_name(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".json") == 0;
}

static int list_directory(struct file_list *list, const char *directory, struct fault *fault)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int r;

	if (asprintf(&path, "%s/" CONFIG_DROP_INS, directory) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	dir = opendir(path);
	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return fault_set(fault, FAULT_POLICY_INVALID, "%s: %s", path, strerror(errno));
	while ((entry = readdir(dir))) {
		if (!is_policy_name(entry->d_name))
			continue;
		r = list_insert(list, entry->d_name, directory, fault);
		if (r < 0)
			return r;
	}
	return 0;
}

static void list_deinit(struct file_list *list)
{
	while (list->n > 0)
		free(list->names[--list->n]);
}

static int load_main(struct policy *policy, const char *const *directories, struct fault *fault)
{
	int r = -ENOENT;

	for (; *directories && r == -ENOENT; directories++)
		r = load_file(policy, *directories, CONFIG_MAIN_FILE, fault);
	return r == -ENOENT ? 0 : r;
}

static int load_drop_ins(struct policy *policy, const char *const *directories, struct fault *fault)
{
	struct file_list list = {};
	size_t n;
	int r = 0;

	for (; *directories && r >= 0; directories++)
		r = list_directory(&list, *directories, fault);
	for (n = 0; n < list.n && r >= 0; n++) {
		r = load_file(policy, list.directories[n], list.names[n], fault);
		if (r == -ENOENT)
			r = 0; /* removed since we looked */
	}
	list_deinit(&list);
	return r;
}

int config_load(const char *const *directories, struct policy **ret, struct fault *fault)
{
	_cleanup_(policy_freep) struct policy *policy = NULL;
	_cleanup_free_ char *main_file = NULL;
	int r;

	if (asprintf(&main_file, "%s/" CONFIG_MAIN_FILE, directories[0]) < 0) {
		main_file = NULL;
		return -ENOMEM;
	}
	r = policy_new(main_file, &policy);
	if (r < 0)
		return r;
	r = load_main(policy, directories, fault);
	if (r < 0)
		return r;
	r = load_drop_ins(policy, directories, fault);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(policy);
	return 0;
}
