/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The raw test of the module's attributes under ccwbroker/: commands, revoke, state, stats. Each
 * test begins and ends with the device bound and closed.
 */
#pragma once

void test_commands(const char *id, int event);
void test_revoke(const char *id);
void test_stats(const char *id);
