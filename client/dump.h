/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* 16 bytes a line: indent, offset, hexadecimal in two groups, text as ASCII or EBCDIC. */
void dump_print(FILE *out, const char *indent, const uint8_t *data, size_t size, bool ebcdic);

/* All bytes as one run of hexadecimal digits, no line end. */
void dump_print_hex(FILE *out, const uint8_t *data, size_t size);
