/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Programs of one process whose status another one reads.
 */
#pragma once

void test_fork(const char *id, int event);
