/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The one function that libFuzzer and replay.c call. Each target is one file with it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Aborts on a finding; 0 otherwise. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
