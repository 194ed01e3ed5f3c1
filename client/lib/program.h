/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <libccwbroker.h>

/* Whether it is loaded there; one that is not loaded is nowhere. */
bool program_is_in(const struct ccwb_program *program, const struct ccwb_space *space);
