/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "macro.h"
#include "verb.h"

#define SHOW_COLUMNS_MAX 8

struct json_object;
struct show_table;

/* headings end with NULL and stay the caller's. */
_must_check_ int show_table_new(const char *const *headings, struct show_table **ret);
struct show_table *show_table_free(struct show_table *table);
DEFINE_CLEANUP(struct show_table *, show_table_free)

/*
 * What is shown may be anybody's text: in tables, fields and lines its control characters become '?', and JSON has
 * them as escapes.
 */

/* Adds the next cell, row by row; text is copied, NULL and "" show as "-". */
_must_check_ int show_table_add(struct show_table *table, const char *text);

/* With headings when there is at least one row, unless no_legend; bold on a terminal that may have colours. */
void show_table_print(const struct show_table *table, FILE *out, bool no_legend);

/* One "Name: value" line; nothing for NULL and "". */
void show_field(FILE *out, const char *name, const char *value);

/* One line; the end of the line is not in format. */
void show_line(FILE *out, const char *format, ...) _printf_(2, 3);

/* Prints object as mode says, with a line end, and releases it. NULL complains about memory. */
_must_check_ enum exit_code show_json(FILE *out, struct json_object *object, enum json_mode mode);

/* Adds a member, NULL as null. Takes value, also when there is no memory: -ENOMEM. */
_must_check_ int show_json_add(struct json_object *object, const char *key,
			       struct json_object *value_take);

/* The name of a user, or its number in digits; to be freed. */
_must_check_ int show_user(uint32_t uid, char **ret);

/* Local time of a CLOCK_REALTIME microsecond; to be freed. */
_must_check_ int show_time(uint64_t usec, char **ret);
