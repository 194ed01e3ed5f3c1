/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * What kmod/vfio-dev.c, region.c and notify.c need of this kernel header.
 */
#pragma once

#include <driver-kernel.h>
