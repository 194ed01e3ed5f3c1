/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "macro.h"

/*
 * The reference of a lease is a FIFO: clients hold its write end, and the lease lives as long as
 * anybody does. It has a name so that a restarted daemon finds it again.
 */

/* Makes the FIFO and both ends. The caller owns the fds and must see to lease_ref_remove. */
_must_check_ int lease_ref_create(int dir_fd, const char *lease, int *ret_read, int *ret_write);

/* The read end of one that exists; -ENOENT when it does not, -EBADMSG when it is no FIFO. */
_must_check_ int lease_ref_open(int dir_fd, const char *lease, int *ret_read);

/* One more write end of one whose read end somebody has; the caller owns it. */
_must_check_ int lease_ref_reopen(int dir_fd, const char *lease, int *ret_write);

/*
 * Whether somebody holds a write end. Wait for EPOLLHUP and nothing else: what clients write is
 * never waited for and hardly read, so that writing gains them nothing.
 */
bool lease_ref_is_held(int read_fd);

void lease_ref_remove(int dir_fd, const char *lease);
