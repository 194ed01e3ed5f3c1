/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl qemu-args`: prints what QEMU is to be told of devices, for a QEMU that `ccwctl run`
 * starts. Takes no device.
 */
#include <errno.h>
#include <json-c/json.h>
#include <unistd.h>

#include "call.h"
#include "machine.h"
#include "qemu.h"
#include "selection.h"
#include "show.h"

#define DEVICES_MAX 64

struct plan {
	const char *ids[DEVICES_MAX];
	size_t n;
	struct qemu_way way;
};

static const char *run_option(struct qemu_way way)
{
	return way.by_iommufd ? "--iommu=iommufd" : "--grant=path";
}

static bool add_word(struct json_object *array, const char *word)
{
	return array && json_object_array_add(array, json_object_new_string(word)) >= 0;
}

static enum exit_code print_json(const struct plan *plan, char **words, enum json_mode mode)
{
	struct json_object *object = json_object_new_object();
	struct json_object *run = json_object_new_array(), *arguments = json_object_new_array();
	bool is_good = object && add_word(run, "ccwctl") && add_word(run, "run") &&
		       add_word(run, run_option(plan->way));

	for (size_t i = 0; is_good && i < plan->n; i++)
		is_good = add_word(run, plan->ids[i]);
	is_good = is_good && add_word(run, "--");
	for (; is_good && *words; words++)
		is_good = add_word(arguments, *words);
	if (!is_good) {
		json_object_put(run);
		json_object_put(arguments);
		json_object_put(object);
		return show_json(stdout, NULL, mode);
	}
	json_object_object_add(object, "run", run);
	json_object_object_add(object, "arguments", arguments);
	return show_json(stdout, object, mode);
}

/* An option and its value on a line; how to go on, for a person. */
static enum exit_code print_text(const struct plan *plan, char **words)
{
	for (; *words; words += 2)
		printf("%s %s\n", words[0], words[1]);
	if (fflush(stdout) || !isatty(STDOUT_FILENO))
		return EXIT_CODE_OK;
	fprintf(stderr, "for: ccwctl run %s", run_option(plan->way));
	for (size_t i = 0; i < plan->n; i++)
		fprintf(stderr, " %s", plan->ids[i]);
	fputs(" -- qemu-system-s390x ...\n", stderr);
	return EXIT_CODE_OK;
}

enum exit_code verb_qemu_args(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(selection_freep) struct selection *selection = NULL;
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(qemu_free_wordsp) char **words = NULL;
	struct plan plan = {};
	enum exit_code code;

	code = selection_open(&row_qemu_args, options, arguments->words, arguments->n_words,
			      DEVICES_MAX, &bus, &selection);
	for (; !code && plan.n < selection_count(selection); plan.n++)
		plan.ids[plan.n] = selection_get(selection, (unsigned int)plan.n);
	if (!code)
		code = machine_find_way(bus, options, plan.ids, plan.n, &plan.way);
	if (code)
		return code;
	words = qemu_words(plan.ids, plan.n, plan.way);
	if (!words) {
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	return options->json ? print_json(&plan, words, options->json) : print_text(&plan, words);
}
