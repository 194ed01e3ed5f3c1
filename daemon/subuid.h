/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <sys/types.h>

#include "macro.h"

#define SUBUID_PATH "/etc/subuid"

/*
 * Finds the user to whom uid is subordinate by the file at path, in the form of subuid(5). Ranges of root
 * and lines that are not in that form count for nothing. The first range counts. Asks the account
 * database, which may block. 1: *ret; 0: there is none, or no such file; otherwise a negative errno.
 */
_must_check_ int subuid_find(const char *path, uid_t uid, uid_t *ret);
