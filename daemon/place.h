/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "device-set.h"
#include "fault.h"
#include "json.h"
#include "macro.h"

/* Where in which policy file we are. Everything is borrowed. */
struct place {
	const char *file;
	const char *text;
	const char *member; /* "rules" or "profiles" */
	size_t index;	    /* of the rule or profile in it */
	struct fault *fault;
};

unsigned int place_line(const struct place *place);

/* Says what is wrong, with key or, NULL, with all of it. Returns fault_set's value. */
int place_fault(const struct place *place, const char *key, const char *what);

/* The same where what names two keys or other people's words. */
int place_faultf(const struct place *place, const char *key, const char *format, ...)
	_printf_(3, 4);

/*
 * Values of key within limits, or FAULT_POLICY_INVALID. What was read when that comes belongs to the
 * caller as well.
 */
_must_check_ int place_read_text(const struct place *place, const char *key,
				 struct json_object *value, size_t max, const char **ret);
_must_check_ int place_read_flag(const struct place *place, const char *key,
				 struct json_object *value, bool *ret);
_must_check_ int place_read_number(const struct place *place, const char *key,
				   struct json_object *value, unsigned int max, unsigned int *ret);
_must_check_ int place_read_strings(const struct place *place, const char *key,
				    struct json_object *list, char ***ret, size_t *ret_n);

/* The lists "devices" and "types" of a set. */
_must_check_ int place_read_ranges(const struct place *place, struct json_object *list,
				   struct device_set *set);
_must_check_ int place_read_types(const struct place *place, struct json_object *list,
				  struct device_set *set);

/* Calls each for every string of list; its negative value ends that. */
_must_check_ int place_for_each(const struct place *place, const char *key,
				struct json_object *list,
				int (*each)(const struct place *place, const char *key,
					    const char *text, void *userdata),
				void *userdata);
