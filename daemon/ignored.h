/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

#include "ccw-id.h"
#include "fault.h"
#include "macro.h"

/*
 * The ids that the kernel does not look for (cio_ignore), one id or range a line; "" for none, or when
 * it does not say. The caller frees *ret.
 */
_must_check_ int ignored_read(const char *proc_root, char **ret);

/* Whether id is on such a list. */
bool ignored_contains(const char *list, struct ccw_id id);

/* Copies the line at *list into line and moves *list behind it; false at the end. */
bool ignored_next(const char **list, char line[static 2 * CCW_ID_STRING_SIZE]);

/* Sets why id cannot be found, given what looking for it gave, and returns fault_set's value. */
int ignored_explain(const char *proc_root, struct ccw_id id, int error, struct fault *fault);
