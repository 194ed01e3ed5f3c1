/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The raw test of registered memory: what can be registered, what programs make of it, and all that
 * drops it. Begins and ends with the device bound and closed.
 */
#pragma once

void test_registered(const char *id);
