/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns `ccwctl release`, which ends leases by their names, whoever of the same user holds them, and `ccwctl
 * revoke`, which asks their holders to go and has them ended at the end of the time.
 */
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "consent.h"
#include "lease-list.h"
#include "names.h"
#include "show.h"
#include "total.h"

#define TIMEOUT_MS_DEFAULT 30000

struct ending {
	const struct options *options;
	bool is_revocation;
	sd_bus *bus;
	struct lease_list *leases; /* all that there are */
};

static const struct lease_row *find(const struct ending *ending, const char *lease)
{
	for (size_t i = 0; i < ending->leases->n; i++)
		if (!strcmp(ending->leases->rows[i].id, lease))
			return &ending->leases->rows[i];
	return NULL;
}

static enum exit_code call(const struct ending *ending, const char *lease, const char *what)
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	const struct options *options = ending->options;
	uint64_t usec = options->has_timeout ? options->timeout_ms : TIMEOUT_MS_DEFAULT;
	uint64_t flags = options->dry_run ? CCWB_FLAG_DRY_RUN : 0;

	if (!ending->is_revocation)
		return call_manager(ending->bus, what, &reply, "ReleaseLease", "st", lease, flags);
	return call_manager(ending->bus, what, &reply, "RevokeLease", "sstt", lease,
			    options->reason ? options->reason : "ccwctl revoke", usec * 1000,
			    flags);
}

static enum exit_code end_one(const struct ending *ending, const char *lease)
{
	const struct lease_row *row = find(ending, lease);
	_cleanup_free_ char *what = NULL;
	enum exit_code code;

	if (asprintf(&what, "%s %s", ending->is_revocation ? "revoke" : "release", lease) < 0) {
		what = NULL;
		call_complain("out of memory");
		return EXIT_CODE_FAILURE;
	}
	code = call(ending, lease, what);
	if (!code && ending->options->dry_run && row)
		show_line(stdout, "would %s: %s of %s%s%s", what, row->device, row->user,
			  *row->who ? ", " : "", row->who);
	return code;
}

/* Ending what somebody else works with is for a second thought. */
static enum exit_code ask(const struct ending *ending, const struct arguments *arguments)
{
	const struct lease_row *first = NULL, *row;
	unsigned int n = 0;
	char more[64] = "";

	for (unsigned int i = 0; i < arguments->n_words; i++) {
		row = find(ending, arguments->words[i]);
		if (!row || row->uid == getuid())
			continue;
		first = first ? first : row;
		n++;
	}
	if (!first)
		return EXIT_CODE_OK;
	if (n > 1)
		snprintf(more, sizeof(more), ", and %u more of others", n - 1);
	return consent_ask(ending->options, "this ends the lease of %s on %s%s%s%s", first->user,
			   first->device, *first->who ? ", for " : "", first->who, more);
}

static enum exit_code end_all(const struct options *options, const struct arguments *arguments,
			      bool is_revocation)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	_cleanup_(lease_list_freep) struct lease_list *leases = NULL;
	struct ending ending = { .options = options, .is_revocation = is_revocation };
	struct total total = {};
	enum exit_code code;

	code = call_open(&bus);
	if (!code)
		code = lease_list_fetch(bus, &leases);
	ending.bus = bus;
	ending.leases = leases;
	if (!code)
		code = ask(&ending, arguments);
	if (code)
		return code;
	for (unsigned int i = 0; i < arguments->n_words; i++)
		if (!total_add(&total, end_one(&ending, arguments->words[i])))
			break;
	return total_status(&total);
}

enum exit_code verb_release(const struct options *options, const struct arguments *arguments)
{
	return end_all(options, arguments, false);
}

enum exit_code verb_revoke(const struct options *options, const struct arguments *arguments)
{
	return end_all(options, arguments, true);
}
