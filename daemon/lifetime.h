/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "macro.h"

/* What ends a lease by itself, besides the loss of its device. */
enum lifetime {
	LIFETIME_LEASE_FD,   /* the last close of its fd */
	LIFETIME_CONNECTION, /* that, or its client's leaving the bus, whichever comes first */
	LIFETIME_PIDFD,	     /* the end of a process; there is no lease fd */
	_LIFETIME_MAX,
};

/* "lease-fd", "connection", "pidfd". */
const char *lifetime_to_string(enum lifetime lifetime);
/* The enum, or -EINVAL. */
_must_check_ int lifetime_from_string(const char *text);
