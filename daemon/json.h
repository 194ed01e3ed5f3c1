/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <json-c/json_object.h>
#include <json-c/linkhash.h>

#include "macro.h"

DEFINE_CLEANUP(struct json_object *, json_object_put)
#define _cleanup_json_ _cleanup_(json_object_putp)

/*
 * Parses one complete JSON object from text. Comments, trailing text, duplicate keys, invalid
 * UTF-8, NUL bytes and values nested deeper than depth are errors: -EBADMSG, with a sentence in
 * *ret_reason (static) and the line, counted from 1, in *ret_line. The caller owns *ret.
 */
_must_check_ int json_parse(const char *text, size_t size, int depth, struct json_object **ret,
			    const char **ret_reason, unsigned int *ret_line);

/*
 * The line of a place in a text that json_parse accepted: of object index of the array that is
 * member of the outermost object, or of the key inside of that object when key is not NULL. Where
 * there is no such place, the line of what comes nearest.
 */
unsigned int json_line(const char *text, const char *member, size_t index, const char *key);

/* Members of object by name and type; -ENODATA when missing, -EBADMSG when of another type. */
_must_check_ int json_get_string(struct json_object *object, const char *key, const char **ret);
_must_check_ int json_get_uint64(struct json_object *object, const char *key, uint64_t *ret);
_must_check_ int json_get_bool(struct json_object *object, const char *key, int *ret);
