/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdio.h>

/* The manual page ccwctl(1). */
void manual_print(FILE *out);
