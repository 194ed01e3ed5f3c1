/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdbool.h>

/*
 * Sends one record, text of the form NAME=VALUE..., to the kernel's audit system by way of libaudit.
 * 0 also where there is no libaudit; otherwise a negative errno.
 */
int kaudit_send(const char *text, bool is_success);
