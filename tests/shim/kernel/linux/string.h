/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What kmod/irb.c and crw.c need of this kernel header, for their tests in user space.
 */
#pragma once

#include <string.h>
