/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

/* Bytes of the printable UTF-8 character that text begins with, 0 when it begins with none. */
size_t text_character_length(const char *text);

/* Whether text is valid UTF-8 without control characters. */
bool text_is_printable(const char *text);

/* Frees a list ended by NULL, and its texts. */
void text_list_free(char **list);
DEFINE_CLEANUP(char **, text_list_free)

#define TEXT_TIME_SIZE 32

/* When monotonic microseconds were, as "14:03:21", in the local time of now. */
const char *text_format_time(uint64_t monotonic, char buffer[static TEXT_TIME_SIZE]);

/* Replaces every byte that is not part of printable UTF-8 by '?', in place. */
void text_sanitize(char *text);
