/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "macro.h"

enum property_type {
	PROPERTY_STRING, /* char *: s or o; owned by the struct, freed by properties_free */
	PROPERTY_BOOL,	 /* bool */
	PROPERTY_DOUBLE, /* double */
	PROPERTY_PAIR,	 /* two char * after each other: (ss) */
};

/* Where one D-Bus property goes in a struct. */
struct property {
	const char *name;
	enum property_type type;
	size_t offset;
};

/*
 * Reads a{sv}, the answer of GetAll, into target, which must be zeroed; table ends with a NULL name.
 * Properties that are not in the table are passed over, those that do not come stay zero.
 * On error some of target may be set: properties_free it in any case.
 */
_must_check_ int properties_read(sd_bus_message *reply, const struct property *table, void *target);

void properties_free(const struct property *table, void *target);
