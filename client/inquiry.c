/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the question what acquiring a device would give, and how the answer is told. Acquires nothing.
 */
#include "inquiry.h"

#include <errno.h>
#include <string.h>

#include "call.h"
#include "names.h"
#include "show.h"

static const struct {
	const char *answer;
	const char *words;
	enum exit_code code;
} answers[] = {
	{ "yes", "can be had", EXIT_CODE_OK },
	{ "challenge", "can be had when an administrator agrees", EXIT_CODE_NOT_PERMITTED },
	{ "no", "is not permitted", EXIT_CODE_NOT_PERMITTED },
	{ "busy", "cannot be had now", EXIT_CODE_LEASED },
	{ "in-use", "is in use by the host", EXIT_CODE_IN_USE },
	{ "na", "cannot be had", EXIT_CODE_NOT_FOUND },
};

/* The answer's own status, and the one of the error that would come instead of the device. */
static enum exit_code print(const char *id, sd_bus_message *reply, enum exit_code *ret_error_code)
{
	const char *answer, *code, *text;
	bool is_first = true;
	size_t n;
	int r;

	r = sd_bus_message_read(reply, "s", &answer);
	for (n = 0; r >= 0 && n < ARRAY_SIZE(answers) && strcmp(answers[n].answer, answer); n++)
		;
	if (r < 0 || n == ARRAY_SIZE(answers))
		return call_bad_reply("check", r < 0 ? r : -EBADMSG);
	*ret_error_code = answers[n].code;
	show_line(stdout, "%s %s", id, answers[n].words);
	r = sd_bus_message_enter_container(reply, 'a', "(ss)");
	while (r >= 0 && (r = sd_bus_message_read(reply, "(ss)", &code, &text)) > 0) {
		show_line(stdout, "  %s: %s", code, text);
		if (is_first && answers[n].code)
			*ret_error_code = call_refusal_code(code);
		is_first = false;
	}
	return r < 0 ? call_bad_reply("check", r) : answers[n].code;
}

static int append_text(sd_bus_message *message, const char *key, const char *value)
{
	return value ? sd_bus_message_append(message, "{sv}", key, "s", value) : 0;
}

/* Options that were not asked for are not sent. */
static int append(sd_bus_message *message, const char *id, const struct options *options,
		  uint32_t uid, bool is_by_path)
{
	int r;

	r = sd_bus_message_append(message, "s", id);
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'a', "{sv}");
	if (r >= 0)
		r = append_text(message, CCWB_OPTION_BACKEND, options->backend);
	if (r >= 0)
		r = append_text(message, CCWB_OPTION_IOMMU, options->iommu);
	if (r >= 0)
		r = append_text(message, CCWB_OPTION_WHO, options->who);
	if (r >= 0)
		r = append_text(message, CCWB_OPTION_GRANT, is_by_path ? CCWB_GRANT_PATH : NULL);
	if (r >= 0 && options->force)
		r = sd_bus_message_append(message, "{sv}", CCWB_OPTION_FORCE, "b", true);
	if (r >= 0 && uid != UINT32_MAX)
		r = sd_bus_message_append(message, "{sv}", CCWB_OPTION_USER, "u", uid);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

static enum exit_code ask(sd_bus *bus, const char *id, const struct options *options, uint32_t uid,
			  bool is_by_path, enum exit_code *ret_error_code)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	enum exit_code code;
	int r;

	r = call_new(bus, &message, "CanAcquire");
	if (r >= 0)
		r = append(message, id, options, uid, is_by_path);
	if (r < 0) {
		call_complain("cannot check: %s", strerror(-r));
		return *ret_error_code = EXIT_CODE_FAILURE;
	}
	code = call_message(bus, "check", message, &reply);
	*ret_error_code = code;
	return code ? code : print(id, reply, ret_error_code);
}

enum exit_code inquiry_check(sd_bus *bus, const char *id, const struct options *options,
			     uint32_t uid)
{
	enum exit_code unused;

	return ask(bus, id, options, uid, false, &unused);
}

enum exit_code inquiry_rehearse(sd_bus *bus, const char *id, const struct options *options,
				bool is_by_path)
{
	enum exit_code code = EXIT_CODE_FAILURE;

	return ask(bus, id, options, UINT32_MAX, is_by_path, &code) ? code : EXIT_CODE_OK;
}
