/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "lease.h"
#include "macro.h"

struct json_object;

/* Adds all of lease that must outlive the daemon to an empty object. */
_must_check_ int lease_json_write(struct json_object *object, const struct lease *lease);

/* -EBADMSG when a value is missing or not as any version writes it. The caller owns *ret. */
_must_check_ int lease_json_read(struct json_object *object, struct lease **ret);

/* Whether it says that a version behind this one has written it, which read would misunderstand. */
bool lease_json_is_newer(struct json_object *object);
