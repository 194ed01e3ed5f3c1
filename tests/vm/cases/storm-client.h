/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * A client of the storm: a process that opens one device again and again and does everything to it
 * that an fd allows, in several threads, until the storm is over or somebody kills it.
 */
#pragma once

#include "storm.h"

/* The life of the process; time is how often this role was played before. */
_Noreturn void storm_client(struct storm *storm, unsigned int device, unsigned int time);
