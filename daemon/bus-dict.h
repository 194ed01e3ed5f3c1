/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "fault.h"
#include "macro.h"

/*
 * A key that an a{sv} may have, and the field of its value: const char * for 's', int for 'b' and 'h',
 * char ** for 'a', which is "as": a list of up to LIMIT_LIST_TEXTS that the caller frees.
 */
struct bus_key {
	const char *name;
	char type;
	size_t offset;
};

/*
 * Reads the a{sv} at which message stands into the structure values. Strings and fds belong to the message.
 * FAULT_INVALID_ARGS names the key that is unknown, of another type, or given twice. what is "option"
 * or "filter key", for messages.
 */
_must_check_ int bus_dict_read(sd_bus_message *message, const char *what,
			       const struct bus_key *keys, size_t n_keys, void *values,
			       struct fault *fault);

/* Reads t flags; a bit that is not of known is FAULT_INVALID_ARGS. */
_must_check_ int bus_dict_read_flags_of(sd_bus_message *message, uint64_t known, uint64_t *ret,
					struct fault *fault);

/* The same where none is defined yet. */
_must_check_ int bus_dict_read_flags(sd_bus_message *message, struct fault *fault);
