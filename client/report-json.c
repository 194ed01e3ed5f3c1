/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the JSON object of `ccwctl io --json`; doc/ccwctl.md defines it. Adding keys is allowed,
 * changing the meaning of one is not.
 */
#include <json-c/json.h>
#include <string.h>

#include "dump.h"
#include "ebcdic.h"
#include "outcome.h"
#include "report-json.h"
#include "report.h"
#include "show.h"

static const char *const stored_names[] = {
	[OUTCOME_NO_STORE] = "none",
	[OUTCOME_NOTHING] = "exact",
	[OUTCOME_EXACT] = "exact",
	[OUTCOME_AT_LEAST] = "at-least",
};

static struct json_object *hex_string(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	dump_print_hex(out, data, size);
	if (fclose(out) < 0)
		return NULL;
	return json_object_new_string(text);
}

static struct json_object *ebcdic_string(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = malloc(size * (EBCDIC_UTF8_SIZE - 1) + 1);
	size_t at = 0;

	if (!text)
		return NULL;
	text[0] = '\0';
	for (size_t i = 0; i < size; i++)
		at += ebcdic_put_utf8(data[i], text + at);
	return json_object_new_string(text);
}

static struct json_object *command_string(uint8_t command)
{
	return hex_string(&command, 1);
}

static struct json_object *flags_array(const struct ccwb_ccw *ccw)
{
	static const struct {
		uint8_t flag;
		const char *name;
	} names[] = {
		{ CCWB_SLI, "sli" },
		{ CCWB_SKIP, "skip" },
		{ CCWB_CD, "cd" },
		{ CCWB_PCI, "pci" },
	};
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; array && i < ARRAY_SIZE(names); i++)
		if (ccw->flags & names[i].flag)
			json_object_array_add(array, json_object_new_string(names[i].name));
	return array;
}

static void add_stored(const struct report *report, unsigned int i, struct json_object *object,
		       bool ebcdic)
{
	struct outcome outcome = outcome_get(report->program, i, &report->irb, report->iova,
					     report->before, report->after);

	if (outcome.kind == OUTCOME_NO_STORE)
		return;
	json_object_object_add(object, "stored", json_object_new_int64((int64_t)outcome.length));
	json_object_object_add(object, "stored_is",
			       json_object_new_string(stored_names[outcome.kind]));
	json_object_object_add(object, "data",
			       hex_string(report->after + outcome.offset, outcome.length));
	if (ebcdic)
		json_object_object_add(object, "text",
				       ebcdic_string(report->after + outcome.offset,
						     outcome.length));
}

static struct json_object *ccw_object(const struct report *report, unsigned int i, bool ebcdic)
{
	const struct ccwb_ccw *ccw = ccwb_program_get(report->program, i);
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	json_object_object_add(object, "ccw", json_object_new_int64(i));
	json_object_object_add(object, "command", command_string(ccw->command));
	if (ccw->command == CCWB_PROGRAM_TIC) {
		json_object_object_add(object, "target", json_object_new_int64(ccw->target));
		return object;
	}
	json_object_object_add(object, "flags", flags_array(ccw));
	json_object_object_add(object, "count", json_object_new_int(ccw->count));
	if (!report->failure.number)
		add_stored(report, i, object, ebcdic);
	return object;
}

static struct json_object *words_array(const struct ccwb_irb *irb,
				       const char *(*next)(const struct ccwb_irb *, unsigned int *))
{
	struct json_object *array = json_object_new_array();
	unsigned int iterator = 0;
	const char *word;

	while (array && (word = next(irb, &iterator)))
		json_object_array_add(array, json_object_new_string(word));
	return array;
}

static struct json_object *status_object(const struct report *report)
{
	const struct ccwb_irb *irb = &report->irb;
	int last = ccwb_program_last(report->program, irb, report->iova);
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	json_object_object_add(object, "clean", json_object_new_boolean(ccwb_irb_is_clean(irb)));
	json_object_object_add(object, "condition_code",
			       json_object_new_int64(irb->condition_code));
	json_object_object_add(object, "device_status", json_object_new_int(irb->device_status));
	json_object_object_add(object, "subchannel_status",
			       json_object_new_int(irb->subchannel_status));
	json_object_object_add(object, "device", words_array(irb, ccwb_irb_device_word));
	json_object_object_add(object, "subchannel", words_array(irb, ccwb_irb_subchannel_word));
	json_object_object_add(object, "control", words_array(irb, ccwb_irb_control_word));
	json_object_object_add(object, "last_ccw", last < 0 ? NULL : json_object_new_int(last));
	json_object_object_add(object, "residual",
			       irb->has_residual ? json_object_new_int(irb->residual) : NULL);
	return object;
}

static struct json_object *sense_object(const struct report *report)
{
	enum ccwb_sense_family family = ccwb_sense_family_from_type(report->device_type);
	struct json_object *object, *words;
	unsigned int iterator = 0;
	const char *word;

	if (report->sense_source == REPORT_SENSE_NONE)
		return NULL;
	object = json_object_new_object();
	words = json_object_new_array();
	if (!object || !words) {
		json_object_put(object);
		json_object_put(words);
		return NULL;
	}
	json_object_object_add(
		object, "source",
		json_object_new_string(
			report->sense_source == REPORT_SENSE_CONCURRENT ? "status" : "command"));
	json_object_object_add(object, "data", hex_string(report->sense, report->sense_size));
	while ((word = ccwb_sense_word(family, report->sense, report->sense_size, &iterator)))
		json_object_array_add(words, json_object_new_string(word));
	json_object_object_add(object, "words", words);
	return object;
}

static void add_error(const struct report *report, struct json_object *object)
{
	int ccw = report_refused_ccw(report);
	struct json_object *error = json_object_new_object();

	if (!error)
		return;
	json_object_object_add(error, "errno", json_object_new_int(-report->failure.number));
	json_object_object_add(error, "refusal", json_object_new_int64(report->failure.refusal));
	json_object_object_add(error, "ccw", ccw < 0 ? NULL : json_object_new_int(ccw));
	json_object_object_add(error, "text", json_object_new_string(report->failure.text));
	json_object_object_add(object, "error", error);
}

enum exit_code report_json_print(const struct report *report, FILE *out, bool ebcdic,
				 enum json_mode mode)
{
	struct json_object *object = json_object_new_object();
	struct json_object *ccws = json_object_new_array();

	for (unsigned int i = 0; ccws && i < ccwb_program_count(report->program); i++)
		json_object_array_add(ccws, ccw_object(report, i, ebcdic));
	if (!object) {
		json_object_put(ccws);
		return show_json(out, NULL, mode);
	}
	json_object_object_add(object, "device", json_object_new_string(report->device));
	json_object_object_add(object, "ccws", ccws);
	if (report->failure.number) {
		add_error(report, object);
	} else {
		json_object_object_add(object, "status", status_object(report));
		json_object_object_add(object, "sense", sense_object(report));
	}
	return show_json(out, object, mode);
}
