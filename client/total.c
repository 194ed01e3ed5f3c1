/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns how the statuses of several devices or leases become one.
 */
#include "total.h"

bool total_add(struct total *total, enum exit_code code)
{
	if (code == EXIT_CODE_UNREACHABLE || code == EXIT_CODE_ABORTED) {
		total->last_word = code;
		return false;
	}
	total->n_good += !code;
	if (code && !total->first_bad)
		total->first_bad = code;
	return true;
}

enum exit_code total_status(const struct total *total)
{
	if (total->last_word)
		return total->last_word;
	return total->first_bad && total->n_good ? EXIT_CODE_PARTIAL : total->first_bad;
}
