/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "verb.h"

/* What was done to several, as one status; begins as zero. */
struct total {
	enum exit_code last_word; /* it was over with this one */
	enum exit_code first_bad;
	unsigned int n_good;
};

/* Counts one. False: the rest is not to be tried, as there is no broker, or the user wants no more. */
bool total_add(struct total *total, enum exit_code code);

/*
 * All statuses alike are the status of all; with some good ones it is EXIT_CODE_PARTIAL, with none the one of the
 * first.
 */
enum exit_code total_status(const struct total *total);
