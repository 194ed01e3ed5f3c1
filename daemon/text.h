/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

/* Whether text is valid UTF-8 without control characters. */
bool text_is_printable(const char *text);

/* Replaces every byte that is not part of printable UTF-8 by '?', in place. */
void text_sanitize(char *text);
