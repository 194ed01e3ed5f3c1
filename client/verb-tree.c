/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl tree`: how devices hang on channel subsystems, control units and channel paths.
 */
#include <errno.h>
#include <json-c/json.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "call.h"
#include "names.h"
#include "show.h"
#include "tree.h"

#define WHAT "look at the channel subsystem"

static bool has_line_characters(void)
{
	return setlocale(LC_CTYPE, "") && !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static enum exit_code print(const struct options *options, struct json_object *description)
{
	struct json_object *tree = NULL;
	int r;

	if (!options->json)
		r = tree_print(stdout, description, has_line_characters());
	else
		r = tree_to_json(description, &tree);
	if (r < 0)
		return call_bad_reply(WHAT, r);
	return options->json ? show_json(stdout, tree, options->json) : EXIT_CODE_OK;
}

enum exit_code verb_tree(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct json_object *description;
	enum exit_code code;
	const char *text;
	int r;

	code = call_open(&bus);
	if (!code)
		code = call_manager(bus, WHAT, &reply, "Describe", "t",
				    (uint64_t)CCWB_DESCRIBE_OBJECTS);
	if (code)
		return code;
	r = sd_bus_message_read(reply, "s", &text);
	if (r < 0)
		return call_bad_reply(WHAT, r);
	description = json_tokener_parse(text);
	if (!description)
		return call_bad_reply(WHAT, -EBADMSG);
	code = print(options, description);
	json_object_put(description);
	return code;
}
