/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
#pragma once

#include "module-device.h"

/* Data by a list of MIDAWs, which the kernel's own interface cannot start, moves as it says. */
void test_midaws(struct device *dev);
