/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "macro.h"

struct json_object;

/*
 * Prints the devices of a Manager's Describe as a tree: channel subsystem, control units, devices. Devices of one
 * type of control unit that are reached by the same channel paths are taken for those of one; Linux does not tell
 * control units apart otherwise. with_lines: with characters that draw lines, not of ASCII. Negative errno.
 */
_must_check_ int tree_print(FILE *out, struct json_object *description, bool with_lines);

/* The same tree as a new object in *ret. */
_must_check_ int tree_to_json(struct json_object *description, struct json_object **ret);
