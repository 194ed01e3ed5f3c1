/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl reload`: has the broker read its policy and definitions again, or only look whether it could, and says
 * what holds when they are bad.
 */
#include "call.h"
#include "show.h"

enum exit_code verb_reload(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	enum exit_code code;

	code = call_open(&bus);
	if (!code)
		code = call_manager(bus, "reload", &reply,
				    options->dry_run ? "CheckReload" : "Reload", "");
	if (!code && options->dry_run)
		show_line(stdout, "would be read again");
	if (code == EXIT_CODE_INVALID)
		call_complain("what was in force before stays; mend the file, then ccwctl reload");
	return code;
}
