/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "json.h"
#include "macro.h"
#include "place.h"
#include "profile.h"

/*
 * Reads the profile of that name from its JSON object. FAULT_POLICY_INVALID names file, line and
 * key. The caller owns *ret.
 */
_must_check_ int profile_parse(const struct place *place, const char *name,
			       struct json_object *object, struct profile **ret);
