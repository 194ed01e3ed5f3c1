/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <sys/types.h>

#include "macro.h"
#include "verb.h"

/* The uid of a name or a number; complains for verb when there is no such user. */
_must_check_ enum exit_code account_find(const char *verb, const char *user, uid_t *ret);
