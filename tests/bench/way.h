/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The ways to run a channel program that the benchmark compares, each on a device of its own or at
 * least never two at a time. Knows how to time many runs of one program; not how many, nor why.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shape.h"

struct way;

/*
 * Opens the way of that name on a device: a bus id; for vfio_ccw the UUID of its mediated device; any word for
 * the empty way. -errno, and -EINVAL when there is no such way. Stays until the end of the process.
 */
int way_open(const char *name, const char *device, struct way **ret);
const char *way_of(const struct way *way);
/* Only enters the kernel: what every way but the floor pays at least once. */
bool way_is_empty(const struct way *way);

/* Runs so many programs one after another. -errno; -EIO: one ended badly, which has been told. */
int way_run(struct way *way, const struct shape *shape, unsigned int programs, uint64_t *ret_ns);
