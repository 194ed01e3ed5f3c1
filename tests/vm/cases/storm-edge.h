/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Programs whose data end at the edge of the memory, and one byte past it, while nothing else goes on.
 */
#pragma once

#include "storm-canary.h"

/* Prints checks. */
void storm_edge(const struct storm_device *device);
/* The canaries themselves can fail: a byte is changed, the pattern put into the memory. Prints checks. */
void storm_edge_prove(struct canary *canary);
