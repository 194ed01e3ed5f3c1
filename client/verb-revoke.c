/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl revoke`: asks a lease's holder to go, and has the lease ended at the end of the time.
 */
#include "call.h"

#define TIMEOUT_MS_DEFAULT 30000

enum exit_code verb_revoke(const struct options *options, const struct arguments *arguments)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	uint64_t usec = options->has_timeout ? options->timeout_ms : TIMEOUT_MS_DEFAULT;
	const char *reason = options->reason ? options->reason : "ccwctl revoke";
	_cleanup_free_ char *what = NULL;
	const char *lease = arguments->words[0];
	enum exit_code code;

	if (asprintf(&what, "revoke %s", lease) < 0) {
		what = NULL;
		call_complain("cannot revoke %s: out of memory", lease);
		return EXIT_CODE_FAILURE;
	}
	code = call_open(&bus);
	if (!code)
		code = call_manager(bus, what, &reply, "RevokeLease", "sstt", lease, reason,
				    usec * 1000, (uint64_t)0);
	return code;
}
