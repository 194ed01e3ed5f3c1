/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>

/* The device whose fds `ccwctl run` has handed to this program. 0 or -errno; the caller owns *ret. */
int lent_device_take(struct ccwb_device **ret);
