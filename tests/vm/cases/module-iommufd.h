/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What only a device with a node of its own and an iommufd can do, or has done to it; and how a
 * device is closed by a process that exits. Each test begins and ends with the device bound and
 * closed.
 */
#pragma once

void test_iommufd(const char *id, int event);
/* In either way of opening. */
void test_exit(const char *id, int event);
