/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <json-c/json.h>
#include <systemd/sd-bus.h>

#include "macro.h"
#include "verb.h"

static inline void describe_putp(struct json_object **object)
{
	json_object_put(*object);
}

/* Describe of one object of the broker, with flags; complains itself. The caller's, by json_object_put(). */
_must_check_ enum exit_code describe_fetch(sd_bus *bus, const char *what, const char *path,
					   const char *interface, uint64_t flags,
					   struct json_object **ret);

/* Of a lease, by its id. NULL in *ret: it has just ended, and nothing was said. */
_must_check_ enum exit_code describe_lease(sd_bus *bus, const char *what, const char *lease,
					   struct json_object **ret);

/* Appends Describe of one object to an array; complains itself. */
_must_check_ enum exit_code describe_append(sd_bus *bus, const char *what, const char *path,
					    const char *interface, struct json_object *array);

/* A member as text, NULL when it is none; the object's. */
const char *describe_text(struct json_object *object, const char *key);
