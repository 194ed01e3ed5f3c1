/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl policy test`: which rule of a policy would decide about devices and a user, by the
 * daemon's own judge, and without a daemon. Knows no lease and no use of a device.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "call.h"
#include "policy-json.h"
#include "policy-source.h"
#include "policy-text.h"
#include "selection.h"
#include "show.h"
#include "sysfs.h"

static const char *const headings[] = {
	"DEVICE", "TYPE", "ANSWER", "PROFILE", "RULE", "WHY", NULL
};

/* All that is asked; the types are of each device, unless the command line gives one for all. */
struct test {
	const struct options *options;
	struct policy *policy;
	struct subject subject;
	struct sysfs *sysfs; /* NULL: types are given */
	struct sysfs_facts given;
	struct show_table *table;
	struct json_object *array;
	unsigned int n_devices;
	unsigned int n_allowed;
};

/* A type as a device has it, with its model. */
static bool is_type(const char *text)
{
	return !strcmp(text, "n/a") ||
	       (device_set_type_is_valid(text) && text[4] == '/' && text[5] != '*');
}

/* "3490/50", or "3390/0c,3990/e9" with that of the control unit. */
static enum exit_code read_type(const char *text, struct sysfs_facts *facts)
{
	const char *comma = strchrnul(text, ',');

	/* what is cut off here is none of four digits and two */
	snprintf(facts->device_type, sizeof(facts->device_type), "%.*s", (int)(comma - text), text);
	snprintf(facts->control_unit, sizeof(facts->control_unit), "%s",
		 *comma ? comma + 1 : "n/a");
	if (is_type(facts->device_type) && is_type(facts->control_unit))
		return EXIT_CODE_OK;
	call_complain("--type: \"%s\" is no type such as 3490/50, or 3390/0c,3990/e9", text);
	return EXIT_CODE_USAGE;
}

static void find_facts(const struct test *test, struct ccw_id id, const char *name,
		       struct sysfs_facts *ret)
{
	int r = -ENOENT;

	*ret = test->given;
	if (test->sysfs)
		r = sysfs_read(test->sysfs, id, ret, NULL);
	if (r >= 0 || test->options->type)
		return;
	strcpy(ret->device_type, "n/a");
	strcpy(ret->control_unit, "n/a");
	call_complain(
		"%s is not here, so no rule with types is about it; give its type with --type",
		name);
}

static struct json_object *to_json(const struct test *test, const char *name,
				   const struct sysfs_facts *facts,
				   const struct policy_verdict *verdict)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	json_object_object_add(object, "device", json_object_new_string(name));
	json_object_object_add(object, "type", json_object_new_string(facts->device_type));
	json_object_object_add(object, "control_unit", json_object_new_string(facts->control_unit));
	json_object_object_add(object, "user", json_object_new_string(test->subject.user));
	json_object_object_add(object, "answer",
			       json_object_new_string(policy_text_action(verdict->action)));
	json_object_object_add(object, "profile",
			       verdict->action == POLICY_DENY
				       ? NULL
				       : json_object_new_string(verdict->profile->name));
	json_object_object_add(
		object, "rule",
		verdict->rule ? policy_json_place(verdict->rule->file, verdict->rule->line) : NULL);
	json_object_object_add(object, "text", json_object_new_string(verdict->why.text));
	return object;
}

static int add_cells(const struct test *test, const char *name, const struct sysfs_facts *facts,
		     const struct policy_verdict *verdict)
{
	_cleanup_free_ char *place = NULL;
	const char *const cells[] = {
		name,
		facts->device_type,
		policy_text_action(verdict->action),
		verdict->action == POLICY_DENY ? "" : verdict->profile->name,
		verdict->rule ? place = policy_text_place(verdict->rule->file, verdict->rule->line)
			      : "",
		verdict->why.text,
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(cells); i++)
		r = cells[i] ? show_table_add(test->table, cells[i]) : -ENOMEM;
	return r;
}

static int test_device(struct test *test, const char *name)
{
	struct policy_verdict verdict;
	struct device_traits traits;
	struct sysfs_facts facts;
	int r;

	r = ccw_id_parse(name, &traits.id);
	if (r < 0)
		return r;
	find_facts(test, traits.id, name, &facts);
	traits.device_type = facts.device_type;
	traits.control_unit = facts.control_unit;
	policy_decide(test->policy, &test->subject, &traits, &verdict);
	test->n_devices++;
	test->n_allowed += verdict.action == POLICY_ALLOW;
	if (test->array)
		return json_object_array_add(test->array, to_json(test, name, &facts, &verdict));
	if (!test->options->quiet)
		return add_cells(test, name, &facts, &verdict);
	if (verdict.action == POLICY_ALLOW)
		puts(name);
	return 0;
}

static enum exit_code print_results(const struct test *test)
{
	if (test->array && show_json(stdout, json_object_get(test->array), test->options->json))
		return EXIT_CODE_FAILURE;
	if (test->table && !test->options->quiet)
		show_table_print(test->table, stdout, test->options->no_legend);
	if (test->n_allowed == test->n_devices)
		return EXIT_CODE_OK;
	return test->n_allowed ? EXIT_CODE_PARTIAL : EXIT_CODE_NOT_PERMITTED;
}

static enum exit_code test_all(struct test *test, const struct selection *selection)
{
	int r = 0;

	if (test->options->json)
		test->array = json_object_new_array();
	else
		r = show_table_new(headings, &test->table);
	for (unsigned int i = 0; r >= 0 && i < selection_count(selection); i++)
		r = test_device(test, selection_get(selection, i));
	if (r >= 0)
		return print_results(test);
	call_complain("policy test: %s", strerror(-r));
	return EXIT_CODE_FAILURE;
}

/* Who would ask: names and groups are those of the account database, as in the daemon. */
static enum exit_code find_subject(const struct options *options, struct subject *ret)
{
	uid_t uid = getuid();
	enum exit_code code;
	int r;

	code = options->user ? account_find("policy test", options->user, &uid) : EXIT_CODE_OK;
	if (code)
		return code;
	r = subject_init(ret, uid, 0);
	if (r >= 0 && options->unit) {
		ret->unit = strdup(options->unit);
		r = ret->unit ? 0 : -ENOMEM;
	}
	if (r >= 0)
		return EXIT_CODE_OK;
	call_complain("policy test: cannot look up uid %u: %s", (unsigned int)uid, strerror(-r));
	return EXIT_CODE_FAILURE;
}

enum exit_code verb_policy_test(const struct options *options, const struct arguments *arguments)
{
	char *paths[] = { (char *)options->policy };
	struct test test = { .options = options, .subject = { .pidfd = -1 } };
	_cleanup_(selection_freep) struct selection *selection = NULL;
	enum exit_code code;

	code = selection_new(&row_policy_test, options, arguments->words, arguments->n_words,
			     SELECTION_MAX, &selection);
	if (!code)
		code = selection_expand(selection);
	if (code)
		return code;
	if (options->type)
		code = read_type(options->type, &test.given);
	else if (sysfs_new(SYSFS_ROOT, &test.sysfs) < 0)
		test.sysfs = NULL; /* no device is here, which is said of each */
	if (!code)
		code = policy_source_load(paths, options->policy ? 1 : 0, &test.policy);
	if (!code)
		code = find_subject(options, &test.subject);
	if (!code)
		code = test_all(&test, selection);
	json_object_put(test.array);
	show_table_free(test.table);
	subject_deinit(&test.subject);
	policy_free(test.policy);
	sysfs_free(test.sysfs);
	return code;
}
