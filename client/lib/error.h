/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>
#include <systemd/sd-bus.h>

#include "macro.h"

/* Fills *ret, unless it is NULL, and gives number, a negative errno, back. */
int error_set(struct ccwb_error *ret, int number, const char *format, ...) _printf_(3, 4);

/*
 * The same of what a call over the bus came to: error may be unset, then r, the call's own result, says it. what is the
 * object of "cannot", as "acquire 0.0.0580".
 */
int error_set_bus(struct ccwb_error *ret, const char *what, int r, const sd_bus_error *error);
