/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl release`: ends a lease by its name, whoever of the same user holds it.
 */
#include "call.h"

enum exit_code verb_release(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	_cleanup_free_ char *what = NULL;
	const char *lease = arguments->words[0];
	enum exit_code code;

	if (asprintf(&what, "release %s", lease) < 0) {
		what = NULL;
		call_complain("cannot release %s: out of memory", lease);
		return EXIT_CODE_FAILURE;
	}
	code = call_open(&bus);
	if (!code)
		code = call_manager(bus, what, &reply, "ReleaseLease", "st", lease, (uint64_t)0);
	return code;
}
