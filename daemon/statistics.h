/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "backend.h"
#include "fault.h"
#include "macro.h"

#define STATISTICS_MAX 9

/* What the module has counted of a device since it was bound. */
struct statistics {
	size_t count;
	struct {
		const char *name; /* the last part of the attribute's */
		uint64_t value;
	} entries[STATISTICS_MAX];
};

/* A fault where the backend counts nothing, and for a device that is gone. What this kernel module does not know is left out. */
_must_check_ int statistics_read(struct sysfs *sysfs, struct ccw_id id,
				 const struct backend *backend, struct statistics *ret,
				 struct fault *fault);
