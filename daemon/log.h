/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <syslog.h>

#include "macro.h"

/* Chooses the journal when standard error is connected to it, standard error otherwise. */
void log_init(const char *program);

/* Messages above this syslog level are dropped; LOG_INFO at first. */
void log_set_max_level(int level);
int log_get_max_level(void);

/* "journal" or "console", which is standard error; -EINVAL for another word. */
_must_check_ int log_set_target(const char *target);
const char *log_get_target(void);

/* As given to log_init. */
const char *log_get_program(void);

/* One message. device and lease become CCWB_DEVICE= and CCWB_LEASE= when they are not NULL. */
void log_full(int level, const char *device, const char *lease, const char *format, ...)
	_printf_(4, 5);

/* Appends the text of the negative errno error; returns error. */
int log_full_errno(int level, const char *device, const char *lease, int error, const char *format,
		   ...) _printf_(5, 6);

/* One more field of a message; one without value is left out. */
struct log_field {
	const char *name;
	const char *value;
};

#define LOG_FIELDS 16 /* the most of one message */

/* One message with fields of its own, in the journal; elsewhere the text alone. */
void log_fields(int level, const struct log_field *fields, size_t n, const char *message);

#define log_error(...)	 log_full(LOG_ERR, NULL, NULL, __VA_ARGS__)
#define log_warning(...) log_full(LOG_WARNING, NULL, NULL, __VA_ARGS__)
#define log_info(...)	 log_full(LOG_INFO, NULL, NULL, __VA_ARGS__)
#define log_debug(...)	 log_full(LOG_DEBUG, NULL, NULL, __VA_ARGS__)

#define log_error_errno(error, ...)   log_full_errno(LOG_ERR, NULL, NULL, error, __VA_ARGS__)
#define log_warning_errno(error, ...) log_full_errno(LOG_WARNING, NULL, NULL, error, __VA_ARGS__)
#define log_debug_errno(error, ...)   log_full_errno(LOG_DEBUG, NULL, NULL, error, __VA_ARGS__)
