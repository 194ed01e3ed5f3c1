/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>

#include "connection.h"
#include "macro.h"
#include "parcel.h"

/* One that is not granted yet, of a full id. -ENOMEM. */
_must_check_ int lease_make(const char *device, struct ccwb_lease **ret);

/* What the broker's answer is read into, before it begins; the lease's. */
struct parcel *lease_parcel(struct ccwb_lease *lease);

/* It is granted: from now on it follows what the broker tells of it. */
void lease_begin(struct ccwb_lease *lease, struct ccwb_connection *connection);
