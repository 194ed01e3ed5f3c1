/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <systemd/sd-bus.h>

#include "loan.h"

/*
 * Waits until SIGINT, SIGTERM or SIGHUP, until standard input ends where somebody can end it (a terminal of ours, a
 * pipe), or until no loan is left. Loans whose lease was ended by others are freed, the pointer NULL then; who
 * ended it, and that somebody asks for it, is said on standard error. EXIT_CODE_OK: it was for us to end it.
 */
_must_check_ enum exit_code vigil_keep(sd_bus *bus, struct loan **loans, size_t n);
