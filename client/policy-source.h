/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>

#include "macro.h"
#include "policy.h"
#include "verb.h"

#define POLICY_SOURCE_PATHS_MAX 64

/*
 * Reads the policy from paths: directories, the most important first, in place of the installed ones, and
 * files in place of every policy.json. Without any: what is installed. What is wrong is complained about,
 * as EXIT_CODE_INVALID. The caller owns *ret.
 */
_must_check_ enum exit_code policy_source_load(char *const *paths, size_t n_paths,
					       struct policy **ret);
