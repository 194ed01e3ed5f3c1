/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <json-c/json.h>

#include "macro.h"
#include "policy.h"

/* {"rules": [...], "profiles": [...]} as doc/ccwctl.md has them; NULL for lack of memory. */
struct json_object *policy_json(const struct policy *policy);

/* "file:line", or null without a file. */
struct json_object *policy_json_place(const char *file, unsigned int line);
