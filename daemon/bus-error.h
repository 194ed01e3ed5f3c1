/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "fault.h"

/*
 * Makes a D-Bus error of fault, or of the negative errno r when fault has no code. Returns
 * negative, as a method handler must.
 */
int bus_error_set(sd_bus_error *error, int r, const struct fault *fault);
