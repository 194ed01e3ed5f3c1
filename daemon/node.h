/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <sys/types.h>

#include "macro.h"

/*
 * Who may open a device node, by its access control list. path is relative to dir_fd and must be
 * the character device that is given: -ENODEV if not.
 */

/* Its owner and uid may, nobody else. -EOPNOTSUPP: the file system has no such lists. */
_must_check_ int node_share(int dir_fd, const char *path, dev_t device, uid_t uid);

/* Its owner may, nobody else. Whoever has it open keeps it open. */
_must_check_ int node_close(int dir_fd, const char *path, dev_t device);
