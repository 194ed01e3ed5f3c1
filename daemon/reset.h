/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "fault.h"
#include "macro.h"
#include "sysfs.h"

/*
 * Sets a device, bound to the module and closed, online, offline and online again, and leaves it
 * closed. dev_fd is the directory /dev. Takes up to 10 seconds a path, twice: only for workers.
 */
_must_check_ int reset_device(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site,
			      struct fault *fault);
