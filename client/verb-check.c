/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl check`: what asking for a device would give, in words and as an exit status, without
 * asking for it.
 */
#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "call.h"
#include "names.h"
#include "selection.h"
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

/* A name or a number; UINT32_MAX without the option. */
static enum exit_code find_uid(const char *user, uint32_t *ret)
{
	const struct passwd *account;
	char *end;

	*ret = UINT32_MAX;
	if (!user)
		return EXIT_CODE_OK;
	account = getpwnam(user);
	if (account) {
		*ret = account->pw_uid;
		return EXIT_CODE_OK;
	}
	errno = 0;
	*ret = (uint32_t)strtoul(user, &end, 10);
	if (*user >= '0' && *user <= '9' && !*end && !errno && *ret != UINT32_MAX)
		return EXIT_CODE_OK;
	call_complain("check: there is no user \"%s\"", user);
	return EXIT_CODE_USAGE;
}

static enum exit_code print_answer(const char *device, sd_bus_message *reply)
{
	const char *answer, *code, *text;
	size_t n;
	int r;

	r = sd_bus_message_read(reply, "s", &answer);
	for (n = 0; r >= 0 && n < ARRAY_SIZE(answers) && strcmp(answers[n].answer, answer); n++)
		;
	if (r < 0 || n == ARRAY_SIZE(answers))
		return call_bad_reply("check", r < 0 ? r : -EBADMSG);
	show_line(stdout, "%s %s", device, answers[n].words);
	r = sd_bus_message_enter_container(reply, 'a', "(ss)");
	while (r >= 0 && (r = sd_bus_message_read(reply, "(ss)", &code, &text)) > 0)
		show_line(stdout, "  %s: %s", code, text);
	return r < 0 ? call_bad_reply("check", r) : answers[n].code;
}

/*
 * Options that were not asked for are not sent. So many as are counted are read of the list, in which
 * those of another type than "s" stand first.
 */
static enum exit_code call_can_acquire(sd_bus *bus, const struct options *options,
				       const char *device, uint32_t uid, sd_bus_message **ret)
{
	const char *key = CCWB_OPTION_BACKEND, *type = "s", *word = options->backend;
	int n = word ? 1 : 0;

	if (uid == UINT32_MAX && !options->force)
		return call_manager(bus, "check", ret, "CanAcquire", "sa{sv}", device, n, key, type,
				    word);
	if (uid == UINT32_MAX)
		return call_manager(bus, "check", ret, "CanAcquire", "sa{sv}", device, n + 1,
				    CCWB_OPTION_FORCE, "b", true, key, type, word);
	if (!options->force)
		return call_manager(bus, "check", ret, "CanAcquire", "sa{sv}", device, n + 1,
				    CCWB_OPTION_USER, "u", uid, key, type, word);
	return call_manager(bus, "check", ret, "CanAcquire", "sa{sv}", device, n + 2,
			    CCWB_OPTION_FORCE, "b", true, CCWB_OPTION_USER, "u", uid, key, type,
			    word);
}

struct question {
	sd_bus *bus;
	const struct options *options;
	uint32_t uid;
};

static enum exit_code check_device(const char *device, void *userdata)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const struct question *question = userdata;
	enum exit_code code;

	code = call_can_acquire(question->bus, question->options, device, question->uid, &reply);
	return code ? code : print_answer(device, reply);
}

enum exit_code verb_check(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(selection_freep) struct selection *selection = NULL;
	struct question question = { .options = options };
	enum exit_code code;

	code = selection_new(&row_check, options, arguments->words, arguments->n_words,
			     SELECTION_MAX, &selection);
	if (!code)
		code = find_uid(options->user, &question.uid);
	if (!code)
		code = call_open(&bus);
	question.bus = bus;
	if (!code)
		code = selection_resolve(selection, bus);
	return code ? code : selection_each(selection, check_device, &question);
}
