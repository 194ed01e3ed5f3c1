/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "macro.h"

/* Longest UTF-8 form of one byte and its NUL */
#define EBCDIC_UTF8_SIZE 3

uint8_t ebcdic_to_unicode(uint8_t byte);

/* -EINVAL: code page 037 has no such character. */
_must_check_ int ebcdic_from_unicode(uint32_t code_point, uint8_t *ret);

bool ebcdic_is_printable(uint8_t byte);

/* Writes the byte's character, or a dot when it has no shape, and a NUL; returns the bytes written. */
size_t ebcdic_put_utf8(uint8_t byte, char buffer[static EBCDIC_UTF8_SIZE]);

/* Fills buffer with text, padded with blanks. -E2BIG: longer than size. -EINVAL: not ASCII. */
_must_check_ int ebcdic_from_ascii(const char *text, uint8_t *buffer, size_t size);
