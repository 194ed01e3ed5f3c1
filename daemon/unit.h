/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <sys/types.h>

#include "macro.h"

/*
 * The system unit of process pid, which pidfd holds. -ESRCH when it has ended, or is not of uid:
 * then it is another one that got its number. -ENODATA when it is in none. The caller frees *ret.
 */
_must_check_ int unit_of_process(pid_t pid, int pidfd, uid_t uid, char **ret);
