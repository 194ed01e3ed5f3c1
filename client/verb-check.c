/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl check`: what asking for devices would give, in words and as an exit status, without asking
 * for them.
 */
#include "account.h"
#include "inquiry.h"
#include "selection.h"

struct question {
	sd_bus *bus;
	const struct options *options;
	uid_t uid; /* UINT32_MAX: the caller's */
};

static enum exit_code check_device(const char *device, void *userdata)
{
	const struct question *question = userdata;

	return inquiry_check(question->bus, device, question->options, question->uid);
}

enum exit_code verb_check(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(selection_freep) struct selection *selection = NULL;
	struct question question = { .options = options, .uid = UINT32_MAX };
	enum exit_code code = EXIT_CODE_OK;

	if (options->user)
		code = account_find("check", options->user, &question.uid);
	if (!code)
		code = selection_open(&row_check, options, arguments->words, arguments->n_words,
				      SELECTION_MAX, &bus, &selection);
	question.bus = bus;
	return code ? code : selection_each(selection, check_device, &question);
}
