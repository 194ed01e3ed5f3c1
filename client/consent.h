/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "macro.h"
#include "verb.h"

/*
 * Asks whether what cannot be taken back is to be done; format has no question mark. Who is at no terminal, or gave --yes or
 * --dry-run, is not asked. EXIT_CODE_ABORTED for anything but yes.
 */
_must_check_ enum exit_code consent_ask(const struct options *options, const char *format, ...)
	_printf_(2, 3);
