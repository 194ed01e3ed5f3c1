/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include <stdint.h>

/* The reason of a refusal, enum ccwbroker_refusal, for people. */
const char *refusal_words(uint32_t reason);
