/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdio.h>

#include "macro.h"

struct json_object;

/*
 * Prints what has happened as one line for people: the time, then "device 0.0.0580 state=leased ...". event is an
 * object with "time_usec" and "event", and further members, which follow in their order.
 */
void event_line_print(FILE *out, struct json_object *event);

/* "StateReason" as a key of JSON: "state_reason". */
void event_line_key(const char *property, char *ret, size_t size);
