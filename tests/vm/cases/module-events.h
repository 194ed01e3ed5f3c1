/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * The raw test of what the world does to an open device: its driver is unbound, its path goes.
 * Each test begins and ends with the device bound and closed.
 */
#pragma once

void test_unbind_open(const char *id);
/* Wants a machine whose channel paths can be varied: QEMU. */
void test_path_loss(const char *id);
