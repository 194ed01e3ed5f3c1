/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The least of a C library, which the compiler may call as well. */
void *memcpy(void *into, const void *from, size_t size);
void *memset(void *into, int byte, size_t size);
int memcmp(const void *one, const void *two, size_t size);
size_t strlen(const char *text);

/* Adds to the line. Formats: %s %u %x, and %b for bytes (pointer, then length). */
void console_add(const char *format, ...);

/* The line goes out. */
void console_end(void);

/* Says why, and ends the guest. */
void console_die(const char *why, uint64_t detail) __attribute__((noreturn));
