/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdio.h>

/* A script that makes bash complete the words of ccwctl. */
void shell_print_bash(FILE *out);
