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
#include "place.h"
#include "profile-parse.h"

struct file_list {
	size_t n;
	char *names[LIMIT_POLICY_FILES];
	const char *directories[LIMIT_POLICY_FILES];
};

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
	else if (r >= 0 && strcmp(action, "ask") == 0)
		rule->action = POLICY_ASK;
	else if (r >= 0 && strcmp(action, "deny") == 0)
		rule->action = POLICY_DENY;
	else
		return place_fault(place, "action", "must be \"allow\", \"ask\" or \"deny\"");
	if (rule->action == POLICY_DENY && rule->profile_name)
		return place_fault(place, "profile", "has no meaning in a rule that denies");
	return 0;
}

static int parse_profile_name(const struct place *place, struct json_object *value,
			      struct policy_rule *rule)
{
	const char *text;
	int r;

	r = place_read_text(place, "profile", value, LIMIT_POLICY_NAME_BYTES, &text);
	if (r < 0)
		return r;
	rule->profile_name = strdup(text);
	return rule->profile_name ? 0 : -ENOMEM;
}

static int parse_member(const struct place *place, const char *key, struct json_object *value,
			struct policy_rule *rule)
{
	if (strcmp(key, "action") == 0)
		return 0; /* parse_action reads it */
	if (strcmp(key, "devices") == 0)
		return place_read_ranges(place, value, &rule->devices);
	if (strcmp(key, "types") == 0)
		return place_read_types(place, value, &rule->devices);
	if (strcmp(key, "users") == 0)
		return place_read_strings(place, key, value, &rule->users, &rule->n_users);
	if (strcmp(key, "groups") == 0)
		return place_read_strings(place, key, value, &rule->groups, &rule->n_groups);
	if (strcmp(key, "units") == 0)
		return place_read_strings(place, key, value, &rule->units, &rule->n_units);
	if (strcmp(key, "profile") == 0)
		return parse_profile_name(place, value, rule);
	return place_fault(
		place, key,
		"unknown key; a rule has \"action\", \"devices\", \"types\", \"users\", \"groups\", \"units\", \"profile\"");
}

static int parse_rule(const struct place *place, struct json_object *object, struct policy *policy)
{
	struct policy_rule *rule;
	int r;

	if (!json_object_is_type(object, json_type_object))
		return place_fault(place, "rules", "must be a list of objects");
	r = policy_add_rule(policy, &rule);
	if (r == -E2BIG)
		return place_faultf(place, NULL, "more than %d rules in all files",
				    LIMIT_POLICY_RULES);
	if (r < 0)
		return r;
	rule->line = place_line(place);
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
	for (; place->index < json_object_array_length(rules); place->index++) {
		r = parse_rule(place, json_object_array_get_idx(rules, place->index), policy);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_profile(const struct place *place, const char *name, struct json_object *object,
			 struct policy *policy)
{
	const struct profile *other;
	struct profile *profile;
	int r;

	r = profile_parse(place, name, object, &profile);
	if (r < 0)
		return r;
	r = policy_add_profile(policy, profile);
	other = r == -EEXIST ? policy_find_profile(policy, name) : NULL;
	if (other)
		return place_faultf(
			place, NULL,
			"there is a profile %s already, at %s:%u; to replace that, give "
			"a file of the same name in another directory",
			name, other->file, other->line);
	if (r == -E2BIG)
		return place_faultf(place, NULL, "more than %d profiles in all files",
				    LIMIT_PROFILES - 1);
	return r;
}

static int parse_profiles(struct place *place, struct json_object *profiles, struct policy *policy)
{
	int r;

	if (!json_object_is_type(profiles, json_type_object))
		return place_fault(place, "profiles", "must be an object of objects");
	json_object_object_foreach(profiles, name, object) {
		r = parse_profile(place, name, object, policy);
		if (r < 0)
			return r;
		place->index++;
	}
	return 0;
}

/* A key of the outermost object. */
static int parse_part(struct place *place, const char *key, struct json_object *value,
		      struct policy *policy)
{
	place->member = key;
	place->index = 0;
	if (strcmp(key, "rules") == 0)
		return parse_rules(place, value, policy);
	if (strcmp(key, "profiles") == 0)
		return parse_profiles(place, value, policy);
	place->index = SIZE_MAX;
	return place_fault(place, key, "unknown key; a policy has \"rules\" and \"profiles\"");
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
		r = parse_part(&place, key, value, policy);
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
static int load_path(struct policy *policy, const char *path, struct fault *fault)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *text = NULL;
	bool is_hidden = false;
	size_t size;
	int r;

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

static bool is_one_of(const char *const *files, const char *path)
{
	struct stat one, other;

	if (stat(path, &one) < 0)
		return false;
	for (; files && *files; files++)
		if (stat(*files, &other) == 0 && one.st_dev == other.st_dev &&
		    one.st_ino == other.st_ino)
			return true;
	return false;
}

/* The same below directory, unless it is one of files. */
static int load_file(struct policy *policy, const char *directory, const char *name,
		     const char *const *files, struct fault *fault)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s", directory, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return is_one_of(files, path) ? 0 : load_path(policy, path, fault);
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
		r = load_file(policy, *directories, CONFIG_MAIN_FILE, NULL, fault);
	return r == -ENOENT ? 0 : r;
}

static int load_named(struct policy *policy, const char *const *files, struct fault *fault)
{
	int r = 0;

	for (; *files && r >= 0; files++) {
		r = load_path(policy, *files, fault);
		if (r == -ENOENT)
			return fault_set(fault, FAULT_POLICY_INVALID, "%s: no such file", *files);
	}
	return r;
}

static int load_drop_ins(struct policy *policy, const char *const *directories,
			 const char *const *files, struct fault *fault)
{
	struct file_list list = {};
	size_t n;
	int r = 0;

	for (; *directories && r >= 0; directories++)
		r = list_directory(&list, *directories, fault);
	for (n = 0; n < list.n && r >= 0; n++) {
		r = load_file(policy, list.directories[n], list.names[n], files, fault);
		if (r == -ENOENT)
			r = 0; /* removed since we looked */
	}
	list_deinit(&list);
	return r;
}

const char *const config_directories[] = {
	SYSCONFDIR "/ccwbroker",
	"/run/ccwbroker",
	LIBDIR_ETC "/ccwbroker",
	NULL,
};

int config_load(const char *const *directories, struct policy **ret, struct fault *fault)
{
	return config_load_with(NULL, directories, ret, fault);
}

int config_load_with(const char *const *files, const char *const *directories, struct policy **ret,
		     struct fault *fault)
{
	_cleanup_(policy_freep) struct policy *policy = NULL;
	_cleanup_free_ char *main_file = NULL;
	int r;

	if (asprintf(&main_file, "%s/" CONFIG_MAIN_FILE, directories[0]) < 0) {
		main_file = NULL;
		return -ENOMEM;
	}
	r = policy_new(files ? files[0] : main_file, &policy);
	if (r < 0)
		return r;
	r = files ? load_named(policy, files, fault) : load_main(policy, directories, fault);
	if (r < 0)
		return r;
	r = load_drop_ins(policy, directories, files, fault);
	if (r < 0)
		return r;
	r = policy_link(policy, fault);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(policy);
	return 0;
}
