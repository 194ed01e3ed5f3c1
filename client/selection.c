/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns what DEV means: which devices the words on the command line stand for, and one status for what was
 * done with all of them. Does not know what that is.
 */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "channel-paths.h"
#include "device-list.h"
#include "device-word.h"
#include "help.h"
#include "names.h"
#include "selection.h"
#include "total.h"

struct selection {
	const struct verb *verb;
	unsigned int max;
	struct device_word *words;
	unsigned int n_words;
	char (*ids)[CCW_ID_STRING_SIZE];
	unsigned int n;
};

struct selection *selection_free(struct selection *selection)
{
	if (!selection)
		return NULL;
	free(selection->words);
	free(selection->ids);
	free(selection);
	return NULL;
}

bool selection_has_words(const struct selection *selection)
{
	return selection->n_words > 0;
}

unsigned int selection_count(const struct selection *selection)
{
	return selection->n;
}

const char *selection_get(const struct selection *selection, unsigned int i)
{
	return selection->ids[i];
}

/* ---- reading ---- */

static enum exit_code no_memory(void)
{
	call_complain("out of memory");
	return EXIT_CODE_FAILURE;
}

static enum exit_code too_many(const struct selection *selection)
{
	if (selection->max == 1)
		call_complain("%s: takes one device, and more are named", selection->verb->name);
	else
		call_complain(
			"%s: takes at most %u devices at a time, and more are named; do it in parts",
			selection->verb->name, selection->max);
	return help_usage(selection->verb);
}

/* The item it is about, and the comma where that is what is wrong. */
static enum exit_code complain_word(const struct selection *selection, const char *list,
				    const char *why)
{
	size_t length = strcspn(list, ",");

	if (!length || (list[length] && !list[length + 1]))
		length = strlen(list);
	call_complain("DEV: \"%.*s\" %s", (int)length, list, why);
	return help_usage(selection->verb);
}

static enum exit_code read_word(struct selection *selection, bool is_by_path, const char *word)
{
	const char *list = word, *why = NULL;
	int r;

	while (selection->n_words < SELECTION_MAX) {
		r = device_word_next(&list, is_by_path, &selection->words[selection->n_words],
				     &why);
		if (r > 0)
			selection->n_words++;
		if (r == 0 && list != word)
			return EXIT_CODE_OK;
		if (r > 0)
			continue;
		if (r == 0) /* an empty word */
			why = "is no device id such as 0.0.0580 or 0580";
		return complain_word(selection, list, why);
	}
	return *list ? too_many(selection) : EXIT_CODE_OK;
}

enum exit_code selection_new(const struct verb *verb, const struct options *options,
			     char *const *words, unsigned int n_words, unsigned int max,
			     struct selection **ret)
{
	_cleanup_(selection_freep) struct selection *selection = calloc(1, sizeof(*selection));
	enum exit_code code = EXIT_CODE_OK;

	if (!selection)
		return no_memory();
	selection->verb = verb;
	selection->max = max;
	selection->words = calloc(SELECTION_MAX, sizeof(*selection->words));
	selection->ids = calloc(max, sizeof(*selection->ids));
	if (!selection->words || !selection->ids)
		return no_memory();
	for (unsigned int i = 0; !code && i < n_words; i++)
		code = read_word(selection, options->names_paths, words[i]);
	if (code)
		return code;
	*ret = TAKE_PTR(selection);
	return EXIT_CODE_OK;
}

/* ---- finding out ---- */

static enum exit_code add(struct selection *selection, struct ccw_id id)
{
	char text[CCW_ID_STRING_SIZE];

	ccw_id_format(id, text);
	for (unsigned int i = 0; i < selection->n; i++)
		if (!strcmp(selection->ids[i], text))
			return EXIT_CODE_OK;
	if (selection->n == selection->max)
		return too_many(selection);
	strcpy(selection->ids[selection->n++], text);
	return EXIT_CODE_OK;
}

static bool is_one_id(const struct device_word *word)
{
	return word->kind == DEVICE_WORD_RANGE && !ccw_id_compare(word->first, word->last);
}

/* All ranges in one question; the list is empty when there is no range. */
static enum exit_code fetch_ranges(const struct selection *selection, sd_bus *bus,
				   struct device_list **ret)
{
	char texts[SELECTION_MAX][2 * CCW_ID_STRING_SIZE], *ids[SELECTION_MAX + 1] = {};
	char first[CCW_ID_STRING_SIZE], last[CCW_ID_STRING_SIZE];
	struct device_filter filter = { .ids = ids };
	unsigned int n = 0;

	for (unsigned int i = 0; i < selection->n_words; i++) {
		const struct device_word *word = &selection->words[i];

		if (word->kind != DEVICE_WORD_RANGE || is_one_id(word))
			continue;
		snprintf(texts[n], sizeof(texts[n]), "%s-%s", ccw_id_format(word->first, first),
			 ccw_id_format(word->last, last));
		ids[n] = texts[n];
		n++;
	}
	if (n)
		return device_list_fetch(bus, &filter, ret);
	*ret = calloc(1, sizeof(**ret));
	return *ret ? EXIT_CODE_OK : no_memory();
}

static enum exit_code add_range(struct selection *selection, const struct device_word *word,
				const struct device_list *there)
{
	char first[CCW_ID_STRING_SIZE], last[CCW_ID_STRING_SIZE];
	enum exit_code code = EXIT_CODE_OK;
	bool is_empty = true;

	for (size_t i = 0; !code && i < there->n; i++) {
		if (!ccw_id_is_in_range(there->rows[i].number, word->first, word->last))
			continue;
		is_empty = false;
		code = add(selection, there->rows[i].number);
	}
	if (!is_empty)
		return code;
	call_complain("%s: no device from %s to %s is there; see ccwctl list",
		      selection->verb->name, ccw_id_format(word->first, first),
		      ccw_id_format(word->last, last));
	return EXIT_CODE_NOT_FOUND;
}

/* What has an object of the broker's: a method says which. */
static enum exit_code add_object(struct selection *selection, sd_bus *bus, const char *method,
				 const char *name)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_free_ char *what = NULL, *text = NULL;
	enum exit_code code;
	const char *path;
	struct ccw_id id;
	int r;

	if (asprintf(&what, "find %s", name) < 0) {
		what = NULL;
		return no_memory();
	}
	code = call_manager(bus, what, &reply, method, "s", name);
	if (code)
		return code;
	r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0)
		r = sd_bus_path_decode(path, CCWB_PATH_DEVICE, &text);
	if (r >= 0)
		r = r == 0 || !text ? -EBADMSG : ccw_id_parse(text, &id);
	return r < 0 ? call_bad_reply(what, r) : add(selection, id);
}

static enum exit_code add_channel_path(struct selection *selection, sd_bus *bus,
				       const struct device_word *word)
{
	_cleanup_(device_list_freep) struct device_list *list = NULL;
	_cleanup_free_ struct channel_paths *paths = NULL;
	enum exit_code code;
	bool is_empty = true;

	code = device_list_fetch(bus, &(struct device_filter){}, &list);
	if (!code)
		code = channel_paths_fetch(bus, list, &paths);
	for (size_t i = 0; !code && i < list->n; i++) {
		if (list->rows[i].number.cssid != word->cssid ||
		    !channel_paths_has(&paths[i], word->chpid))
			continue;
		is_empty = false;
		code = add(selection, list->rows[i].number);
	}
	if (code || !is_empty)
		return code;
	call_complain("%s: no device is reached by channel path %x.%02x; see ccwctl tree",
		      selection->verb->name, word->cssid, word->chpid);
	return EXIT_CODE_NOT_FOUND;
}

static enum exit_code resolve_word(struct selection *selection, sd_bus *bus,
				   const struct device_word *word, const struct device_list *there)
{
	char text[CCW_ID_STRING_SIZE];

	switch (word->kind) {
	case DEVICE_WORD_RANGE:
		return is_one_id(word) ? add(selection, word->first)
				       : add_range(selection, word, there);
	case DEVICE_WORD_NODE:
		return add_object(selection, bus, "GetDeviceByNode", word->node);
	case DEVICE_WORD_SUBCHANNEL:
		return add_object(selection, bus, "GetDeviceBySubchannel",
				  ccw_id_format(word->first, text));
	case DEVICE_WORD_CHANNEL_PATH:
		return add_channel_path(selection, bus, word);
	}
	return EXIT_CODE_FAILURE;
}

enum exit_code selection_resolve(struct selection *selection, sd_bus *bus)
{
	_cleanup_(device_list_freep) struct device_list *there = NULL;
	enum exit_code code;

	code = fetch_ranges(selection, bus, &there);
	for (unsigned int i = 0; !code && i < selection->n_words; i++)
		code = resolve_word(selection, bus, &selection->words[i], there);
	return code;
}

enum exit_code selection_open(const struct verb *verb, const struct options *options,
			      char *const *words, unsigned int n_words, unsigned int max,
			      sd_bus **ret_bus, struct selection **ret)
{
	enum exit_code code;

	code = selection_new(verb, options, words, n_words, max, ret);
	if (!code)
		code = call_open(ret_bus);
	return code ? code : selection_resolve(*ret, *ret_bus);
}

enum exit_code selection_expand(struct selection *selection)
{
	enum exit_code code = EXIT_CODE_OK;

	for (unsigned int i = 0; !code && i < selection->n_words; i++) {
		const struct device_word *word = &selection->words[i];

		if (word->kind != DEVICE_WORD_RANGE) {
			call_complain("%s: asks no daemon, so it takes ids and ranges only",
				      selection->verb->name);
			return help_usage(selection->verb);
		}
		for (unsigned int n = word->first.devno; !code && n <= word->last.devno; n++)
			code = add(selection, (struct ccw_id){ word->first.cssid, word->first.ssid,
							       (uint16_t)n });
	}
	return code;
}

/* ---- one status for all ---- */

enum exit_code selection_each(const struct selection *selection,
			      enum exit_code (*visit)(const char *id, void *userdata),
			      void *userdata)
{
	struct total total = {};

	for (unsigned int i = 0; i < selection->n; i++)
		if (!total_add(&total, visit(selection->ids[i], userdata)))
			break;
	return total_status(&total);
}
