/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "macro.h"

#define LOAD_LEASE_SIZE 32

/* What the kernel module has counted of a lease's device. */
struct load {
	char lease[LOAD_LEASE_SIZE];
	bool is_counted; /* not by the kernel's vfio_ccw */
	uint64_t at_usec;
	uint64_t programs;
	uint64_t bytes_read;	/* by the device's user: input */
	uint64_t bytes_written; /* output */
	uint64_t refused;
	uint64_t errors;
};

/* A second, from two looks at the same lease */
struct load_rate {
	uint64_t programs;
	uint64_t bytes_read;
	uint64_t bytes_written;
};

/* Reads a{st}, the answer of a lease's GetStatistics; a number that is not known is passed over. Negative errno. */
_must_check_ int load_read(sd_bus_message *reply, struct load *ret);

/* The look at the same lease among n earlier ones; NULL: it is new. */
const struct load *load_find(const struct load *loads, size_t n, const char *lease);

/* False: there is no rate, as one of them has no numbers, or they are of one time. */
bool load_compare(const struct load *before, const struct load *now, struct load_rate *ret);

/* "999", "12.3K", "4.5M": at most 6 characters, in powers of 1000. */
void load_format(uint64_t number, char *buffer, size_t size);
