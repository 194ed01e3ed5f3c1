/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "macro.h"
#include "worker.h"

/* Over a SOCK_SEQPACKET socket. The fds stay the sender's as well. */
_must_check_ int worker_wire_send(int socket, const struct worker_result *result);

/* -EAGAIN: nothing is there; -EIO: nobody is there any more, or it was not all. The fds are the caller's. */
_must_check_ int worker_wire_receive(int socket, struct worker_result *ret);

void worker_wire_close_fds(struct worker_result *result);
